"""Requests that come while a fetch is under way: they wait for it, try again after it, or get something stale."""

from __future__ import annotations

from brine.adapters.config.routes import parse_routes
from brine_cli.replay.model.player import Player
from brine_cli.replay.origins.log_origins import LogOrigins
from brine_cli.replay.origins.samples import OriginSample, Samples
from brine_cli.replay.rows import Row
from brine_cli.replay.tallies import Tallies

ROUTES = parse_routes(
    '[[route]]\nname = "api"\nprefix = "/"\norigin = "http://origin.test"\nfreshness_lifetime = "60s"\n', {}
)
SWR = Samples({"/a": OriginSample(200, (("cache-control", "max-age=60, stale-while-revalidate=60"),), 10, 0.5)})


def replayed(rows: list[Row], samples: Samples | None = None) -> tuple[list[tuple[str, int, float]], Tallies]:
    """The result, the status and the place in the log of each answer, in the order of the answers."""
    found: list[tuple[str, int, float]] = []
    tallies = Tallies()
    player = Player(
        ROUTES,
        LogOrigins(rows, samples or Samples(), 0.5),
        tallies,
        environments=2,
        refresh_delay=0.2,
        draw=lambda _key, _now: 0.5,
        observe=lambda row, outcome: found.append((outcome.result, outcome.status, row.time)),
    )
    player.play(rows)
    player.finish()
    return found, tallies


def get(at: float, status: int = 200, seconds: float = 0.5) -> Row:
    return Row(at, "GET", "/a", status, 10, seconds)


def test_requests_within_the_time_of_the_fetch_are_collapsed_into_it() -> None:
    found, tallies = replayed([get(100), get(100.1), get(100.4), get(100.6)])
    assert found == [("miss", 200, 100), ("collapsed", 200, 100.1), ("collapsed", 200, 100.4), ("hit", 200, 100.6)]
    assert tallies.of("api").calls == 1


def test_after_a_failed_fetch_one_of_those_that_wait_tries_again() -> None:
    found, tallies = replayed([get(100, 503), get(100.1), get(100.2)])
    assert found == [("miss", 503, 100), ("miss", 200, 100.1), ("collapsed", 200, 100.2)]
    assert tallies.of("api").calls == 2


def test_after_two_failed_fetches_those_that_wait_get_an_error() -> None:
    found, tallies = replayed([get(100, 503), get(100.1, 503), get(100.2), get(100.3)])
    assert [(result, status) for result, status, _ in found] == [
        ("miss", 503),
        ("miss", 503),
        ("problem", 502),
        ("problem", 502),
    ]
    assert tallies.of("api").calls == 2


def test_after_a_fetch_without_an_answer_one_tries_again() -> None:
    found, _ = replayed([get(100, seconds=30.0), get(100.1)])
    assert found == [("problem", 504, 100), ("miss", 200, 100.1)]


def test_responses_that_may_not_be_stored_are_not_waited_for_twice() -> None:
    samples = Samples({"/a": OriginSample(200, (("cache-control", "no-store"),), 10, 0.5)})
    found, tallies = replayed([get(100), get(100.1), get(102), get(102.1)], samples)
    assert [result for result, _, _ in found] == ["miss"] * 4
    assert tallies.of("api").calls == 4
    assert tallies.of("api").refusals == {"no-store": 4}


def test_a_stale_response_is_served_while_the_refresher_renews_it() -> None:
    found, tallies = replayed([get(100), get(165), get(165.3), get(166)], SWR)
    tally = tallies.of("api")
    assert [result for result, _, _ in found] == ["miss", "stale", "stale", "hit"]
    assert (tally.calls, tally.refreshes, tally.messages) == (2, 1, 1)
    assert tally.staleness == {5: 2}


def test_hits_whose_answer_in_the_log_has_another_size_are_counted() -> None:
    _, tallies = replayed([get(100), get(110), Row(120, "GET", "/a", 200, 11, 0.5)])
    tally = tallies.of("api")
    assert (tally.compared, tally.changed) == (2, 1)


def test_a_304_in_the_log_is_a_hit_without_a_body() -> None:
    _, tallies = replayed([get(100), Row(110, "GET", "/a", 304, 0, 0.5)])
    tally = tallies.of("api")
    assert (tally.results["hit"], tally.sizes["hit"]) == (1, 0)


def test_the_origin_confirms_a_stale_response_of_the_same_size() -> None:
    found, _ = replayed([get(100), get(200), Row(300, "GET", "/a", 200, 11, 0.5), Row(301, "GET", "/a", 304, 0, 0.5)])
    assert [result for result, _, _ in found] == ["miss", "validated", "miss", "hit"]


def test_a_post_ends_the_stored_response_of_its_url() -> None:
    found, _ = replayed([get(100), get(110), Row(120, "POST", "/a", 201, 5, 0.1), get(130)])
    assert [result for result, _, _ in found] == ["miss", "hit", "pass", "miss"]


def test_a_part_without_its_range_is_not_stored() -> None:
    rows = [
        Row(100, "GET", "/a", 206, 5, 0.1),
        Row(101, "GET", "/a", 206, 5, 0.1),
        get(102),
        Row(110, "GET", "/a", 206, 5),
    ]
    found, tallies = replayed(rows)
    assert [result for result, _, _ in found] == ["miss", "miss", "miss", "hit"]
    assert tallies.of("api").sizes["hit"] == 5
