"""The ledger of a fault run sees everything that must not be."""

from __future__ import annotations

import pytest

from tests.exchange_run.ledger import Ledger, Received

GOOD = Received("m1", 1, "d1", 1)


def ledger(**changes: object) -> Ledger:
    """Two good messages: one that was accepted and received twice, and one that failed."""
    made = Ledger(
        {1: "d1", 2: "d2"}, ids={1: "m1"}, failures={2: "Unavailable"}, received=[GOOD, Received("m1", 1, "d1", 2)]
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_allowed_runs_have_no_violations() -> None:
    assert ledger().violations() == []
    assert ledger(buried=[99], received=[GOOD, Received("m2", 2, "d2", 1)]).violations() == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"received": [Received("m1", 1, "other", 1)]}, "message 1 was altered"),
        ({"received": []}, "message 1 was accepted, and nobody received it"),
        ({"failures": {}}, "message 2: its sender was told nothing"),
        ({"received": [GOOD, Received("m9", 1, "d1", 1)]}, "message 1 has 2 ids in 2 copies"),
        ({"received": [Received("m9", 1, "d1", 1)]}, "message 1 has 2 ids in 1 copies"),
        ({"received": [GOOD, Received("a", 2, "d2", 1), Received("b", 2, "d2", 1)]}, "message 2 has 2 ids in 2 copies"),
        ({"buried": [2]}, "dead letter: 2"),
        ({"buried": ["a claim that cannot be opened"]}, "dead letter: a claim that cannot be opened"),
    ],
)
def test_forbidden_runs_have_a_violation(changes: dict[str, object], what: str) -> None:
    assert ledger(**changes).violations() == [what]
