"""The way of a request stays short: the number of Python calls that a hit and a miss make is bounded."""

from __future__ import annotations

from benchmarks.calls import measure

LIMITS = {"hit in memory": 125, "hit in the table": 200, "miss": 492}


def test_a_request_makes_no_more_calls_than_it_needs() -> None:
    calls = {kind: counted.total() for kind, counted in measure().items()}
    assert calls.keys() == LIMITS.keys()
    assert {kind: count for kind, count in calls.items() if count > LIMITS[kind]} == {}
