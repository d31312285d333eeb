"""A response with the fields of a sample: its dates keep their distance, and its validator works."""

from __future__ import annotations

from brine.adapters.config.routes import parse_routes
from brine_cli.replay.model.player import Player
from brine_cli.replay.origins.log_origins import LogOrigins
from brine_cli.replay.origins.samples import OriginSample, Samples
from brine_cli.replay.rows import Row
from brine_cli.replay.tallies import Tallies

ROUTES = parse_routes('[[route]]\nname = "api"\nprefix = "/"\norigin = "http://origin.test"\n', {})


def results(times: list[float], *fields: tuple[str, str], sizes: list[int] | None = None) -> list[str]:
    """The results of requests at these times."""
    found: list[str] = []
    samples = Samples({"/a": OriginSample(200, fields, 10, 0.5)})
    rows = [Row(at, "GET", "/a", 200, size) for at, size in zip(times, sizes or [10] * len(times), strict=True)]
    player = Player(
        ROUTES,
        LogOrigins(rows, samples, 0.2),
        Tallies(),
        environments=1,
        refresh_delay=0.2,
        draw=lambda _key, _now: 0.5,
        observe=lambda _, outcome: found.append(outcome.result),
    )
    player.play(rows)
    player.finish()
    return found


def test_expires_is_as_far_from_date_as_in_the_sample() -> None:
    dates = ("date", "Mon, 30 Nov 2026 12:00:00 GMT"), ("expires", "Mon, 30 Nov 2026 12:01:00 GMT")
    assert results([1e9, 1e9 + 50, 1e9 + 70], *dates) == ["miss", "hit", "miss"]


def test_last_modified_gives_the_heuristic_lifetime_of_the_sample() -> None:
    dates = ("date", "Mon, 30 Nov 2026 12:00:00 GMT"), ("last-modified", "Mon, 30 Nov 2026 11:50:00 GMT")
    assert results([1e9, 1e9 + 50, 1e9 + 70], *dates) == ["miss", "hit", "validated"]


def test_an_etag_confirms_a_response_of_the_same_size_alone() -> None:
    fields = ("cache-control", "max-age=10"), ("etag", '"1"')
    assert results([1000, 1100, 1200, 1300], *fields, sizes=[10, 10, 11, 11]) == [
        "miss",
        "validated",
        "miss",
        "validated",
    ]


def test_a_sample_that_sets_a_cookie_is_not_stored() -> None:
    assert results([1000, 1001], ("cache-control", "max-age=10"), ("set-cookie", "left-out=1")) == ["miss", "miss"]


def test_a_sample_with_vary_is_shared_by_requests_without_fields() -> None:
    assert results([1000, 1001], ("cache-control", "max-age=10"), ("vary", "accept-encoding")) == ["miss", "hit"]
