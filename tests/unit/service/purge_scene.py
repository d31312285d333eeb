"""Two environments on one store, and purges and invalidations among their fetches, down to single events."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Literal

from brine.adapters.memory import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.decision import Forward, Serve, ServeStale, Validate
from brine.domain.messages import Request
from brine.domain.receive import receive
from brine.domain.stamps import MARGIN, Stamp
from brine.domain.tenant import NOBODY
from brine.errors import StoreError
from brine.ports import Deadline, Lease
from brine.service.collapse import Fill
from brine.service.purge import Purger
from brine.service.visit import Visit
from tests.faults import Faults, FaultyItems, FaultyLeases, FaultyStamps
from tests.unit.service.world import START, World, response

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from brine.adapters.origin_memory import Outcome
    from tests.faults import Fault

type Bug = Literal["no stamps are read", "stamps are known for ever", "no margin", "outlived what came later"]
type Event = tuple[Literal["ask", "end"], int] | tuple[Literal["purge", "wait"]]

DELTA = 1.0
LAG = 0.5  # of a replica, where there are faults
STEP = 0.6  # two of them are more than delta
SKEWS = (-2.0, 2.0)  # of the environments' clocks; that of who purges is right
ANSWER = response(200, b"x", cache_control="max-age=1000", surrogate_key="a")


class Blind(MemoryStampStore):
    """Stamps that are written and never seen."""

    def read(self, names: Collection[str]) -> dict[str, Stamp]:
        return dict.fromkeys(names, Stamp())


@dataclass(frozen=True)
class Fetch:
    """A fetch under way, and the request for it."""

    visit: Visit
    decision: Validate | Forward
    fill: Fill
    began: float
    number: int


@dataclass
class Scene:
    """Two environments on one store, and who purges: what they do, and in which order they did it.

    `late`: fetches take no lease before they have something to store. Of the kind `post`, the first environment serves
    an unsafe request in place of a purge.
    """

    kind: str
    soft: bool
    bug: Bug | None = None
    chances: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 0
    late: bool = False
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
        outcomes: dict[str, Outcome] = {"/base/x": response(204, b"")}
        self.worlds = [World(outcomes, items=inner, leases=leases, stamps=stamps, delta=delta) for _ in SKEWS]
        for world in self.worlds:
            cache = world.gateway.cache
            world.gateway = replace(world.gateway, cache=replace(cache, stamps=replace(cache.stamps, items=items)))
        self.fetches: list[Fetch | None] = [None, None]
        self.order = count()
        self.purges: list[tuple[int, float, bool]] = []  # number, time, and whether the first environment made it
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
            self.check(int(decision.stored.response.body), asked_at, number)
        elif isinstance(decision, Validate | Forward) and self.fetches[number] is None:
            fill = Fill(late=True)
            if not self.late:
                lease = visit.cache.leases.acquire(
                    visit.key,
                    owner=str(next(self.owners)),
                    now=visit.now,
                    expires_at=visit.now + 5,
                    journal=visit.journal,
                )
                if not isinstance(lease, Lease):
                    return
                fill = Fill(lease)
            self.fetches[number] = Fetch(visit, decision, fill, visit.now, next(self.order))

    def end(self, number: int) -> None:
        """The origin's response comes, and says when its fetch began."""
        fetch = self.fetches[number]
        if fetch is None:
            return
        self.fetches[number] = None
        visit, now = fetch.visit, START + self.time + SKEWS[number]
        self.worlds[number].now = visit.now = now
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
        lease = fetch.fill.lease_for_keeping(visit)
        if lease is None:
            return
        visit.cache.keep(
            visit.resource,
            reception.keep,
            found,
            visit.request,
            lease,
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
            case "post":
                self.post()
                return
            case _:
                self.purger.everything(soft=self.soft)
        self.purges.append((next(self.order), self.time, False))

    def post(self) -> None:
        """An unsafe request to the first environment: it is answered whether its stamp is written or not."""
        world = self.worlds[0]
        world.now = START + self.time + SKEWS[0]
        answer = world.ask("/api/x", "POST")
        assert answer.response.status == 204
        if not answer.faults:
            self.purges.append((next(self.order), self.time, True))

    def check(self, fetched: int, asked_at: float, by: int) -> None:
        """What was fetched by the fetch with this number is served: is it older than a purge that must be known?"""
        self.served += 1
        promised = DELTA + (LAG if self.chances else 0.0) + 1e-6
        for number, at, is_known in self.purges:
            if fetched < number and (asked_at > at + promised or (is_known and by == 0)):
                self.violations += 1
