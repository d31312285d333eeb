"""Leases among fetches: every short order of events, and many long ones, in two environments with different clocks.

Events are a fetch's beginning and end, a renewal of its lease, an environment that is frozen and lost, a lease's time
that passes, a purge. In every order, a fetch never replaces the response of a later fetch, every lease ends by its
time, no lease is renewed after another fetch took it over, and no purged response is served. The same search finds
bugs that a test puts in.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from tests.support.gateway.environments import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.gateway.environments import Bug, Event

pytestmark = pytest.mark.slow
EVENTS: tuple[Event, ...] = (
    ("ask", 0),
    ("end", 0),
    ("lose", 0),
    ("ask", 1),
    ("end", 1),
    ("lose", 1),
    ("renew", 0),
    ("renew", 1),
    ("purge",),
    ("expire",),
)
SHORT, LONG, NUMBER = 6, 40, 150
RENEWING = 5  # events of a short order with a renewal: with another event there are twice as many orders


def short_orders(so_far: tuple[Event, ...], fetching: frozenset[int]) -> Iterator[tuple[Event, ...]]:
    """Every order that continues from here, of events with an effect. `fetching`: environments with a fetch to end."""
    renews = any(event[0] == "renew" for event in so_far)
    if len(so_far) == (RENEWING if renews else SHORT):
        yield so_far
        return
    for event in EVENTS:
        match event:
            case ("ask", number):
                yield from short_orders((*so_far, event), fetching | {number})
            case ("end" | "lose", number) if number in fetching:
                yield from short_orders((*so_far, event), fetching - {number})
            case ("renew", number) if number in fetching and event != so_far[-1] and len(so_far) < RENEWING:
                yield from short_orders((*so_far, event), fetching)
            case ("purge" | "expire",) if event != so_far[-1]:
                yield from short_orders((*so_far, event), fetching)


def all_orders() -> Iterator[tuple[Event, ...]]:
    chance = random.Random(7)  # noqa: S311 - no secret
    long = (tuple(chance.choices(EVENTS, weights=(5, 4, 1, 5, 4, 1, 2, 2, 1, 3), k=LONG)) for _ in range(NUMBER))
    return chain(long, short_orders((("ask", 0),), frozenset({0})))


def search(bug: Bug | None = None) -> tuple[list[str], Counter[str]]:
    """Return the violations of the first wrong order, and the counts over all orders so far."""
    seen = Counter[str]()
    for order in all_orders():
        scene = Scene("url", soft=False, bug=bug)
        for event in order:
            scene.do(event)
        seen.update(orders=1, served=scene.served, stored=scene.stored)
        if scene.violations:
            return scene.violations, seen
    return [], seen


def test_no_order_of_events_lets_a_late_writer_win_or_a_lease_outlive_its_time() -> None:
    wrong, seen = search()
    assert wrong == []
    assert min(seen.values()) > 1_000, seen


@pytest.mark.parametrize(
    ("bug", "found"),
    [
        ("commit without the token", "a late writer has won"),
        ("a lease without an end", "a lease did not end by its time"),
        ("renewals without the token", "a lost lease was renewed"),
        ("applied what came later", "what was purged is served"),
        ("no stamps are read", "what was purged is served"),
    ],
)
def test_the_search_finds_a_bug_that_was_put_in(bug: Bug, found: str) -> None:
    wrong, _ = search(bug)
    assert found in wrong
