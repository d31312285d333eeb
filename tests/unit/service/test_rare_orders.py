"""Rare orders of events: bodies lost while another environment fetches, commits that raise, forbidden updates."""

from __future__ import annotations

import gc
import random
import tracemalloc
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.purging.stamps import key_stamp
from brine.domain.routing.route import Routes
from brine.errors import StoreThrottled
from brine.ports.caching import ABANDONED, Lease
from brine.ports.deadline import Deadline
from brine.service.flights.in_flight import InFlight
from brine.service.flights.leasing import LEASE_MARGIN, LEASE_SECONDS, Polling
from brine.service.http_cache.sealing import _make_marker
from tests.support.gateway.world import World, response, status_of
from tests.unit.service.results.world import KEY
from tests.unit.service.results.world import World as ResultsWorld

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.ports.caching import Held
    from brine.service.flights.in_flight import Flight

PATH, TARGET = "/api/x", "/base/x"


def pk_of(world: World) -> str:
    return f"r#{world.key_of(TARGET)}"


def ask(world: World, seconds: float) -> Any:
    """A GET with a deadline in so many seconds."""
    return world.gateway.serve(
        Request(method="GET", path=PATH, fields=Fields()), Deadline(world.now + seconds, lambda: world.now)
    )


def lost_body_of_a_stale_response(seconds: float) -> World:
    """A stale response with a lost body, while another environment has the lease of its key."""
    body = random.Random(1).randbytes(5_000)  # noqa: S311 - no secret
    world = World({TARGET: response(200, body, cache_control="max-age=10, stale-while-revalidate=600")})
    world.ask(PATH)
    assert isinstance(world.bodies, MemoryBodyStore)
    world.bodies.bodies.clear()
    world.now += 20
    assert isinstance(world.leases, MemoryLeaseStore)
    world.leases.acquire(pk_of(world), owner="other", now=world.now, expires_at=world.now + seconds)
    return world


def test_a_request_that_finds_a_stale_body_lost_does_not_wait_for_its_own_lease() -> None:
    waited_for: list[str] = []

    class Watched(InFlight):
        def join(self, key: str, after: Flight | None = None) -> tuple[Flight, bool]:
            flight, leads = super().join(key, after)
            if not leads:
                flight.end()
                waited_for.append(key)
            return flight, leads

    world = lost_body_of_a_stale_response(2)
    world.polling, world.in_flight = Polling(sleep=world.pass_time), Watched()
    world.restart()
    assert ask(world, 10.0).result == "miss"
    assert waited_for == [], "it waits for the fetch that it makes itself"


def test_and_waits_for_the_other_environment_instead() -> None:
    world = lost_body_of_a_stale_response(60)
    holder = World(world.outcomes, items=world.items, leases=world.leases, stamps=world.stamps, bodies=world.bodies)

    def sleep(seconds: float) -> None:
        """Let the other environment finish meanwhile."""
        world.now += seconds
        holder.now = world.now
        assert isinstance(world.leases, MemoryLeaseStore)
        lease = world.leases.leases[pk_of(world)]
        if lease.owner == "other" and lease.expires_at:
            world.leases.release(lease)
            assert holder.ask(PATH).stored

    world.polling = Polling(sleep=sleep)
    world.restart()
    before = len(world.fetched)
    answer = ask(world, 4.0)
    assert (answer.result, len(world.fetched) - before) == ("collapsed", 0)


class Page:
    """A page of an origin in two languages, which a POST changes."""

    def __init__(self, **fields: str) -> None:
        self.version = 1
        self.fields = {"cache_control": "public, max-age=600", "vary": "accept-language", **fields}

    def __call__(self, _address: object, request: Request) -> Any:
        if request.method == "POST":
            self.version += 1
            return response(204, b"")
        return response(200, b"%d" % self.version, **self.fields)


class Unstamped(MemoryStampStore):
    """A stamp store that refuses invalidations."""

    def write(self, name: str, **_: Any) -> Any:
        raise StoreThrottled(name)


