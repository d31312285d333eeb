"""Refreshes in the background of functions with tenants: the tenant comes from the arguments of the request again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from brine.service.results.decorators.cached import cached
from tests.unit.service.results.refreshed import Deployment, altered

OPTIONS: dict[str, Any] = {
    "tenant": lambda _, currency="EUR": currency,
    "key": lambda product, *_, **__: product,
    "tags": ["prices"],
}


def stale(**settings: Any) -> Deployment:
    """A deployment with a stale result of each of two tenants, the currencies, under the same key."""
    deployment = Deployment()
    process = deployment.process(**OPTIONS | settings)
    assert [process.price("tea", currency) for currency in ("EUR", "CHF")] == ["tea EUR 1", "tea CHF 2"]
    deployment.world.now += 61
    return deployment


def test_a_refresh_request_renews_the_result_of_its_tenant() -> None:
    deployment = stale()
    process = deployment.process(**OPTIONS)
    assert process.price("tea", "CHF") == "tea CHF 2"
    assert process.deliver(deployment.taken()) == []
    assert deployment.calls.made[2:] == [("tea", "CHF")]
    fresh = deployment.process(**OPTIONS)
    assert (fresh.price("tea", currency="CHF"), fresh.price("tea")) == ("tea CHF 3", "tea EUR 1")
    assert deployment.world.outcomes[2:] == ["stale", "refreshed", "hit", "stale"]


def test_each_tenant_sends_a_request_of_its_own() -> None:
    deployment = stale()
    process = deployment.process(**OPTIONS)
    for currency in ("EUR", "CHF", "EUR"):
        process.price("tea", currency)
    texts = deployment.taken()
    assert len(texts) == 2
    assert process.deliver(texts) == []
    assert deployment.calls.made[2:] == [("tea", "EUR"), ("tea", "CHF")]


def test_a_request_with_the_key_of_another_tenant_is_dropped() -> None:
    deployment = stale()
    process = deployment.process(**OPTIONS)
    process.price("tea", "EUR")
    (text,) = deployment.taken()
    key = process.cache.for_tenant("CHF").hashed_key(process.price.key("tea", "CHF"))
    assert process.deliver([altered(text, key=key)]) == []
    assert deployment.world.outcomes[-1] == "refresh-malformed"
    assert len(deployment.calls.made) == 2


@pytest.mark.parametrize(
    "tenant",
    [lambda *_, **__: "", lambda *_, **__: "other", lambda: "EUR", None],
    ids=["empty", "another", "other parameters", "none any more"],
)
def test_a_request_is_dropped_if_the_arguments_have_another_tenant_by_now(tenant: Any) -> None:
    deployment = stale()
    deployment.process(**OPTIONS).price("tea")
    process = deployment.process(**OPTIONS | {"tenant": tenant})
    assert process.deliver(deployment.taken()) == []
    assert deployment.world.outcomes[-1] == "not-needed"
    assert len(deployment.calls.made) == 2


def test_a_purged_result_of_a_tenant_is_not_refreshed_and_that_of_another_tenant_is() -> None:
    deployment = stale()
    process = deployment.process(**OPTIONS)
    for currency in ("EUR", "CHF"):
        process.price("tea", currency)
    process.cache.for_tenant("EUR").purge_tag("prices")
    assert process.deliver(deployment.taken()) == []
    assert deployment.world.outcomes[-2:] == ["not-needed", "refreshed"]
    assert deployment.calls.made[2:] == [("tea", "CHF")]


def test_an_early_refresh_renews_the_result_of_its_tenant() -> None:
    deployment = Deployment()
    deployment.calls.took = 2.0
    process = deployment.process(early_refresh=1.0, **OPTIONS)
    for currency in ("EUR", "CHF"):
        process.price("tea", currency)
    deployment.world.drawn = 0.0
    assert process.price("tea", "CHF") == "tea CHF 2"
    assert process.deliver(deployment.taken()) == []
    deployment.world.drawn = 0.999
    assert (process.price("tea", "CHF"), process.price("tea", "EUR")) == ("tea CHF 3", "tea EUR 1")
    assert deployment.world.outcomes[2:] == ["hit", "refreshed", "hit", "hit"]


def test_a_schedule_refreshes_the_calls_of_each_tenant() -> None:
    deployment = Deployment()
    process = deployment.process(scheduled=[("tea", "EUR"), ("tea", "CHF")], **OPTIONS)
    assert process.handler({"brine": "refresh"}, None) == {"refreshed": 2}
    assert (process.price("tea", "EUR"), process.price("tea", "CHF")) == ("tea EUR 1", "tea CHF 2")
    key = process.price.key("tea", "CHF")
    assert process.cache.for_tenant("CHF").get_or_compute(key, str, freshness_lifetime=60) == "tea CHF 2"


def test_a_scheduled_call_without_a_valid_tenant_is_told_when_the_function_is_decorated() -> None:
    with pytest.raises(ValueError, match=r"price, tenant: the empty text is not a tenant"):
        Deployment().process(scheduled=[("tea", "EUR"), ("tea", "")], **OPTIONS)


def test_a_coroutine_function_is_refreshed_for_its_tenant() -> None:
    deployment = Deployment()
    process = deployment.process()
    numbers = iter(range(1, 9))

    async def rate(currency: str) -> int:
        return next(numbers)

    rate.__qualname__ = "rate"  # as if it were defined at the top of the module
    options: dict[str, Any] = {"freshness_lifetime": 60, "grace": 300, "key": lambda _: "rate"}
    decorated = cached(process.cache, tenant=lambda currency: currency, **options)(rate)

    async def rates() -> list[int]:
        return [await decorated(currency) for currency in ("EUR", "CHF")]

    assert asyncio.run(rates()) == [1, 2]
    deployment.world.now += 61
    assert asyncio.run(decorated("CHF")) == 2
    assert process.deliver(deployment.taken()) == []
    assert asyncio.run(rates()) == [1, 3]
