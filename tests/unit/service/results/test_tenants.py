"""`@cached` and `@purges` with a tenant from the arguments: tenants share no result, no tag and no purge."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine import cached, purges
from brine.adapters.memory.stores import MemoryItemStore, MemoryStampStore
from brine.domain.routing.route import Routes
from brine.service.purge import Purger
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from brine import Cache

INVALID = ["", "a\nb", "\ud800", None, 7, b"acme"]
BRANCHES = World().process("branches")
LIKE = ["acme", "ACME", "acme ", " ", "0", "None", "open", "caf\u00e9", "cafe\u0301"]
"""Tenants that a careless comparison takes for each other, for no tenant, or for another argument."""
NAMES = st.sampled_from(LIKE) | st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)


class Team(StrEnum):
    """Tenants as members."""

    ACME = "acme"


@dataclass
class Orders:
    """A function with cached results in one process. `made` has the arguments of its computations."""

    cache: Cache
    options: dict[str, Any]
    is_async: bool = False
    made: list[tuple[object, ...]] = field(default_factory=list)
    load: Any = field(init=False)

    def __post_init__(self) -> None:
        def load_orders(tenant: object, customer_id: int = 1, status: str = "open") -> str:
            self.made.append((tenant, customer_id, status))
            return f"{tenant} {customer_id} {status} {len(self.made)}"

        async def load_orders_async(tenant: object, customer_id: int = 1, status: str = "open") -> str:
            return load_orders(tenant, customer_id, status)

        function: Any = load_orders_async if self.is_async else load_orders
        function.__qualname__ = "load_orders"  # as if it were defined at the top of the module
        defaults: dict[str, Any] = {"freshness_lifetime": 600, "tenant": first_argument, "tags": ["orders"]}
        self.load = cached(self.cache, **(defaults | self.options))(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.done(self.load(*args, **kwargs))

    def done(self, result: Any) -> Any:
        """The result itself, or the one of its coroutine."""
        return asyncio.run(result) if inspect.iscoroutine(result) else result


def first_argument(tenant: Any, *_: object, **__: object) -> Any:
    return tenant


def orders_of(world: World, *, is_async: bool = False, **options: Any) -> Orders:
    """The function in a new process."""
    return Orders(world.process("orders"), options, is_async)


both_kinds = pytest.mark.parametrize("is_async", [False, True], ids=["function", "coroutine function"])


@both_kinds
def test_each_tenant_has_its_own_result_although_the_key_leaves_the_tenant_out(is_async: bool) -> None:
    world = World()
    orders = orders_of(world, is_async=is_async, key=lambda _, customer_id: customer_id)
    assert [orders(tenant, 7) for tenant in ("acme", "other", "acme")] == [
        "acme 7 open 1",
        "other 7 open 2",
        "acme 7 open 1",
    ]
    assert orders_of(world, is_async=is_async, key=lambda _, customer_id: customer_id)("other", 7) == "other 7 open 2"
    assert world.outcomes == ["miss", "miss", "hit", "hit"]


def test_the_result_is_the_one_of_the_caches_tenant() -> None:
    orders = orders_of(World())
    orders("acme", 7)
    key = orders.load.key("acme", 7)
    assert orders.cache.for_tenant("acme").get_or_compute(key, str, freshness_lifetime=600) == "acme 7 open 1"
    orders.cache.for_tenant("other").purge(key)
    orders.cache.purge(key)
    assert orders("acme", 7) == "acme 7 open 1"
    orders.cache.for_tenant("acme").purge(key)
    assert orders("acme", 7) == "acme 7 open 2"


def test_a_member_of_an_enum_of_texts_is_the_tenant_of_its_text() -> None:
    world = World()
    orders = orders_of(world, key=lambda *_: "all")
    orders(Team.ACME)
    orders("acme")
    orders.cache.for_tenant(Team.ACME).get_or_compute(orders.load.key("acme"), str, freshness_lifetime=600)
    assert world.outcomes == ["miss", "hit", "hit"]


def test_the_function_of_the_tenant_takes_the_place_of_the_caches_own_tenant() -> None:
    world = World()
    cache = world.process("orders").for_tenant("default")
    orders = Orders(cache, {})
    orders("acme")
    orders("other")
    cache.purge_tag("orders")
    orders("acme")
    cache.for_tenant("acme").purge_tag("orders")
    orders("acme")
    assert world.outcomes == ["miss", "miss", "hit", "miss"]


PURGES: dict[str, Callable[[World, Orders], object]] = {
    "operator, tenant": lambda world, _: operator(world).tenant("acme"),
    "operator, tag": lambda world, _: operator(world).tag("orders", tenant="acme"),
    "tag": lambda _, orders: orders.cache.for_tenant("acme").purge_tag("orders"),
    "arguments": lambda _, orders: orders.done(orders.load.purge("acme")),
    "arguments by name": lambda _, orders: orders.done(orders.load.purge(tenant="acme", customer_id=1)),
    "refresh": lambda _, orders: orders.done(orders.load.refresh("acme")),
    "decorator": lambda _, orders: purges(orders.cache, "orders", tenant=first_argument)(changed)("acme"),
    "decorator, coroutine": lambda _, orders: orders.done(
        purges(orders.cache, lambda *_: ["orders"], tenant=first_argument)(changed_async)("acme")
    ),
    "decorator, result": lambda _, orders: purges(
        orders.cache, tenant=first_argument, of_result=lambda result, _: [result]
    )(changed)("acme"),
}


def changed(tenant: object) -> str:
    return "orders" if tenant else "nothing"


async def changed_async(tenant: object) -> str:
    return changed(tenant)


def operator(world: World) -> Purger:
    assert world.stamps is not None
    return Purger(routes=Routes(()), stamps=world.stamps, clock=lambda: world.now)


@both_kinds
@pytest.mark.parametrize("way", PURGES)
def test_a_purge_of_one_tenant_reaches_its_results_and_no_others(way: str, is_async: bool) -> None:
    world = World()
    orders = orders_of(world, is_async=is_async)
    for tenant in ("acme", "other"):
        orders(tenant)
    shared = orders.cache.get_or_compute("shared", lambda: 1, freshness_lifetime=600, tags=["orders"])
    world.now += 0.1
    PURGES[way](world, orders)
    world.now += 1.1
    for process in (orders, orders_of(world, is_async=is_async)):
        assert (process("acme"), process("other")) == ("acme 1 open 3", "other 1 open 2")
    assert (
        orders.cache.get_or_compute("shared", lambda: 2, freshness_lifetime=600, tags=["orders"]),
        len(orders.made),
    ) == (shared, 3)


def test_purges_of_the_cache_without_a_tenant_reach_no_tenant_and_those_of_all_tenants_reach_each() -> None:
    world = World()
    orders = orders_of(world)
    orders("acme")
    orders.cache.purge_tag("orders")
    purges(orders.cache, "orders")(changed)("acme")
    orders("acme")
    orders.cache.purge_tag("orders", all_tenants=True)
    orders("acme")
    assert world.outcomes == ["miss", "hit", "miss"]


@both_kinds
def test_calls_of_several_tenants_in_one_list_keep_their_order_and_share_one_lookup(is_async: bool) -> None:
    class Counted(MemoryStampStore):
        reads = 0

        def read_with_items(self, *args: Any, **options: Any) -> Any:
            self.reads += 1
            return super().read_with_items(*args, **options)

    items = MemoryItemStore()
    stamps = Counted(items)
    world = World(items, stamps=stamps)
    calls = [("acme", 1), ("other", 1), ("acme", 2), ("other", 1), ("acme", 1)]
    key = {"key": lambda _, customer_id: customer_id}
    orders = orders_of(world, is_async=is_async, **key)
    expected = ["acme 1 open", "other 1 open", "acme 2 open", "other 1 open", "acme 1 open"]
    assert [result[:-2] for result in orders.done(orders.load.get_many(calls))] == expected
    assert len(orders.made) == 3
    stamps.reads = 0
    again = orders_of(world, is_async=is_async, **key)
    assert [result[:-2] for result in again.done(again.load.get_many(calls))] == expected
    assert (again.made, stamps.reads) == ([], 1)


@both_kinds
@pytest.mark.parametrize("tenant", INVALID, ids=repr)
def test_an_invalid_tenant_is_told_before_anything_is_computed_or_stored(tenant: Any, is_async: bool) -> None:
    world = World()
    orders = orders_of(world, is_async=is_async)
    ways: list[Callable[[], Any]] = [
        lambda: orders.load(tenant),
        lambda: orders.load.get_many([("acme",), (tenant,)]),
        lambda: orders.load.purge(tenant),
        lambda: orders.load.refresh(tenant),
        lambda: orders.load.key(tenant),
        lambda: purges(orders.cache, "orders", tenant=first_argument)(orders.load)(tenant),
    ]
    for way in ways:
        with pytest.raises(
            ValueError, match=r"load_orders, tenant: .* is not a tenant. A tenant is a text that is not"
        ):
            orders.done(way())
    assert (orders.made, world.told, world.items.items) == ([], [], {})


@pytest.mark.parametrize("tenant", INVALID, ids=repr)
def test_a_function_is_not_called_if_its_purges_have_no_valid_tenant(tenant: Any) -> None:
    called: list[object] = []

    async def call(tenant: object) -> None:
        called.append(tenant)

    purging = purges(World().process(), "orders", tenant=first_argument)
    with pytest.raises(ValueError, match=r"append, tenant: .* is not a tenant"):
        purging(called.append)(tenant)
    with pytest.raises(ValueError, match=r"call, tenant: .* is not a tenant"):
        asyncio.run(purging(call)(tenant))
    assert called == []


def test_only_functions_return_tenants() -> None:
    cache = World().process()
    given: Any = "acme"
    with pytest.raises(TypeError, match=r"tenant is a function of the arguments, not str. .*cache\.for_tenant"):
        cached(cache, freshness_lifetime=60, tenant=given)
    with pytest.raises(TypeError, match=r"tenant is a function of the arguments, not str. .*cache\.for_tenant"):
        purges(cache, "orders", tenant=given)


@dataclass(frozen=True)
class Branch:
    """An object with a tenant."""

    owner: str

    @cached(BRANCHES, freshness_lifetime=600, tenant=lambda self, _: self.owner)
    def orders(self, number: int) -> str:
        return f"{self.owner} {number}"

    @classmethod
    @cached(BRANCHES, freshness_lifetime=600, key=lambda _, number: number, tenant=lambda cls, _: cls.__name__)
    def all_orders(cls, number: int) -> str:
        return f"{cls.__name__} {number}"


class Department(Branch):
    """A class that inherits."""


def test_methods_and_class_methods_find_the_tenant_in_their_object_or_class() -> None:
    assert [Branch(owner).orders(1) for owner in ("acme", "other", "acme")] == ["acme 1", "other 1", "acme 1"]
    assert Branch("acme").orders.get_many([(1,), (2,)]) == ["acme 1", "acme 2"]
    with pytest.raises(ValueError, match=r"Branch.orders, tenant: the empty text"):
        Branch("").orders(1)
    key = Branch("acme").orders.key(1)
    assert BRANCHES.for_tenant("acme").get_or_compute(key, str, freshness_lifetime=600) == "acme 1"
    assert [owner.all_orders(1) for owner in (Branch("acme"), Department("acme"))] == ["Branch 1", "Department 1"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(NAMES, min_size=2, max_size=5, unique=True),
    st.lists(st.tuples(st.integers(), st.text(max_size=4)), min_size=1, max_size=3),
    st.randoms(),
    st.booleans(),
    st.booleans(),
)
def test_no_call_gets_the_result_of_another_tenant(
    tenants: list[str], arguments: list[tuple[int, str]], random: Random, is_async: bool, is_tenant_in_key: bool
) -> None:
    calls = [(tenant, *rest) for tenant in tenants for rest in arguments]
    random.shuffle(calls)
    world = World()
    options = {} if is_tenant_in_key else {"key": lambda _, *rest: rest}
    first, other = (orders_of(world, is_async=is_async, **options) for _ in range(2))
    for call in calls:
        assert first(*call).startswith("{} {} {} ".format(*call))
    for process in (first, other):
        results = process.done(process.load.get_many(calls))
        assert [result.rsplit(" ", 1)[0] for result in results] == ["{} {} {}".format(*call) for call in calls]
    assert (len(first.made), other.made) == (len(set(calls)), [])
    purged = calls[0][0]
    world.now += 0.1
    first.cache.for_tenant(purged).purge_tag("orders")
    world.now += 1.1
    for call in calls:
        other(*call)
    assert set(other.made) == {call for call in calls if call[0] == purged}
