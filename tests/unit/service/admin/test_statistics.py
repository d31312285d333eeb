"""The figures of a deployed gateway: sums and quantiles of its metrics."""

from __future__ import annotations

from typing import Any

import pytest

from brine.service.admin.statistics import FAULTS, RESULTS, Statistics
from brine.service.diagnostics import FAULT_METRICS
from brine.service.problems import Problem
from tests.unit.service.admin.memory_metrics import MemoryMetrics

NOW = 1_790_000_030.5
END = 1_790_000_040


def figures(metrics: MemoryMetrics, **parameters: object) -> dict[str, Any]:
    return Statistics(metrics=metrics, clock=lambda: NOW, monotonic=lambda: 0.0).document(parameters)


def test_the_hit_ratio_is_the_share_among_answers_and_problems_do_not_count() -> None:
    metrics = MemoryMetrics()
    metrics.figures = {
        ("Hit", "Sum"): {END - 60: 50.0, END - 120: 10.0},
        ("Stale", "Sum"): {END - 60: 10.0},
        ("Miss", "Sum"): {END - 120: 10.0},
        ("Problem", "Sum"): {END - 60: 20.0},
        ("OriginLatency", "SampleCount"): {END - 60: 12.0},
        ("Latency", "p95"): {END - 3600: 120.0, END - 60: 130.5},
        ("OriginLatency", "p50"): {END - 3600: 80.0},
        ("CostMicroUsd", "Sum"): {END - 60: 250.0},
        ("CircuitOpen", "Sum"): {END - 60: 3.0},
    }
    found = figures(metrics)
    assert metrics.asked == [({"service": "gateway"}, END - 3600, END)]
    assert (found["requests"], found["answered"], found["hits"], found["hit_ratio"]) == (100, 80, 70, 0.875)
    assert (found["origin_calls"], found["usd"], found["requests_per_second"]) == (12, 0.00025, 0.028)
    assert found["total_seconds"] == {"p50": None, "p95": 0.1305, "p99": None}
    assert found["origin_seconds"] == {"p50": 0.08, "p95": None, "p99": None}
    assert found["results"] == dict.fromkeys(map(str.lower, RESULTS), 0) | {
        "hit": 60,
        "stale": 10,
        "miss": 10,
        "problem": 20,
    }
    assert found["faults"] == dict.fromkeys(FAULTS, 0) | {"CircuitOpen": 3}
    assert (found["series"]["requests"][-2:], len(found["series"]["hits"])) == ([20, 80], 60)


def test_without_requests_there_is_no_ratio() -> None:
    found = figures(MemoryMetrics(), route="api")
    assert (found["requests"], found["hit_ratio"], found["usd"], found["route"]) == (0, None, None, "api")


@pytest.mark.parametrize(
    ("window", "seconds", "period"),
    [("5m", 300, 60), ("1h", 3600, 60), (5400, 5400, 120), ("1d", 86_400, 1440), ("15d", 1_296_000, 21_600)],
)
def test_a_window_has_sixty_periods_at_most(window: str | int, seconds: int, period: int) -> None:
    metrics = MemoryMetrics()
    found = figures(metrics, window=window)
    assert (found["window"], found["period"]) == (seconds, period)
    assert len(found["series"]["requests"]) == seconds // period
    assert metrics.periods == {period, seconds}
    assert found["at"] % period == 0


@pytest.mark.parametrize(
    ("parameters", "detail"),
    [
        ({"window": "1m"}, "window is 60 s. Write a duration from 5m to 15d."),
        ({"window": "30d"}, "window is 2.592e+06 s. Write a duration from 5m to 15d."),
        ({"windw": "1h"}, '"windw" is unknown. Did you mean window?'),
    ],
)
def test_a_wrong_window_gets_a_problem(parameters: dict[str, object], detail: str) -> None:
    with pytest.raises(Problem) as caught:
        figures(MemoryMetrics(), **parameters)
    assert caught.value.detail == detail


def test_metrics_that_cannot_be_read_are_a_problem() -> None:
    metrics = MemoryMetrics()
    metrics.is_there = False
    with pytest.raises(Problem) as caught:
        figures(metrics)
    assert caught.value.detail == "CloudWatch did not answer: GetMetricData: AccessDenied (403). Try again."


def test_the_faults_are_those_that_the_gateway_counts() -> None:
    assert set(FAULTS) <= set(FAULT_METRICS.values())
