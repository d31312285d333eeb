"""Two environments on one store, with different clocks, and an operator that purges: their actions, event by event.

A fetch is two events, so that any event may come between. If the fetch of an environment ends late, the environment was
frozen meanwhile. The scene notes each violation: a purged response is served, a late writer wins, a lease does not end.
Tests can put bugs in.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Literal

from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.caching.decision import Forward, Serve, ServeStale, Validate
from brine.domain.caching.receive import receive
from brine.domain.http.messages import Request
from brine.domain.purging.stamps import MARGIN, TAG_PURGES, tag_stamp
from brine.domain.routing.tenant import NO_TENANT
from brine.errors import StoreError
from brine.ports.caching import Lease
from brine.ports.deadline import Deadline
from brine.service.flights.turns import Lead
from brine.service.http_cache.fetcher import Late
from brine.service.purge import Purger
from brine.service.stores.tag_purges import tag_purge_time
from brine.service.transaction import Trace, Transaction
from tests.support.faults.ports import Faults, FaultyItems, FaultyLeases, FaultyStamps
from tests.support.gateway.seeded_bugs import Blind, Careless, Endless, Reviving
from tests.support.gateway.world import START, World, response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.memory.origin import Outcome
    from brine.service.http_cache.lookup import Lookup
    from tests.support.faults.ports import Fault

type Bug = Literal[
    "no stamps are read",
    "stamps are known for ever",
    "no margin",
    "applied what came later",
    "purges of tags read late",
    "tags stamped by the clock alone",
    "commit without the token",
    "a lease without an end",
    "renewals without the token",
]
type Event = tuple[Literal["ask", "end", "lose", "renew"], int] | tuple[Literal["purge", "stamp", "wait", "expire"]]

DELTA = 1.0
LAG = 0.5  # of a replica, where there are faults
LEASE = 5.0
STEP = 0.6  # two of them are more than delta
SKEWS = (-2.0, 2.0)  # of the environments' clocks; the operator's clock is right
ANSWER = response(200, b"x", cache_control="max-age=1000", surrogate_key="a")


@dataclass(frozen=True)
class Fetch:
    """A fetch under way, and the request for it."""

    transaction: Transaction
    trace: Trace
    lookup: Lookup
    decision: Validate | Forward
    turn: Lead | Late
    began: float
    number: int


@dataclass
class Scene:
    """Two environments on one store and an operator that purges, with their actions in order.

    `late`: fetches have no lease before they store. Kind `post`: the first environment invalidates, and no purge comes.
    Kind `steps`: `purge` begins the purge of a tag, and `stamp` ends it; two operators take turns. One has a slow clock
    and purges a tag of the response, the other has a fast clock and purges another tag.
    """

    kind: str
    soft: bool
    bug: Bug | None = None
    chances: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 0
    late: bool = False
    time: float = 0.0
    served: int = 0
    stored: int = 0
    violations: list[str] = field(default_factory=list)

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
        kinds: dict[str, type[MemoryLeaseStore]] = {
            "commit without the token": Careless,
            "a lease without an end": Endless,
            "renewals without the token": Reviving,
        }
        kind = kinds.get(self.bug or "")
        leases = FaultyLeases((kind or MemoryLeaseStore)(inner), items, self.faults)
        store = Blind(items) if self.bug == "no stamps are read" else MemoryStampStore(items)
        stamps = FaultyStamps(store, self.faults)
        delta = inf if self.bug == "stamps are known for ever" else DELTA
        outcomes: dict[str, Outcome] = {"/base/x": response(204, b"")}
        self.worlds = [
            World(outcomes, items=inner, leases=leases, stamps=stamps, stamp_items=items, delta=delta) for _ in SKEWS
        ]
        self.fetches: list[Fetch | None] = [None, None]
        self.order = count()
        self.acquired_at = 0.0  # or renewed
        self.newest_token = 0
        self.newest = -1  # number of the newest fetch that was stored
        self.purges: list[tuple[int, float, bool]] = []  # number, time, and whether the first environment made it
        self.owners = count()
        self.stamps = stamps
        self.begun: tuple[int, float] | None = None  # a purge of a tag: its number, and the time of its stamps
        self.purgers = 0
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
                with suppress(StoreError):  # then the operator knows that the purge may have failed
                    self.purge()
            case ("stamp",):
                self.end_purge()
            case ("wait",):
                self.pass_time(STEP)
            case ("expire",):
                self.pass_time(LEASE + SKEWS[1] - SKEWS[0])
            case ("lose", number):
                self.lose(number)
            case ("renew", number):
                with suppress(StoreError):
                    self.renew(number)

    def begin(self, number: int) -> tuple[Transaction, Trace]:
        world = self.worlds[number]
        world.now = START + self.time + SKEWS[number]
        route = next(route for route in world.gateway.routes if route.name == "api")
        request = Request(method="GET", path="/base/x")
        deadline = Deadline(world.now + 29, lambda: world.now)
        return Transaction.begin(route, request, NO_TENANT, deadline), Trace(world.now)

    def ask(self, number: int) -> None:
        """A request: it is served from the cache, or begins a fetch if the lease is free."""
        asked_at = self.time
        world, (transaction, trace) = self.worlds[number], self.begin(number)
        lookup, decision = world.gateway._look_up(transaction, trace)
        if isinstance(decision, Serve | ServeStale):
            self.check(int(decision.stored.response.body), asked_at, number)
        elif not isinstance(decision, Validate | Forward) or self.fetches[number] is not None:
            return
        elif self.late:
            self.fetches[number] = Fetch(transaction, trace, lookup, decision, Late(), trace.now, next(self.order))
        else:
            lease = world.responses.store.leases.acquire(
                world.responses.store.pk(transaction.resource.key),
                owner=str(next(self.owners)),
                now=trace.now,
                expires_at=trace.now + LEASE,
                trace=trace,
            )
            if isinstance(lease, Lease):
                self.acquired_at, self.newest_token = asked_at, lease.token
                turn = Lead(lease)
                self.fetches[number] = Fetch(transaction, trace, lookup, decision, turn, trace.now, next(self.order))
            elif lease is not None and asked_at >= self.acquired_at + LEASE + SKEWS[1] - SKEWS[0]:
                self.violations.append("a lease did not end by its time")

    def end(self, number: int) -> None:
        """End the fetch: the origin's response arrives, and says when its fetch began."""
        fetch = self.fetches[number]
        if fetch is None:
            return
        self.fetches[number] = None
        world, transaction, now = self.worlds[number], fetch.transaction, START + self.time + SKEWS[number]
        world.now = fetch.trace.now = now
        reception = receive(
            fetch.decision,
            transaction.request,
            replace(ANSWER, body=b"%d" % fetch.number),
            transaction.route.policy,
            target=transaction.request.target,
            route=transaction.route.name,
            request_time=fetch.began,
            response_time=now,
        )
        assert reception.keep is not None
        lookup = fetch.lookup
        if self.bug == "applied what came later":
            late, _ = world.gateway._look_up(*self.begin(number))
            lookup = replace(lookup, stamps={**late.stamps, **world.responses.store.stamps.store.read(["tag:a"])})
        elif self.bug == "purges of tags read late":
            lookup = replace(lookup, tag_purges=world.responses.store.stamps.store.read([TAG_PURGES])[TAG_PURGES])
        if world.fetcher._keep(reception.keep, lookup, fetch.turn, transaction, fetch.trace):
            self.stored += 1
            if fetch.number < self.newest and not self.late:  # else the replaced response may have been purged
                self.violations.append("a late writer has won")
            self.newest = max(self.newest, fetch.number)

    def renew(self, number: int) -> None:
        """Renew the lease of a fetch under way, as its holder does each second."""
        fetch = self.fetches[number]
        if fetch is None or not isinstance(fetch.turn, Lead) or fetch.turn.lease is None:
            return
        lease, now = fetch.turn.lease, START + self.time + SKEWS[number]
        if self.worlds[number].responses.store.leases.renew(lease, now + LEASE, fetch.trace):
            self.acquired_at = self.time
            if lease.token < self.newest_token:
                self.violations.append("a lost lease was renewed")

    def lose(self, number: int) -> None:
        """Freeze the environment for ever: its fetch and its memory are lost, and another one starts."""
        self.fetches[number] = None
        self.worlds[number].restart()

    def purge(self) -> None:
        match self.kind:
            case "tag":
                self.purger.tag("a", soft=self.soft)
            case "route":
                self.purger.route("api", soft=self.soft)
            case "url":
                self.purger.url("/api/x", soft=self.soft)
            case "post":
                self.post()
                return
            case "steps":
                self.begin_purge()
                return
            case _:
                self.purger.everything(soft=self.soft)
        self.purges.append((next(self.order), self.time, False))

    def begin_purge(self) -> None:
        """Begin to purge a tag, unless a purge of it has begun."""
        if self.begun is None:
            number = next(self.order)
            at = START + self.time + MARGIN + SKEWS[self.purgers % 2]
            if self.bug != "tags stamped by the clock alone":
                at = tag_purge_time(self.stamps, at=at, soft=self.soft)
            self.begun = number, at

    def end_purge(self) -> None:
        """Stamp the tag of the purge that has begun. The purge is complete then."""
        if self.begun is not None:
            (number, at), self.begun = self.begun, None
            tag = ("a", "b")[self.purgers % 2]
            self.purgers += 1
            self.stamps.write(tag_stamp(tag), at=at, soft=self.soft)
            if self.bug == "tags stamped by the clock alone":
                self.stamps.write(TAG_PURGES, at=at, soft=self.soft)
            if tag == "a":
                self.purges.append((number, self.time, False))

    def post(self) -> None:
        """Send an unsafe request to the first environment: it answers whether or not it wrote its stamp."""
        world = self.worlds[0]
        world.now = START + self.time + SKEWS[0]
        answer = world.ask("/api/x", "POST")
        assert answer.response.status == 204
        if not answer.faults:
            self.purges.append((next(self.order), self.time, True))

    def check(self, fetched: int, asked_at: float, by: int) -> None:
        """Note a violation if the served response, from this fetch, is older than a purge that must be known."""
        self.served += 1
        promised = DELTA + (LAG if self.chances else 0.0) + 1e-6
        over = (n for n, at, is_known in self.purges if asked_at > at + promised or (is_known and by == 0))
        if fetched < max(over, default=-1):
            self.violations.append("what was purged is served")
