"""Results caches of modules in memory: empty for each test, with its clock, and on their former stores afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import brine
from brine.errors import ConfigError
from brine.testing import CachesInMemory

if TYPE_CHECKING:
    from brine.testing import AppFactory, Clock


@dataclass(frozen=True)
class Quote:
    product: str
    number: int


app = brine.App(environment={})
cache = brine.cache("quotes", environment={})
acme = cache.for_tenant("acme")
computed: list[str] = []


@brine.cached(cache, freshness_lifetime="1m", grace="10m", tags=lambda product: [product])
def quote(product: str) -> Quote:
    computed.append(product)
    return Quote(product, len(computed))


@brine.cached(cache, freshness_lifetime="1m")
async def later(product: str) -> Quote:
    computed.append(product)
    return Quote(product, len(computed))


@brine.cached(cache, freshness_lifetime="1m", grace="10m", tenant=lambda shop, _: shop, key=lambda _, product: product)
def of_shop(shop: str, product: str) -> Quote:
    computed.append(product)
    return Quote(f"{product} of {shop}", len(computed))


@app.get("/quotes/<product>", freshness_lifetime="1h", tags=lambda product: [product])
def page(product: str) -> Quote:
    return quote(product)


@app.post("/quotes/<product>", purges=lambda product: [product])
def change(product: str) -> None:
    pass


@pytest.fixture(autouse=True)
def _none_computed() -> None:
    computed.clear()


@pytest.mark.parametrize("run", [1, 2])
def test_each_test_begins_with_empty_caches(brine_caches: CachesInMemory, run: int) -> None:
    assert [quote("tea"), quote("tea")] == [Quote("tea", 1)] * 2
    assert brine_caches.outcomes == ["miss", "hit"]
    assert {event.cache for event in brine_caches.events} == {"quotes"}


def test_afterwards_a_cache_has_its_former_stores() -> None:
    with CachesInMemory() as outer:
        quote("tea")
        with CachesInMemory() as inner:
            quote("tea")
        assert quote("tea") == Quote("tea", 1)
        assert (outer.outcomes, inner.outcomes) == (["miss", "hit"], ["miss"])
    with pytest.raises(ConfigError, match="BRINE_TABLE"):
        quote("tea")


def test_a_cache_that_is_made_during_the_test_is_in_memory_too(brine_caches: CachesInMemory) -> None:
    late = brine.cache("late", environment={"AWS_LAMBDA_FUNCTION_NAME": "late"})
    numbers = iter((1, 2))
    assert [late.get_or_compute("key", lambda: next(numbers), freshness_lifetime=60) for _ in range(2)] == [1, 1]
    assert [event.cache for event in brine_caches.events] == ["late"] * 2


def test_a_module_that_uses_a_name_again_shares_no_results(brine_caches: CachesInMemory) -> None:
    others = brine.cache("quotes", environment={})
    assert others.get_or_compute("key", lambda: 1, freshness_lifetime=60) == 1
    assert cache.get_or_compute("key", lambda: 2, freshness_lifetime=60) == 2


def test_the_cache_goes_by_the_clock_of_the_test(brine_caches: CachesInMemory, brine_clock: Clock) -> None:
    quote("tea")
    brine_clock.advance("61m")
    assert quote("tea") == Quote("tea", 2)
    assert brine_caches.outcomes == ["miss", "miss"]


def test_a_stale_result_is_served_and_refreshed(brine_caches: CachesInMemory, brine_clock: Clock) -> None:
    brine.cache("quotes", environment={})  # the refresh finds the cache that has the function
    quote("tea")
    brine_clock.advance("2m")
    assert quote("tea") == Quote("tea", 1)
    assert brine_caches.refresh() == brine_caches.events[2:]
    assert quote("tea") == Quote("tea", 2)
    assert brine_caches.outcomes == ["miss", "stale", "refreshed", "hit"]
    assert brine_caches.refresh() == []


def test_a_purged_tag_is_recorded_and_its_results_are_gone(brine_caches: CachesInMemory) -> None:
    quote("tea")
    quote("coffee")
    cache.purge_tag("tea")
    acme.purge_tag("coffee")
    assert (quote("tea").number, quote("coffee").number) == (3, 2)
    assert brine_caches.purged == ["tea", "coffee"]


def test_a_copy_for_a_tenant_is_in_memory_too(brine_caches: CachesInMemory) -> None:
    assert acme.get_or_compute("key", lambda: 1, freshness_lifetime=60) == 1
    assert cache.get_or_compute("key", lambda: 2, freshness_lifetime=60) == 2


def test_a_function_with_tenants_is_in_memory_and_is_refreshed_for_each(
    brine_caches: CachesInMemory, brine_clock: Clock
) -> None:
    assert [of_shop(shop, "tea").number for shop in ("acme", "other", "acme")] == [1, 2, 1]
    acme.purge(of_shop.key("acme", "tea"))
    assert [of_shop(shop, "tea").number for shop in ("acme", "other")] == [3, 2]
    brine_clock.advance("61s")
    assert of_shop("other", "tea") == Quote("tea of other", 2)
    assert [event.outcome for event in brine_caches.refresh()] == ["refreshed"]
    assert (of_shop("other", "tea"), of_shop("acme", "tea")) == (Quote("tea of other", 4), Quote("tea of acme", 3))


def test_a_coroutine_function_works(brine_caches: CachesInMemory) -> None:
    async def twice() -> list[Quote]:
        return [await later("tea"), await later("tea")]

    assert asyncio.run(twice()) == [Quote("tea", 1)] * 2
    assert brine_caches.outcomes == ["miss", "hit"]


def test_purges_reach_responses_and_results(brine_app: AppFactory, brine_caches: CachesInMemory) -> None:
    client = brine_app(app)
    assert client.get("/quotes/tea").json() == {"product": "tea", "number": 1}
    cache.purge_tag("tea")
    response = client.get("/quotes/tea")
    assert (response.result, response.json()["number"]) == ("miss", 2)

    client.post("/quotes/tea")
    assert quote("tea") == Quote("tea", 3)
    assert (client.purged, brine_caches.purged) == (["tea"], ["tea"])


def test_the_observer_of_a_cache_is_called(brine_caches: CachesInMemory) -> None:
    told: list[str] = []
    observed = brine.cache("seen", observe=lambda event: told.append(event.outcome), environment={})
    observed.get_or_compute("key", lambda: 1, freshness_lifetime=60)
    assert told == brine_caches.outcomes == ["miss"]


def test_clients_of_one_test_share_the_time_and_not_the_responses(brine_app: AppFactory, brine_clock: Clock) -> None:
    first, second = brine_app(app), brine_app(app)
    first.get("/quotes/tea")
    assert second.get("/quotes/tea").result == "miss"
    brine_clock.advance("2h")
    assert first.clock.now == second.clock.now == brine_clock.now
    assert first.get("/quotes/tea").result == "miss"


def test_refresh_requests_are_sealed_by_the_keyring_of_the_stores_in_use() -> None:
    with CachesInMemory():
        first = cache.sealer
        assert cache.sealer is first
        with CachesInMemory():
            assert cache.sealer is not first
