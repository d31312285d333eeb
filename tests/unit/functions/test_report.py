"""The sample report, in memory: a whole from two services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.functions.apps import app_of, routes_of

if TYPE_CHECKING:
    from brine.testing import AppClient

PRICES = {"args": {"coffee": "7.90", "tea": "3.25"}}
COUNTS = {"args": {"coffee": "12", "tea": "40"}}
REPORT = {"coffee": 94.8, "tea": 130.0}


@pytest.fixture
def client() -> AppClient:
    return app_of("report").test({"prices": PRICES, "counts": COUNTS}, routes=routes_of("report"))


def test_the_report_is_the_value_of_each_product(client: AppClient) -> None:
    made = client.get("/report")
    assert (made.status, made.json()) == (200, REPORT)
    assert client.fetched == [("prices", "/?coffee=7.90&tea=3.25"), ("counts", "/?coffee=12&tea=40")]
    assert client.get("/report").json() == REPORT
    assert client.runs == [("report", {})]


def test_after_a_minute_it_is_served_stale_and_made_again_from_new_prices(client: AppClient) -> None:
    client.get("/report")
    client.clock.advance(61)
    client.answers("prices", {"args": {"coffee": "8", "tea": "3.25"}})
    assert client.get("/report").json() == REPORT
    assert [done.outcome for done in client.refresh()] == ["refreshed"]
    assert client.get("/report").json() == {"coffee": 96.0, "tea": 130.0}


@pytest.mark.parametrize("tag", ["prices", "counts"])
def test_a_tag_of_either_service_ends_it(client: AppClient, tag: str) -> None:
    client.get("/report")
    client.purge_tag(tag)
    client.get("/report")
    assert len(client.runs) == 2
