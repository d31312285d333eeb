"""Tenants: a tenant's stored responses never answer, collapse with, invalidate or get purged with those of another."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.memory.stores import MemoryItemStore
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.route import Routes
from brine.domain.routing.tenant import is_tenant
from brine.errors import NotPurgeable
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresh_requests import RefreshRequests
from tests.support.gateway.world import World, refresher_of, response, status_of
from tests.unit.service.purging.test_purge import CountedStamps, purger_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from brine.adapters.memory.origin import Outcome
    from brine.domain.refreshing.request import RefreshRequest
    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.refresher import Refresher
    from brine.service.purge import Purger

NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), min_size=1).filter(
    lambda name: is_tenant(name) and name == name.strip() and "," not in name
)


def of_the_tenant(made: World | None = None, **fields: str) -> World:
    """A world with an origin that answers each tenant with its name, and with the number of its requests."""

    def answer(_address: OriginAddress, request: Request) -> Outcome:
        body = f"{request.fields.get('x-tenant')} {len(world.fetched)}".encode("latin-1")
        return response(200, body, **({"cache_control": "max-age=60", "surrogate_key": "menu"} | fields))

    world = made or World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    return world


def ask(world: World, tenant: str, path: str = "/ours/x", method: str = "GET", **fields: str) -> Answer:
    return world.ask(path, method, x_tenant=tenant.encode().decode("latin-1"), **fields)


def bodies(world: World, *tenants: str) -> list[str]:
    return [ask(world, tenant).response.body.decode() for tenant in tenants]


@settings(max_examples=30, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=4, unique=True))
def test_no_tenant_is_answered_from_another(names: list[str]) -> None:
    world = of_the_tenant()
    first = bodies(world, *names)
    assert first == [f"{name} {number}" for number, name in enumerate(names, 1)]
    assert bodies(world, *names) == first
    world.restart()
    assert bodies(world, *names) == first
    assert len({pk for pk, _ in world.items.items if pk.startswith("r#")}) == len(names)


def test_a_request_without_a_tenant_is_refused_for_every_method() -> None:
    world = of_the_tenant()
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        answer = world.ask("/ours/x", method)
        assert (answer.response.status, answer.problem, answer.route) == (403, "tenant-missing", "ours")
        assert status_of(answer) == "brine; detail=tenant-missing"
    assert world.fetched == []


def claiming(org: str | None, **fields: str) -> Request:
    principal = {} if org is None else {"claim:org": org}
    return Request(method="GET", path="/claimed/x", fields=Fields(fields.items()), principal=principal)


def test_a_claim_is_a_tenant_and_credentials_still_decide_what_is_stored() -> None:
    world = World({"/x": response(cache_control="max-age=60")})
    deadline = Deadline(world.now + 29, lambda: world.now)

    def results(*requests: Request) -> list[tuple[str, bool]]:
        answers = [world.gateway.serve(request, deadline) for request in requests]
        return [(answer.result, answer.stored) for answer in answers]

    assert results(claiming(None)) == [("problem", False)]
    token = {"authorization": "Bearer x"}
    assert results(claiming("a", **token), claiming("a", **token)) == [("miss", False)] * 2
    world.outcomes["/x"] = response(cache_control="public, max-age=60")
    assert results(claiming("a", **token), claiming("a", **token), claiming("b", **token)) == [
        ("miss", True),
        ("hit", False),
        ("miss", True),
    ]


def test_tenants_do_not_wait_for_each_other() -> None:
    meeting = Barrier(2)

    def answer(_address: OriginAddress, request: Request) -> Outcome:
        meeting.wait(10)  # both are here at once, or none gets on
        return response(200, request.fields.get("x-tenant", "").encode(), cache_control="max-age=60")

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    got: dict[str, Answer] = {}
    threads = [Thread(target=lambda name=name: got.update({name: ask(world, name)})) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert {name: (answer.response.body, answer.stored) for name, answer in got.items()} == {
        "a": (b"a", True),
        "b": (b"b", True),
    }


def test_an_unsafe_request_invalidates_its_own_tenants_alone() -> None:
    world = of_the_tenant()
    bodies(world, "a", "b")
    ask(world, "a", method="DELETE")
    world.now += 2
    assert bodies(world, "a", "b") == ["a 4", "b 2"]


PURGES: dict[str, tuple[Callable[[Purger], Any], list[str]]] = {
    "tenant": (lambda purger: purger.tenant("a"), ["a"]),
    "tag of the tenant": (lambda purger: purger.tag("menu", tenant="a"), ["a"]),
    "url of the tenant": (lambda purger: purger.url("/ours/x", tenant="a"), ["a"]),
    "tag of nobody": (lambda purger: purger.tag("menu"), []),
    "tag of another": (lambda purger: purger.tag("menu", tenant="c"), []),
    "route": (lambda purger: purger.route("ours"), ["a", "b"]),
    "everything": (lambda purger: purger.everything(), ["a", "b"]),
}


@pytest.mark.parametrize(("purge", "reached"), PURGES.values(), ids=PURGES.keys())
def test_a_purge_reaches_the_tenant_that_it_names(purge: Callable[[Purger], Any], reached: list[str]) -> None:
    world = of_the_tenant()
    bodies(world, "a", "b")
    purge(purger_of(world))
    world.now += 2
    assert [name for name in ("a", "b") if ask(world, name).result == "miss"] == reached
    world.restart()
    assert bodies(world, "a", "b") == bodies(world, "a", "b"), "what was fetched after the purge is good"


def test_whether_a_tenant_was_purged_is_read_along_with_the_response() -> None:
    items = MemoryItemStore()
    stamps = CountedStamps(items)
    world = of_the_tenant(World(items=items, stamps=stamps))
    ask(world, "a")
    assert stamps.taken()[0] == ("everything", "key", "route", "tags", "tenant", "item")


def test_a_tenants_tag_reaches_no_route_without_tenants() -> None:
    world = of_the_tenant()
    world.ask("/open/y")
    purger_of(world).tag("menu", tenant="a")
    world.now += 2
    assert world.ask("/open/y").result == "hit"
    purger_of(world).tag("menu")
    world.now += 2
    assert world.ask("/open/y").result == "miss"


@pytest.mark.parametrize(
    ("purge", "told"),
    [
        (lambda purger: purger.url("/ours/x"), "the route ours has tenants"),
        (lambda purger: purger.url("/api/x", tenant="a"), "the route api has no tenants"),
        (lambda purger: purger.url("/ours/x", tenant="\n"), "can be printed"),
        (lambda purger: purger.tag("menu", tenant="\ud800"), "text that can be printed"),
        (lambda purger: purger.tenant(""), "not empty"),
    ],
)
def test_what_cannot_be_purged_is_told(purge: Callable[[Purger], Any], told: str) -> None:
    with pytest.raises(NotPurgeable, match=told):
        purge(purger_of(World()))


def refreshing(world: World) -> Refresher:
    """A refresher over the world's gateway, which enqueues its refreshes from now on."""
    world.gateway = replace(world.gateway, refreshes=RefreshRequests(MemoryRefreshQueue()))
    return refresher_of(world.gateway)


def stale_for_a(world: World) -> RefreshRequest:
    """The refresh request of tenant `a`, where `a` and `b` both have a stale stored response."""
    queue = MemoryRefreshQueue()
    bodies(world, "a", "b")
    world.now += 20
    world.gateway = replace(world.gateway, refreshes=RefreshRequests(queue))
    assert ask(world, "a").result == "stale"
    (request,) = queue.requests
    return request


def test_a_refresh_is_made_for_its_tenant_alone() -> None:
    world = of_the_tenant(cache_control="max-age=10, stale-while-revalidate=60")
    refresher = refreshing(world)
    request = stale_for_a(world)
    assert (request.tenant, request.fields.get("x-tenant")) == ("a", "a")
    deadline = Deadline(world.now + 29, lambda: world.now)
    for other in ("b", ""):
        assert refresher.refresh(replace(request, tenant=other), deadline).outcome == "gone"
    without = Routes(tuple(replace(route, tenant=None) for route in world.gateway.routes))
    assert refresher_of(replace(world.gateway, routes=without)).refresh(request, deadline).outcome == "gone"
    assert len(world.fetched) == 2
    assert refresher.refresh(request, deadline).outcome == "refreshed"
    assert bodies(world, "a", "b") == ["a 3", "b 2"]
