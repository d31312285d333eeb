"""Purges and invalidations among fetches: every short order of events, and many long ones, in two environments with
different clocks.

In every order: once a purge is older than delta, no environment serves the response of a fetch begun before it. The
environment that served an unsafe request stops at once. The same search finds bugs that a test puts in.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from tests.support.gateway.environments import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.faults.ports import Fault
    from tests.support.gateway.environments import Bug, Event

pytestmark = pytest.mark.slow
EVENTS: tuple[Event, ...] = (("ask", 0), ("end", 0), ("ask", 1), ("end", 1), ("purge",), ("wait",))
STEPS: tuple[Event, ...] = (*EVENTS, ("stamp",))
REQUESTS: tuple[Event, ...] = (("ask", 0), ("ask", 1))
BUGS: tuple[Bug, ...] = (
    "no stamps are read",
    "stamps are known for ever",
    "no margin",
    "applied what came later",
)


@dataclass
class Searched:
    """The result of a search: the number of orders, the number of served responses, and the wrong orders."""

    tried: int = 0
    served: int = 0
    wrong: list[list[Event]] = field(default_factory=list)


def short_orders(length: int, so_far: tuple[Event, ...] = ()) -> Iterator[tuple[Event, ...]]:
    """Every order of events that begins and ends with a request, and in which an end follows a begin."""
    if so_far and so_far[-1][0] == "ask":
        yield so_far
    if len(so_far) == length:
        return
    for event in EVENTS if so_far else REQUESTS:
        if event[0] == "end" and ("ask", event[1]) not in so_far:
            continue
        if event[0] == "purge" and so_far[-1][0] == "purge":
            continue
        yield from short_orders(length, (*so_far, event))


def long_orders(number: int, length: int) -> Iterator[tuple[Event, ...]]:
    """Some orders, the same in every run."""
    chance = random.Random(7)  # noqa: S311 - no secret
    for _ in range(number):
        yield tuple(chance.choices(EVENTS, weights=(4, 3, 4, 3, 1, 3), k=length))


def orders_of_steps(number: int) -> Iterator[tuple[Event, ...]]:
    """Some orders in which the purge of a tag has two steps, with other events between them."""
    chance = random.Random(11)  # noqa: S311 - no secret
    for _ in range(number):
        yield tuple(chance.choices(STEPS, weights=(4, 3, 4, 3, 3, 3, 3), k=60))


def all_orders(length: int = 6) -> Iterator[tuple[Event, ...]]:
    return chain(long_orders(150, 40), short_orders(length))


def search(
    orders: Iterator[tuple[Event, ...]],
    kind: str,
    *,
    soft: bool = False,
    late: bool = False,
    bug: Bug | None = None,
    chances: Mapping[Fault, float] | None = None,
) -> Searched:
    """Return the result of these orders; stop at the first wrong one."""
    outcome = Searched()
    for order in orders:
        scene = Scene(kind, soft, bug, chances or {}, seed=outcome.tried, late=late)
        for event in order:
            scene.do(event)
        outcome.tried += 1
        outcome.served += scene.served
        if scene.violations:
            outcome.wrong.append(list(order))
            break
    return outcome


@pytest.mark.parametrize(
    ("kind", "soft"), [("everything", False), ("url", False), ("tag", False), ("tag", True), ("route", True)]
)
def test_no_order_of_events_lets_a_purged_response_through(kind: str, soft: bool) -> None:
    outcome = search(all_orders(), kind, soft=soft)
    assert outcome.wrong == []
    assert outcome.tried == 3_632
    assert outcome.served > 3_000


@pytest.mark.parametrize("late", [False, True], ids=["lease", "late"])
def test_no_order_of_events_lets_an_invalidated_response_through(late: bool) -> None:
    outcome = search(all_orders(5), "post", late=late)
    assert outcome.wrong == []
    assert outcome.served > 1_000


@pytest.mark.parametrize("bug", BUGS[:2])
@pytest.mark.parametrize("late", [False, True], ids=["lease", "late"])
def test_a_bug_lets_it_through(bug: Bug, late: bool) -> None:
    assert search(all_orders(), "post", late=late, bug=bug).wrong != []


@pytest.mark.parametrize("bug", BUGS)
@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
def test_the_search_finds_a_bug_that_was_put_in(bug: Bug, soft: bool) -> None:
    assert search(all_orders(), "tag", soft=soft, bug=bug).wrong != []


@pytest.mark.parametrize("kind", ["route", "url", "tag", "post"])
def test_stores_that_fail_are_slow_or_behind_do_not_let_it_through_either(kind: str) -> None:
    chances: dict[Fault, float] = {"throttled": 0.04, "slow": 0.04, "twice": 0.04, "lost": 0.04, "old": 0.2}
    outcome = search(long_orders(250, 40), kind, chances=chances)
    assert outcome.wrong == []
    assert outcome.served > 1_000


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("late", [False, True], ids=["lease", "late"])
def test_no_order_of_the_steps_of_a_purge_lets_a_purged_response_through(soft: bool, late: bool) -> None:
    outcome = search(orders_of_steps(120), "steps", soft=soft, late=late)
    assert outcome.wrong == []
    assert outcome.served > 500


@pytest.mark.parametrize("bug", ["purges of tags read late", "tags stamped by the clock alone"])
def test_the_search_finds_a_bug_in_the_order_of_purges(bug: Bug) -> None:
    assert search(orders_of_steps(120), "steps", bug=bug).wrong != []
