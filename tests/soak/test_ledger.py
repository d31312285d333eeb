"""The soak's judge: on gateways in memory it finds no violation, until the test causes one."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.ports.deadline import Deadline
from brine.service.purge import Purger
from tests.soak.ledger import Asked, Got, Ledger
from tests.soak.pages import PAGES, Edition, Page
from tests.soak.press import Press
from tests.soak.visitor import Visitor
from tests.support.faults.ports import Faults
from tests.support.gateway.world import START, World, with_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.routing.origin import OriginAddress

ROUTE = """
[[route]]
name = "pages"
prefix = "/pages"
origin = "http://origin.test"
forward_headers = ["X-Tenant"]
tenant = "header:{}"
"""
ACTIONS = 3_000
STEP = 0.02  # seconds between them
PROMISE = 1.0


@dataclass
class Town:
    """Two gateways, the origin behind them, and their client."""

    delta: float = PROMISE
    header: str = "X-Tenant"
    unvaried: bool = False
    time: float = 0.0
    worlds: list[World] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(1)  # noqa: S311 - no secret
        self.press = Press(Faults(random=chance, chances={}, now=lambda: self.time, advance=lambda _: None))
        self.ledger = Ledger(self.press, PROMISE)
        items, bodies = MemoryItemStore(), MemoryBodyStore()
        leases, stamps = MemoryLeaseStore(items), MemoryStampStore(items)
        routes = parse_routes(ROUTE.format(self.header), {})
        for _ in range(2):
            world = World(items=items, leases=leases, stamps=stamps, bodies=bodies, delta=self.delta)
            world.gateway = replace(with_origin(world.gateway, MemoryOrigin(self.make)), routes=routes)
            self.worlds.append(world)
        purger = Purger(routes=routes, stamps=stamps, clock=lambda: START + self.time)
        self.visitor = Visitor(self.ask, purger, self.press, self.ledger, chance, lambda: self.time)

    def make(self, _address: OriginAddress, request: Request) -> Response:
        status, out, body = self.press.answer(request.method, request.path, dict(request.fields))
        if status == 200:
            out["content-length"] = str(len(body))
        if self.unvaried:
            out.pop("vary", None)
        return Response(status=status, fields=Fields(out.items()), body=body)

    def ask(self, method: str, page: Page, fields: Mapping[str, str]) -> Got:
        world = self.visitor.random.choice(self.worlds)
        world.now = START + self.time
        request = Request(
            method=method,
            path=f"/pages{page.path}",
            fields=Fields([("x-tenant", page.tenant), ("x-shop", "books"), *fields.items()]),
        )
        response = world.gateway.serve(request, Deadline(world.now + 29, lambda: world.now)).response
        return Got(response.status, dict(response.fields), response.body)

    def live(self) -> None:
        for _ in range(ACTIONS):
            self.visitor.act()
            self.time += STEP


def test_nothing_is_wrong_with_gateways_in_memory() -> None:
    town = Town()
    town.live()
    assert town.ledger.violations == []
    counts = town.ledger.counts
    assert counts["hit"] > 1_000
    assert min(counts["miss"], counts["status 206"], counts["status 304"], counts["status 204"], counts["purges"]) > 20


@pytest.mark.parametrize(
    ("town", "found"),
    [
        (lambda: Town(delta=60.0), "was made known by"),
        (lambda: Town(header="X-Shop"), "another tenant's page"),
        (lambda: Town(unvaried=True), "another reader's page"),
    ],
    ids=["stamps are known for a minute", "the tenant is taken from another header", "the origin does not vary"],
)
def test_a_bug_that_was_put_in_is_found(town: Callable[[], Town], found: str) -> None:
    live = town()
    live.live()
    assert [violation for violation in live.ledger.violations if found in violation]


PAGE = Page("alice", "/short/1")
FIRST = Edition(PAGE, "-", 1)
STATUS = {"cache-status": "brine; hit; ttl=5", "etag": FIRST.etag}


@pytest.mark.parametrize(
    ("got", "found"),
    [
        (Got(200, STATUS, FIRST.body), None),
        (Got(200, {"etag": FIRST.etag}, FIRST.body), "no Cache-Status"),
        (Got(200, {"cache-status": "brine; hit"}, FIRST.body), "no ETag"),
        (Got(200, STATUS, FIRST.body[:-1]), "another body"),
        (Got(200, STATUS, FIRST.body[:-1] + b"!"), "another body"),
        (Got(200, STATUS, Edition(PAGE, "-", 2).body), "another body"),
        (Got(200, STATUS | {"etag": Edition(PAGES[0], "-", 1).etag}, Edition(PAGES[0], "-", 1).body), "another page"),
        (Got(200, STATUS | {"etag": Edition(PAGE, "-", 2).etag}, Edition(PAGE, "-", 2).body), "a page to come"),
        (Got(206, STATUS | {"content-range": "bytes 4-9/2021"}, FIRST.body[4:10]), "another part"),
        (Got(304, STATUS, b""), "a 304 for another ETag"),
        (Got(404, STATUS, b""), "an odd status"),
        (Got(503, STATUS, b""), "a failure without a fault"),
    ],
)
def test_each_answer_is_judged(got: Got, found: str | None) -> None:
    town = Town()
    town.ledger.judge(Asked(PAGE, "GET", "a", {}, 0.0, 1.0), got)
    assert [violation.split(":")[0] for violation in town.ledger.violations] == ([] if found is None else [found])
