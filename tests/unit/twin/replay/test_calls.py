"""A replay stays fast: the number of Python calls that a row of a log takes is bounded."""

from __future__ import annotations

import pytest

from benchmarks.calls import PACKAGES, calls_of
from brine.adapters.config.routes import parse_routes
from brine_cli.replay.model.player import Player
from brine_cli.replay.origins.log_origins import LogOrigins
from brine_cli.replay.origins.samples import Samples
from brine_cli.replay.rows import Row
from brine_cli.replay.tallies import Tallies

ROUTES = parse_routes(
    '[[route]]\nname = "api"\nprefix = "/"\norigin = "http://origin.test"\nfreshness_lifetime = "60s"\n', {}
)
COUNT = 100


@pytest.mark.parametrize(
    ("kind", "gap", "statuses", "most"),
    [
        ("hit", 0.28, [200], 1),
        ("miss", 100.0, [200], 32),
        ("validated", 100.0, [200, 304], 35),
        ("miss", 1.0, [500], 40),
    ],
)
def test_a_row_takes_no_more_calls_than_it_needs(kind: str, gap: float, statuses: list[int], most: int) -> None:
    rows = [
        Row(1e9 + number * gap, "GET", "/a", statuses[number % len(statuses)], 10, 0.25) for number in range(2 * COUNT)
    ]
    tallies = Tallies()
    player = Player(
        ROUTES,
        LogOrigins(rows, Samples(), 0.2),
        tallies,
        environments=1,
        refresh_delay=0.2,
        draw=lambda _key, _now: 0.5,
    )
    player.play(rows[:COUNT])
    calls = calls_of(lambda: player.play(rows[COUNT:]), {*PACKAGES, "brine_cli"})
    player.finish()
    results = tallies.of("api").results
    assert sum(count for result, count in results.items() if result == kind) >= 2 * COUNT - 2
    assert calls.total() / COUNT <= most + 0.1, calls.most_common()