def test_a_variant_does_not_outlive_the_vary_that_it_was_stored_by() -> None:
    page = Page()
    world = World()
    world.origin = MemoryOrigin(page)
    world.restart()
    routes = (replace(one, policy=replace(one.policy, max_variants=2)) for one in world.gateway.routes)
    world.gateway = replace(world.gateway, routes=Routes(tuple(routes)))
    for language in ("fr", "de"):
        world.now += 1
        assert world.ask("/open/x", accept_language=language).stored
    page.version, page.fields["vary"] = 2, "x-device"
    world.now += 1
    assert world.ask("/open/x", accept_language="fr", x_device="a", cache_control="no-cache").stored
    world.now += 1
    assert world.ask("/open/x", accept_language="de", x_device="b").response.body == b"2"


class Overtaken(MemoryItemStore):
    """A store in which `meanwhile` happens once, after an item was read and before the reader gets it."""

    meanwhile: Callable[[], object] | None = None

    def read(self, pk: str, sk: str, **options: Any) -> Any:
        item = super().read(pk, sk, **options)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return item


class Noting(MemoryStampStore):
    """A store that notes the deadlines of writes."""

    def __init__(self, items: MemoryItemStore) -> None:
        super().__init__(items)
        self.deadlines: list[Deadline | None] = []

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Any:
        self.deadlines.append(deadline)
        return super().write(name, at=at, soft=soft, deadline=deadline)


@pytest.mark.parametrize(
    "purge", [lambda cache: cache.purge(KEY), lambda cache: cache.purge_tag("orders")], ids=["key", "tag"]
)
def test_a_purge_by_a_cache_with_a_deadline_has_that_deadline(purge: Callable[[Any], object]) -> None:
    items = MemoryItemStore()
    stamps = Noting(items)
    world = ResultsWorld(items=items, stamps=stamps)
    deadline = Deadline(world.now + 3, lambda: world.now)
    purge(world.process().within(deadline))
    assert stamps.deadlines == [deadline] * len(stamps.deadlines) != []


def test_a_304_that_forbids_storing_ends_the_stored_response_though_it_has_a_cookie() -> None:
    outcomes: dict[str, Outcome] = {TARGET: response(etag='"1"', cdn_cache_control="max-age=10, stale-if-error=600")}
    world = World(outcomes)
    routes = (replace(one, policy=replace(one.policy, set_cookie="refuse")) for one in world.gateway.routes)
    world.gateway = replace(world.gateway, routes=Routes(tuple(routes)))
    assert world.ask(PATH).stored
    world.now += 20
    outcomes[TARGET] = response(304, b"", etag='"1"', cache_control="no-store", set_cookie="a=b")
    assert "detail=no-store" in status_of(world.ask(PATH)).replace('"', "")
    assert isinstance(world.stamps, MemoryStampStore)
    assert key_stamp(world.key_of(TARGET)) in world.stamps.stamps
    outcomes[TARGET] = response(503)
    assert world.ask(PATH).result == "miss", "what the origin forbids to store is not served on an error"


def test_hostile_directives_do_not_stay_in_memory() -> None:
    world = World({TARGET: response(cache_control="max-age=600")})
    world.ask(PATH)

    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    names = ["".join(three) for three in product(digits, repeat=3)][:2_500]

    def attack() -> None:
        for number in range(128):
            world.ask(PATH, cache_control=",".join(names[number:] + names[:number]))  # 9,999 characters

    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        attack()
        gc.collect()
        retained = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert retained < 5_000_000, f"{retained / 1e6:.0f} MB stay for requests of 10 kB"


class Leases(MemoryLeaseStore):
    """Leases that note their requested ends."""

    def __init__(self, items: MemoryItemStore) -> None:
        super().__init__(items)
        self.taken: list[float] = []

    def acquire(self, pk: str, **options: Any) -> Lease | Held:
        lease = super().acquire(pk, **options)
        if isinstance(lease, Lease):
            self.taken.append(lease.expires_at)
        return lease


