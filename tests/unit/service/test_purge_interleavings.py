"""Purges among fetches: every short order of events, and many long ones, in two environments whose clocks differ.

Whatever the order, no environment serves what was fetched by a fetch begun before a purge, once the purge is older than
delta. The same search finds bugs that are put in.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, count
from math import inf
from typing import TYPE_CHECKING, Literal

import pytest

from brine.adapters.memory import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.decision import Forward, Serve, ServeStale, Validate
from brine.domain.messages import Request
from brine.domain.receive import receive
from brine.domain.stamps import MARGIN, Stamp
from brine.domain.tenant import NOBODY
from brine.errors import StoreError
from brine.ports import Deadline, Lease
from brine.service.purge import Purger
from brine.service.visit import Visit
from tests.faults import Faults, FaultyItems, FaultyLeases, FaultyStamps
from tests.unit.service.world import START, World, response

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tests.faults import Fault

type Bug = Literal["no stamps are read", "stamps are known for ever", "no margin", "outlived what came later"]
type Event = tuple[Literal["ask", "end"], int] | tuple[Literal["purge", "wait"]]

DELTA = 1.0
LAG = 0.5  # of a replica, where there are faults
STEP = 0.6  # two of them are more than delta
SKEWS = (-2.0, 2.0)  # of the environments' clocks; that of who purges is right
EVENTS: tuple[Event, ...] = (("ask", 0), ("end", 0), ("ask", 1), ("end", 1), ("purge",), ("wait",))
REQUESTS: tuple[Event, ...] = (("ask", 0), ("ask", 1))
ANSWER = response(200, b"x", cache_control="max-age=1000", surrogate_key="a")
BUGS: tuple[Bug, ...] = (
    "no stamps are read",
    "stamps are known for ever",
    "no margin",
    "outlived what came later",
)


class Blind(MemoryStampStore):
    """Stamps that are written and never seen."""

    def read(self, names: Collection[str]) -> dict[str, Stamp]:
        return dict.fromkeys(names, Stamp())


@dataclass(frozen=True)
class Fetch:
    """A fetch under way, and the request for it."""

    visit: Visit
    decision: Validate | Forward
    lease: Lease
    began: float
    number: int


@dataclass
class Scene:
    """Two environments on one store, and who purges: what they do, and in which order they did it."""

    kind: str
    soft: bool
    bug: Bug | None = None
    chances: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 0
    time: float = 0.0
    violations: int = 0
    served: int = 0

    def __post_init__(self) -> None:
        self.faults = Faults(
            random=random.Random(self.seed),  # noqa: S311 - no secret
            chances=self.chances,
            now=lambda: self.time,
            advance=self.pass_time,
            delay=0.2,
            lag=LAG,
        )
        inner = MemoryItemStore()
        items = FaultyItems(inner, self.faults)
        leases = FaultyLeases(MemoryLeaseStore(inner), items, self.faults)
        store = Blind(items) if self.bug == "no stamps are read" else MemoryStampStore(items)
        stamps = FaultyStamps(store, self.faults)
        delta = inf if self.bug == "stamps are known for ever" else DELTA
        self.worlds = [World(items=inner, leases=leases, stamps=stamps, delta=delta) for _ in SKEWS]
        for world in self.worlds:
            cache = world.gateway.cache
            world.gateway = replace(world.gateway, cache=replace(cache, stamps=replace(cache.stamps, items=items)))
        self.fetches: list[Fetch | None] = [None, None]
        self.order = count()
        self.purges: list[tuple[int, float]] = []  # number and time
        self.owners = count()
        margin = MARGIN if self.bug == "no margin" else 0.0
        self.purger = Purger(
            routes=self.worlds[0].gateway.routes,
            stamps=stamps,
            clock=lambda: START + self.time - margin,
        )

    def pass_time(self, seconds: float) -> None:
        self.time += seconds

    def do(self, event: Event) -> None:
        match event:
            case ("ask", number):
                self.ask(number)
            case ("end", number):
                self.end(number)
            case ("purge",):
                with suppress(StoreError):  # then who purges knows that it may not have been made
                    self.purge()
            case ("wait",):
                self.pass_time(STEP)

    def visit(self, number: int) -> Visit:
        world = self.worlds[number]
        world.now = START + self.time + SKEWS[number]
        route = next(route for route in world.gateway.routes if route.name == "api")
        request = Request(method="GET", path="/base/x")
        return Visit(world.gateway, route, request, Deadline(world.now + 29, lambda: world.now), NOBODY)

    def ask(self, number: int) -> None:
        """A request: it is served from the cache, or begins a fetch if nobody has the lease."""
        asked_at = self.time
        visit = self.visit(number)
        decision = visit.look_up()
        if isinstance(decision, Serve | ServeStale):
            self.check(int(decision.stored.response.body), asked_at)
        elif isinstance(decision, Validate | Forward) and self.fetches[number] is None:
            lease = visit.cache.leases.acquire(
                visit.key,
                owner=str(next(self.owners)),
                now=visit.now,
                expires_at=visit.now + 5,
                journal=visit.journal,
            )
            if isinstance(lease, Lease):
                self.fetches[number] = Fetch(visit, decision, lease, visit.now, next(self.order))

    def end(self, number: int) -> None:
        """The origin's response comes, and says when its fetch began."""
        fetch = self.fetches[number]
        if fetch is None:
            return
        self.fetches[number] = None
        visit, now = fetch.visit, START + self.time + SKEWS[number]
        reception = receive(
            fetch.decision,
            visit.request,
            replace(ANSWER, body=b"%d" % fetch.number),
            visit.route.policy,
            target=visit.request.target,
            route=visit.route.name,
            request_time=fetch.began,
            response_time=now,
        )
        assert reception.keep is not None
        found = visit.found
        if self.bug == "outlived what came later":
            late = self.visit(number)
            late.look_up()
            found = replace(found, stamps={**late.found.stamps, **visit.gateway.cache.stamps.store.read(["tag:a"])})
        visit.cache.keep(
            visit.resource,
            reception.keep,
            found,
            visit.request,
            fetch.lease,
            evict_at=int(START) + 10_000,
            now=now,
            journal=visit.journal,
        )

    def purge(self) -> None:
        match self.kind:
            case "tag":
                self.purger.tag("a", soft=self.soft)
            case "route":
                self.purger.route("api", soft=self.soft)
            case "url":
                self.purger.url("/api/x", soft=self.soft)
            case _:
                self.purger.everything(soft=self.soft)
        self.purges.append((next(self.order), self.time))

    def check(self, fetched: int, asked_at: float) -> None:
        """What was fetched by the fetch with this number is served: is it older than a purge that must be known?"""
        self.served += 1
        promised = DELTA + (LAG if self.chances else 0.0) + 1e-6
        if any(fetched < number and asked_at > at + promised for number, at in self.purges):
            self.violations += 1


