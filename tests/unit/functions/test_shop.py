"""The shop: a dashboard from three services for each tenant, and orders, which purge it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from brine.testing import Reply
from functions.shop.app import Dashboard, app

if TYPE_CHECKING:
    from brine.testing import AppClient, AppFactory

ACME = {"x-shop": "acme"}
OTHER = {"x-shop": "other"}
ORDERS: dict[str, Any] = {"method": "GET"}
PROFILE = {"name": "Ada"}
OFFERS = {"tea": "half price"}


def orders(_target: str) -> dict[str, Any]:
    """Return what httpbin says to a GET and to the POST of these tests."""
    return {**ORDERS, "json": {"sku": "tea"}}


@pytest.fixture
def client(brine_app: AppFactory) -> AppClient:
    return brine_app(app, fetch={"orders": ORDERS, "profiles": {"/7": PROFILE}, "offers": {"/today": OFFERS}})


def test_the_dashboard_has_all_parts(client: AppClient) -> None:
    response = client.get("/shop/7", headers=ACME)
    assert (response.status, response.result, response.is_stored) == (200, "miss", True)
    assert response.json() == {"customer": "7", "orders": ORDERS, "profile": PROFILE, "offers": OFFERS}
    assert response.object() == Dashboard("7", ORDERS, PROFILE, OFFERS)
    assert sorted(client.fetched) == [("offers", "/today"), ("orders", "/7"), ("profiles", "/7")]


def test_a_second_request_fetches_nothing(client: AppClient) -> None:
    client.get("/shop/7", headers=ACME)
    assert client.get("/shop/7", headers=ACME).result == "hit"
    assert client.runs == [("dashboard", {"customer": "7"})]
    assert len(client.fetched) == 3


def test_without_offers_the_dashboard_is_answered_and_not_stored(client: AppClient) -> None:
    client.answers("offers", Reply(status=503))
    response = client.get("/shop/7", headers=ACME)
    assert (response.status, response.json()["offers"], response.is_stored) == (200, {}, False)
    assert response.parts["offers"] == "failed"

    client.answers("offers", {"/today": OFFERS})
    response = client.get("/shop/7", headers=ACME)
    assert (response.json()["offers"], response.is_stored) == (OFFERS, True)


@pytest.mark.parametrize("service", ["orders", "profiles"])
def test_without_a_service_that_it_needs_there_is_no_dashboard(client: AppClient, service: str) -> None:
    client.answers(service, TimeoutError("no answer"))
    response = client.get("/shop/7", headers=ACME)
    assert (response.status, response.problem, response.is_stored) == (502, "part-failed", False)
    assert response.parts[service] == "failed"


def test_each_tenant_has_its_own_dashboard_and_all_share_the_offers(client: AppClient) -> None:
    client.get("/shop/7", headers=ACME)
    client.answers("profiles", {"/7": {"name": "Grace"}})
    response = client.get("/shop/7", headers=OTHER)
    assert (response.result, response.json()["profile"]) == ("miss", {"name": "Grace"})
    assert response.parts == {"orders": "miss", "profiles": "miss", "offers": "hit"}
    assert client.get("/shop/7", headers=ACME).json()["profile"] == PROFILE


def test_a_request_without_a_tenant_is_refused(client: AppClient) -> None:
    response = client.get("/shop/7")
    assert (response.status, response.problem, client.runs) == (403, "tenant-missing", [])


def test_an_order_renews_the_dashboard_of_its_customer_and_tenant_alone(client: AppClient) -> None:
    client.answers("profiles", PROFILE)
    pages = [("/shop/7", ACME), ("/shop/8", ACME), ("/shop/7", OTHER)]
    for page, tenant in pages:
        client.get(page, headers=tenant)
    client.answers("orders", orders)

    response = client.post("/shop/7/orders", {"sku": "tea"}, headers=ACME)
    assert (response.status, response.json()) == (200, {"customer": "7", "order": {"sku": "tea"}})
    assert client.purged == ["customer-7"]
    renewed = [client.get(page, headers=tenant) for page, tenant in pages]
    assert [response.result for response in renewed] == ["miss", "hit", "hit"]
    assert renewed[0].json()["orders"] == orders("/7")
    assert renewed[0].parts == {"orders": "miss", "profiles": "hit", "offers": "hit"}


def test_an_order_that_the_service_rejects_purges_nothing(client: AppClient) -> None:
    client.get("/shop/7", headers=ACME)
    client.answers("orders", Reply(status=503))
    assert client.post("/shop/7/orders", {"sku": "tea"}, headers=ACME).problem == "part-failed"
    assert client.purged == []
    assert client.get("/shop/7", headers=ACME).result == "hit"


def test_a_stale_dashboard_is_served_and_refreshed(client: AppClient) -> None:
    client.get("/shop/7", headers=ACME)
    client.clock.advance("61m")
    assert client.get("/shop/7", headers=ACME).result == "miss", "the grace is over"

    client.clock.advance("2m")
    client.answers("profiles", {"/7": {"name": "Grace"}})
    stale = client.get("/shop/7", headers=ACME)
    assert (stale.result, stale.json()["profile"]) == ("stale", PROFILE)
    assert [refresh.outcome for refresh in client.refresh()] == ["refreshed"]
    assert client.get("/shop/7", headers=ACME).json()["profile"] == PROFILE, "the profile is fresh for ten minutes"

    client.clock.advance("9m")
    client.get("/shop/7", headers=ACME)
    client.refresh()
    assert client.get("/shop/7", headers=ACME).json()["profile"] == {"name": "Grace"}
