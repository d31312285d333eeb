"""The sample shop, in memory: the dashboard of a customer from three services, and orders, which renew it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.testing import Reply
from tests.unit.functions.apps import app_of, routes_of

if TYPE_CHECKING:
    from brine.testing import AppClient

ACME, GLOBEX = {"x-shop": "acme"}, {"x-shop": "globex"}


@pytest.fixture
def client() -> AppClient:
    answers = {"orders": {"json": {"item": "tea"}}, "profiles": {"name": "Ada"}, "offers": {"tea": "half price"}}
    return app_of("shop").test(answers, routes=routes_of("shop"))


def test_a_dashboard_has_what_the_services_say(client: AppClient) -> None:
    assert client.get("/shop/7", headers=ACME).json() == {
        "customer": "7",
        "orders": {"json": {"item": "tea"}},
        "profile": {"name": "Ada"},
        "offers": {"tea": "half price"},
    }
    assert sorted(client.fetched) == [("offers", "/today"), ("orders", "/7"), ("profiles", "/7")]


def test_tenants_share_only_the_offers(client: AppClient) -> None:
    for tenant in (ACME, GLOBEX, ACME):
        client.get("/shop/7", headers=tenant)
    assert len(client.runs) == 2
    assert sorted(name for name, _ in client.fetched) == ["offers", "orders", "orders", "profiles", "profiles"]


def test_without_the_offers_there_is_a_dashboard_and_without_the_orders_there_is_none(client: AppClient) -> None:
    client.answers("offers", Reply(None, 503))
    assert client.get("/shop/7", headers=ACME).json()["offers"] == {}
    client.answers("orders", Reply(None, 503))
    assert client.get("/shop/8", headers=ACME).status == 502


def test_an_order_ends_the_dashboard_of_its_customer_at_this_tenant_alone(client: AppClient) -> None:
    seen = [("/shop/7", ACME), ("/shop/8", ACME), ("/shop/7", GLOBEX)]
    for target, tenant in seen:
        client.get(target, headers=tenant)
    before = len(client.runs)
    done = client.post("/shop/7/orders", {"item": "tea"}, headers=ACME)
    assert (done.status, done.json()) == (200, {"customer": "7", "order": {"item": "tea"}})
    assert client.purged == ["customer-7"]
    assert client.runs[before:] == [("order", {"customer": "7"})]
    for target, tenant in seen:
        client.get(target, headers=tenant)
    assert client.runs[before + 1 :] == [("dashboard", {"customer": "7"})]
    assert client.fetched[-1] == ("orders", "/7")  # the order has changed this part; the profile is still fresh


def test_a_purge_of_a_dashboard_keeps_its_parts_and_a_purge_of_a_part_ends_the_dashboard(client: AppClient) -> None:
    client.get("/shop/7", headers=ACME)
    fetched = list(client.fetched)
    client.purge_url("/shop/7", tenant="acme")
    client.get("/shop/7", headers=ACME)
    assert (len(client.runs), client.fetched) == (2, fetched)
    client.purge_route("profiles")
    client.get("/shop/7", headers=ACME)
    assert (len(client.runs), client.fetched) == (3, [*fetched, ("profiles", "/7")])


def test_without_a_tenant_neither_is_answered(client: AppClient) -> None:
    assert client.get("/shop/7").status == 403
    assert client.post("/shop/7/orders", {"item": "tea"}).status == 403
    assert client.runs == []
    assert client.fetched == []