@dataclass
class Outcome:
    """Of a search: how many orders were tried, how often something was served, and the orders that it should not be."""

    tried: int = 0
    served: int = 0
    wrong: list[list[Event]] = field(default_factory=list)


def short_orders(length: int, so_far: tuple[Event, ...] = ()) -> Iterator[tuple[Event, ...]]:
    """Every order of events that begins with a request and ends with one, and in which only what has begun ends."""
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


def all_orders() -> Iterator[tuple[Event, ...]]:
    return chain(long_orders(150, 40), short_orders(6))


def search(
    orders: Iterator[tuple[Event, ...]],
    kind: str,
    *,
    soft: bool = False,
    bug: Bug | None = None,
    chances: Mapping[Fault, float] | None = None,
) -> Outcome:
    """What comes of these orders; of those that go wrong, the first is enough."""
    outcome = Outcome()
    for order in orders:
        scene = Scene(kind, soft, bug, chances or {}, seed=outcome.tried)
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


@pytest.mark.parametrize("bug", BUGS)
@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
def test_the_search_finds_a_bug_that_was_put_in(bug: Bug, soft: bool) -> None:
    assert search(all_orders(), "tag", soft=soft, bug=bug).wrong != []


@pytest.mark.parametrize("kind", ["route", "url", "tag"])
def test_stores_that_fail_are_slow_or_behind_do_not_let_it_through_either(kind: str) -> None:
    chances: dict[Fault, float] = {"throttled": 0.04, "slow": 0.04, "twice": 0.04, "lost": 0.04, "old": 0.2}
    outcome = search(long_orders(250, 40), kind, chances=chances)
    assert outcome.wrong == []
    assert outcome.served > 1_000