def test_a_lease_that_is_taken_after_a_wait_is_not_renewed_after_the_deadline() -> None:
    items = MemoryItemStore()
    leases = Leases(items)
    world = World({TARGET: response(cache_control="max-age=60")}, items=items, leases=leases)
    world.polling = Polling(sleep=world.pass_time)
    world.restart()
    MemoryLeaseStore.acquire(leases, pk_of(world), owner="dead", now=world.now, expires_at=world.now + 5)
    renewed: list[bool] = []

    def fetched(_address: object, _request: Request) -> Outcome:
        for _ in range(20):
            world.now += 1
            world.fetcher.single_flight.renewals.renew_all()
            assert leases.leases[pk_of(world)].expires_at <= deadline + LEASE_MARGIN
            renewed.append(leases.leases[pk_of(world)].expires_at > world.now)
        return response(cache_control="max-age=60")

    world.origin = MemoryOrigin(fetched)
    world.restart()
    deadline = world.now + 14
    ask(world, 14)
    assert leases.taken == [pytest.approx(world.now - 20 + LEASE_SECONDS)]
    assert renewed == [True] * 10 + [False] * 10


def test_a_truth_value_is_no_number_of_a_stored_form() -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as any other wrong shape
        _make_marker(1.0, True)


class Broken(MemoryLeaseStore):
    """Leases that raise in a commit, as a process that ends or a mistake would."""

    def commit(self, *_: Any, **__: Any) -> bool:
        raise SystemExit(1)


def test_the_lease_is_given_back_when_the_commit_of_a_response_raises() -> None:
    items = MemoryItemStore()
    world = World({TARGET: response(cache_control="max-age=60")}, items=items, leases=Broken(items))
    with pytest.raises(SystemExit):
        world.ask(PATH)
    assert isinstance(world.leases, Broken)
    held = world.leases.holder(pk_of(world))
    assert held is not None
    assert held.expires_at == ABANDONED


def test_the_lease_is_given_back_when_the_commit_of_a_result_raises() -> None:
    items = MemoryItemStore()
    leases = Broken(items)
    world = ResultsWorld(items=items, leases=leases)
    with pytest.raises(SystemExit):
        world.process().get_or_compute(KEY, lambda: 1, freshness_lifetime=60)
    (pk,) = leases.leases
    held = leases.holder(pk)
    assert held is not None
    assert held.expires_at == ABANDONED


def stale_with_a_large_body(outcomes: dict[str, Any], **fields: str) -> World:
    """A stale response in the table, with its body in the body store."""
    body = random.Random(1).randbytes(5_000)  # noqa: S311 - no secret
    outcomes[TARGET] = response(200, body, etag='"1"', cache_control="max-age=10", **fields)
    world = World(outcomes)
    assert world.ask(PATH).stored
    world.restart()
    world.now += 20
    return world


def test_the_cookie_of_one_client_is_not_remembered_for_the_next() -> None:
    outcomes: dict[str, Any] = {}
    world = stale_with_a_large_body(outcomes)
    outcomes[TARGET] = response(304, b"", etag='"1"', cache_control="max-age=60", set_cookie="session=alice")
    assert world.ask(PATH).response.fields.get("set-cookie") == "session=alice"
    outcomes[TARGET] = response(304, b"", etag='"1"', cache_control="max-age=60")
    bob = world.ask(PATH)
    assert (bob.result, bob.response.fields.get("set-cookie")) == ("validated", None)


def test_an_update_that_was_not_stored_does_not_break_the_next_requests() -> None:
    outcomes: dict[str, Any] = {}
    world = stale_with_a_large_body(outcomes, vary="accept-encoding")
    vary = {"vary": "accept-language", "set_cookie": "session=alice"}
    outcomes[TARGET] = response(304, b"", etag='"1"', cache_control="max-age=60", **vary)
    assert [world.ask(PATH).result for _ in range(2)] == ["validated"] * 2  # the second raises ValueError
