"""Purges of results, by key and by tag: in this process and in other ones, and against computations under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from brine import cached
from brine.adapters.memory.stores import MemoryItemStore
from brine.domain.purging.stamps import MARGIN
from brine.domain.routing.route import Routes
from brine.service.purge import Purger
from tests.unit.service.results.world import KEY, World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from brine import Cache
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline

TAGS = ("prices", "shop 7")
BY_TENANT = ("", "acme")


def ask(cache: Cache, value: object = "new", tags: Collection[str] = TAGS) -> Any:
    return cache.get_or_compute(KEY, lambda: value, freshness_lifetime=600, grace=60, tags=tags)


def operator(world: World) -> Purger:
    assert world.stamps is not None
    return Purger(routes=Routes(()), stamps=world.stamps, clock=lambda: world.now)


WAYS: dict[str, Callable[[World, Cache, bool], object]] = {
    "key": lambda _, cache, soft: cache.purge(KEY, soft=soft),
    "tag": lambda _, cache, soft: cache.purge_tag("shop 7", soft=soft),
    "operator, tag": lambda world, _, soft: operator(world).tag("prices", soft=soft),
    "operator, everything": lambda world, _, soft: operator(world).everything(soft=soft),
}


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_purged_is_computed_again_and_then_a_hit(way: str, soft: bool) -> None:
    world = World()
    cache, other = world.process(), world.process()
    assert [ask(cache, "old"), ask(other), ask(other)] == ["old"] * 3
    WAYS[way](world, cache, soft)
    world.now += 1.1
    assert [ask(each) for each in (cache, cache, other, world.process())] == ["new"] * 4
    assert world.outcomes[3:] == ["miss", "hit", "hit", "hit"]
    assert world.told[3].stored


@pytest.mark.parametrize("way", ["key", "tag"])
def test_the_process_that_purges_knows_at_once_and_others_within_delta(way: str) -> None:
    world = World()
    cache, other = world.process(), world.process()
    for each in (cache, other):
        ask(each, "old")
    WAYS[way](world, cache, False)
    assert (ask(other), ask(cache), ask(cache)) == ("old", "new", "new")
    world.now += 1.1
    assert ask(other) == "new"
    assert world.outcomes == ["miss", "hit", "hit", "miss", "hit", "hit"]


def test_another_process_without_the_result_does_not_find_it_in_the_table() -> None:
    world = World()
    cache = world.process()
    ask(cache, "old")
    cache.purge_tag("prices")
    assert ask(world.process()) == "new"


@pytest.mark.parametrize("by_other", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_a_computation_under_way_loses(way: str, by_other: bool) -> None:
    world = World()
    cache, other = world.process(), world.process()

    def compute() -> str:
        WAYS[way](world, other if by_other else cache, False)
        world.now += 0.1
        return "old"

    assert cache.get_or_compute(KEY, compute, freshness_lifetime=600, tags=TAGS) == "old"
    world.now += 1.1
    for each in (cache, other, world.process()):
        assert ask(each) == "new"


def test_clocks_may_differ_by_the_margin() -> None:
    world = World()
    ask(world.process(), "old")
    world.now -= MARGIN - 0.1  # the clock of the purging process is behind
    world.process().purge(KEY)
    world.now += MARGIN
    assert ask(world.process()) == "new"


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
def test_only_a_soft_purge_leaves_what_can_stand_in(soft: bool) -> None:
    world = World()
    cache = world.process()
    ask(cache, "old")
    cache.purge(KEY, soft=soft)

    def broken() -> str:
        raise OSError("no route")

    def call() -> str:
        return cache.get_or_compute(KEY, broken, freshness_lifetime=600, grace=60)

    if not soft:
        with pytest.raises(OSError, match="no route"):
            call()
        return
    assert call() == "old"
    world.now += MARGIN + 60
    with pytest.raises(OSError, match="no route"):
        call()
    assert world.outcomes == ["miss", "stale", "failed"]


def test_without_a_grace_what_was_purged_softly_is_not_served_to_anybody() -> None:
    world = World()
    cache = world.process()
    cache.get_or_compute(KEY, lambda: "old", freshness_lifetime=600)
    cache.purge(KEY, soft=True)
    with pytest.raises(OSError, match="no route"):
        cache.get_or_compute(KEY, raising, freshness_lifetime=600)


def raising() -> str:
    raise OSError("no route")


def test_an_exception_that_is_an_answer_is_purged_as_a_result_is() -> None:
    world = World()
    cache = world.process()
    for _ in range(2):
        with pytest.raises(OSError, match="no route"):
            cache.get_or_compute(KEY, raising, freshness_lifetime=600, negative={OSError: 600}, tags=TAGS)
    cache.purge_tag("prices")
    assert ask(cache) == "new"
    assert world.outcomes == ["miss", "hit", "miss"]


def test_it_is_purged_by_the_tags_that_it_was_stored_with_and_by_those_that_it_would_get() -> None:
    for tag in ("before", "now"):
        world = World()
        cache = world.process()
        ask(cache, "old", ["before"])
        operator(world).tag(tag)
        world.now += 1.1
        assert ask(cache, "new", ["now"]) == "new"


def test_other_keys_tags_and_caches_stay() -> None:
    world = World()
    cache, other = world.process(), world.process("others")
    for each in (cache, other):
        ask(each, "old")
    cache.purge("another")
    cache.purge_tag("Prices")
    cache.purge(KEY)
    world.now += 1.1
    assert (ask(other), ask(cache)) == ("old", "new")
    cache.purge_tag("prices")
    world.now += 1.1
    assert ask(other) == "new"


def test_a_tenants_tags_and_keys_are_its_own() -> None:
    world = World()
    for purged in BY_TENANT:
        caches = [world.process(tenant=tenant) for tenant in BY_TENANT]
        for cache in caches:
            ask(cache, "old")
            cache.purge(KEY)
            ask(cache, "old")
        caches[BY_TENANT.index(purged)].purge_tag("prices")
        got = [ask(world.process(tenant=tenant)) for tenant in BY_TENANT]
        assert got == ["new" if tenant == purged else "old" for tenant in BY_TENANT]
    operator(world).tenant("acme")
    got = [ask(world.process(tenant=tenant), "newer") for tenant in BY_TENANT]
    assert got == ["old", "newer"]


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("by", ["", "acme", "other", "operator"])
def test_a_tag_can_be_purged_for_all_tenants_at_once(by: str, soft: bool) -> None:
    world, tenants = World(), ("", "acme", "other")
    for tenant in tenants:
        ask(world.process(tenant=tenant), "old")
        ask(world.process("others", tenant=tenant), "old", ["another"])
    if by == "operator":
        operator(world).tag("prices", all_tenants=True, soft=soft)
    else:
        world.process(tenant=by).purge_tag("prices", all_tenants=True, soft=soft)
    assert [ask(world.process(tenant=tenant)) for tenant in tenants] == ["new"] * 3
    assert [ask(world.process("others", tenant=tenant), tags=["another"]) for tenant in tenants] == ["old"] * 3


@pytest.mark.parametrize("tenant", ["a\nb", "\ud800"])
def test_an_invalid_tenant_is_refused(tenant: str) -> None:
    with pytest.raises(ValueError, match="tenant"):
        World().process().for_tenant(tenant)
    with pytest.raises(ValueError, match="tenant"):
        World().process(tenant=tenant)


def test_the_empty_tenant_is_refused_because_it_would_share_the_results_of_no_tenant() -> None:
    with pytest.raises(ValueError, match="the empty text is not a tenant"):
        World().process().for_tenant("")


def test_a_read_from_before_a_purge_does_not_come_back() -> None:
    class Slow(MemoryItemStore):
        """A store in which a purge happens after the first read, before the reader uses it."""

        cache: Cache | None = None

        def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
            item = super().read(pk, sk, consistent=consistent)
            cache, self.cache = self.cache, None
            if cache is not None:
                cache.purge(KEY)
            return item

    items = Slow()
    world = World(items=items)
    ask(world.process(), "old")
    cache = items.cache = world.process()
    assert [ask(cache), ask(cache)] == ["new", "new"]


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        ("prices", TypeError),
        ([1], TypeError),
        ([""], ValueError),
        (["x" * 1_001], ValueError),
        ([str(number) for number in range(129)], ValueError),
    ],
)
def test_invalid_tags_are_refused(tags: Any, error: type[Exception]) -> None:
    world = World()
    with pytest.raises(error, match="tags"):
        ask(world.process(), "new", tags)
    assert world.told == []


WORLD = World()
SHOP = WORLD.process("shop")


@cached(SHOP, freshness_lifetime=600, tags=lambda product, currency="EUR": ["prices", f"{product} in {currency}"])
def price(product: str, currency: str = "EUR") -> float:
    return WORLD.now


@cached(SHOP, freshness_lifetime=600, tags=["prices"])
def total() -> float:
    return WORLD.now


def test_the_tags_of_a_function_may_be_made_of_its_arguments() -> None:
    def all_of_them() -> list[float]:
        return [price("tea"), price("tea", currency="USD"), price("cocoa"), total()]

    began = WORLD.now
    assert all_of_them() == [began] * 4
    WORLD.now += 10
    SHOP.purge_tag("tea in USD")
    assert all_of_them() == [began, WORLD.now, began, began]
    SHOP.purge_tag("prices")
    WORLD.now += 10
    assert all_of_them() == [WORLD.now] * 4
