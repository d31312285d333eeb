"""The report: the product of two services, stored with its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.testing import Reply
from functions.report.app import app

if TYPE_CHECKING:
    from brine.testing import AppClient, AppFactory

PRICES = {"args": {"coffee": "2.00", "tea": "1.50"}}
COUNTS = {"args": {"coffee": "10", "tea": "4"}}


@pytest.fixture
def client(brine_app: AppFactory) -> AppClient:
    return brine_app(app, fetch={"prices": PRICES, "counts": COUNTS})


def test_the_report_multiplies_prices_and_counts(client: AppClient) -> None:
    response = client.get("/report")
    assert (response.status, response.result, response.is_stored) == (200, "miss", True)
    assert response.json() == response.object() == {"coffee": 20.0, "tea": 6.0}
    assert client.fetched_from("prices") == ["/?coffee=7.90&tea=3.25"]
    assert client.fetched_from("counts") == ["/?coffee=12&tea=40"]


def test_a_second_request_fetches_nothing_and_runs_no_function(client: AppClient) -> None:
    client.get("/report")
    assert client.get("/report").result == "hit"
    assert (len(client.fetched), len(client.runs)) == (2, 1)


def test_a_purged_price_is_fetched_again_without_the_counts(client: AppClient) -> None:
    client.get("/report")
    client.purge_route("prices")
    client.purge_tag("prices")
    client.answers("prices", {"args": {"coffee": "3.00", "tea": "1.50"}})
    response = client.get("/report")
    assert response.json()["coffee"] == 30.0
    assert response.parts == {"prices": "miss", "counts": "hit"}


def test_a_stale_report_is_served_and_refreshed(client: AppClient) -> None:
    client.get("/report")
    client.clock.advance("2m")
    client.answers("counts", {"args": {"coffee": "11", "tea": "4"}})
    stale = client.get("/report")
    assert (stale.result, stale.json()["coffee"]) == ("stale", 20.0)
    assert [refresh.outcome for refresh in client.refresh()] == ["refreshed"]
    fresh = client.get("/report")
    assert (fresh.result, fresh.json()["coffee"]) == ("hit", 22.0)


@pytest.mark.parametrize("service", ["prices", "counts"])
def test_without_a_service_there_is_no_report(client: AppClient, service: str) -> None:
    client.answers(service, Reply(status=503))
    response = client.get("/report")
    assert (response.status, response.problem, response.is_stored) == (502, "part-failed", False)


def test_a_service_that_fails_leaves_the_stale_report(client: AppClient) -> None:
    client.get("/report")
    client.clock.advance("2m")
    client.answers("prices", TimeoutError("no answer"))
    assert client.get("/report").result == "stale"
    assert [refresh.outcome for refresh in client.refresh()] == ["failed"]
    assert client.get("/report").json() == {"coffee": 20.0, "tea": 6.0}
