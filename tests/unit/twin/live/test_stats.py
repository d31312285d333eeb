"""Figures about live requests: quantiles, hot keys, windows of time."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine_cli.live.stats.histogram import Histogram
from brine_cli.live.stats.hot_keys import HotKeys
from brine_cli.live.stats.live_stats import LiveStats
from tests.unit.twin.live.making import miss, record


def histogram(*seconds: float) -> Histogram:
    """The distribution of these durations."""
    made = Histogram()
    for one in seconds:
        made.add(one)
    return made


@given(
    st.lists(st.floats(1e-5, 1e5), min_size=1, max_size=60),
    st.lists(st.floats(1e-5, 1e5), max_size=60),
    st.sampled_from([0.5, 0.95, 0.99, 1.0]),
)
def test_a_quantile_is_right_to_four_per_cent_also_of_a_sum(
    first: list[float], second: list[float], share: float
) -> None:
    values = sorted([*first, *second])
    found = Histogram.of([histogram(*first), histogram(*second)]).quantile(share)
    rank = next(rank for rank in range(1, len(values) + 1) if rank >= share * len(values) - 1e-9)
    assert found == pytest.approx(values[rank - 1], rel=0.04)


def test_without_durations_there_is_no_quantile() -> None:
    assert Histogram().quantile(0.5) is None
    assert histogram(0.0).quantile(0.5) == pytest.approx(1e-5, rel=0.04)


def test_the_frequent_keys_are_found_among_many_rare_ones_in_bounded_memory() -> None:
    """Of 20,000 requests, each key with more than 1 of `capacity` is counted, and no count is too low."""
    chance = random.Random(3)  # noqa: S311 - a repeatable stream of requests
    targets = [f"/hot/{chance.randrange(5)}" if chance.random() < 0.3 else f"/{number}" for number in range(20_000)]
    keys = HotKeys(capacity=100)
    for target in targets:
        keys.add("GET", target, is_hit=target == "/hot/1")
    true = Counter(targets)
    top = keys.top(5)
    assert {key.target for key in top} == {f"/hot/{number}" for number in range(5)}
    assert all(key.count - key.error <= true[key.target] <= key.count for key in top)
    assert [key.hit_ratio for key in top if key.target == "/hot/1"] == [1.0]
    assert len(keys.top(1_000)) == 100


def test_a_method_makes_another_key() -> None:
    keys = HotKeys()
    for method in ("GET", "GET", "HEAD"):
        keys.add(method, "/x", is_hit=False)
    assert [(key.method, key.count) for key in keys.top()] == [("GET", 2), ("HEAD", 1)]


def test_figures_since_the_start() -> None:
    stats = LiveStats(100.0)
    stats.add(record(seconds=0.01, bytes=100), 101.0)
    stats.add(miss(seconds=0.2, retries=1, status=503), 102.0)
    stats.add(record(result="problem", problem="origin-timeout", status=504, layer=None), 103.0)
    stats.add(record(route=None, result=None, function="Plain"), 104.0)
    ever = stats.snapshot(110.0)["since_start"]
    assert (ever["seconds"], ever["requests"], ever["requests_per_second"]) == (10.0, 4, 0.4)
    assert (ever["answered"], ever["hits"], ever["hit_ratio"]) == (2, 1, 0.5)  # neither the problem nor the other
    assert (ever["origin_calls"], ever["bytes"]) == (2, 130)
    assert ever["statuses"] == {"200": 2, "503": 1, "504": 1}
    assert ever["results"] == {"hit": 1, "miss": 1, "problem": 1}
    assert ever["total_seconds"]["p99"] == pytest.approx(0.2, rel=0.04)
    assert ever["origin_seconds"]["p50"] == pytest.approx(0.1, rel=0.04)


def test_windows_forget_what_is_older() -> None:
    stats = LiveStats(0.0)
    for now in (5.0, 20.0, 62.0, 70.0):
        stats.add(record(), now)
    figures = stats.snapshot(72.0)
    counts = [figures[name]["requests"] for name in ("since_start", "last_60_seconds", "last_10_seconds")]
    assert counts == [4, 3, 1]
    assert figures["last_10_seconds"]["requests_per_second"] == 0.1
    assert [(second, count) for second, count in enumerate(figures["per_second"]["requests"]) if count] == [
        (7, 1),
        (49, 1),
        (57, 1),
    ]
    assert stats.snapshot(1_000.0)["last_60_seconds"]["requests"] == 0


def test_a_young_twin_divides_by_its_own_age() -> None:
    stats = LiveStats(0.0)
    for _ in range(6):
        stats.add(record(), 1.0)
    figures = stats.snapshot(2.0)
    rates = [figures[name]["requests_per_second"] for name in ("since_start", "last_60_seconds", "last_10_seconds")]
    assert rates == [3.0, 3.0, 3.0]


def test_routes_come_by_their_requests() -> None:
    stats = LiveStats(0.0)
    for route in ("a", "b", "b", None):
        stats.add(miss(route=route), 1.0)
    found = [(one["route"], one["since_start"]["requests"]) for one in stats.snapshot(2.0)["routes"]]
    assert found == [("b", 2), ("a", 1), (None, 1)]


def test_slow_origins_are_those_of_the_parts_if_there_are_parts() -> None:
    stats = LiveStats(0.0)
    stats.add(miss(route="slow", origin_seconds=2.0), 1.0)
    parts = (
        {"route": "prices", "result": "miss", "seconds": 0.5},
        {"route": "names", "result": "hit", "seconds": 0.001},
    )
    stats.add(miss(route="whole", origin_seconds=3.0, parts=parts), 1.0)
    found = stats.snapshot(2.0)["slow_origins"]
    assert [(one["route"], one["origin_calls"]) for one in found] == [("slow", 1), ("prices", 1)]
    assert found[1]["p95"] == pytest.approx(0.5, rel=0.04)


def test_slow_origins_have_the_host_of_their_route_or_their_function() -> None:
    stats = LiveStats(0.0)
    for seconds in (0.2, 0.1, 2.5, 0.2):
        stats.add(miss(route="api", origin_seconds=seconds), 1.0)
    stats.add(miss(route="whole", origin_seconds=0.1, function="ShopFunction"), 1.0)
    found = stats.snapshot(2.0, {("GatewayFunction", "api"): "api.test"})["slow_origins"]
    assert [(one["origin"], one["route"], one["origin_calls"]) for one in found] == [
        ("api.test", "api", 4),
        ("ShopFunction", "whole", 1),
    ]
    assert (found[0]["p50"], found[0]["slowest"]) == (pytest.approx(0.2, rel=0.04), 2.5)


def test_two_threads_may_add_in_another_order_than_their_times() -> None:
    stats = LiveStats(0.0)
    stats.add(record(), 5.1)
    stats.add(record(), 4.9)
    assert stats.snapshot(6.0)["last_10_seconds"]["requests"] == 2


def test_memory_is_bounded_and_the_figures_are_json() -> None:
    stats = LiveStats(0.0)
    for number in range(3_000):
        stats.add(record(f"/{number}", route=f"r{number}"), number / 10)
    figures = stats.snapshot(300.0)
    assert json.loads(json.dumps(figures)) == figures
    assert len(figures["routes"]) == 201
    assert sum(one["since_start"]["requests"] for one in figures["routes"]) == 3_000
    assert len(figures["hot_keys"]) == 20
    assert len(stats._seconds) <= 61
