"""Tests of functions without AWS (docs/test-functions.md).

uv run pytest examples/test_dashboard.py
"""

from pathlib import Path
from typing import Any

from brine.testing import AppClient, Clock, Reply
from examples import dashboard, orders_app

ROUTES = Path(__file__).parent / "dashboard.toml"


def client(**changed: Any) -> AppClient:
    """Return a client of the dashboard, with answers for its three APIs."""
    answers = {
        "orders": {"/by/17": [{"id": "A-1"}]},
        "profiles": {"/17": {"name": "Ada"}},
        "offers": ["tea"],
    }
    return dashboard.app.test(fetch={**answers, **changed}, routes=ROUTES)


def test_the_dashboard_has_all_parts() -> None:
    api = client()
    response = api.get("/dashboard/17")
    assert (response.status, response.result) == (200, "miss")
    assert response.json() == {"orders": [{"id": "A-1"}], "profile": {"name": "Ada"}, "offers": ["tea"]}
    assert response.object() == dashboard.Dashboard([{"id": "A-1"}], {"name": "Ada"}, ["tea"])
    assert sorted(api.fetched) == [("offers", "/today"), ("orders", "/by/17"), ("profiles", "/17")]


def test_a_second_request_runs_no_function() -> None:
    api = client()
    api.get("/dashboard/17")
    assert api.get("/dashboard/17").result == "hit"
    assert api.runs == [("dashboard", {"customer": "17"})]


def test_a_stale_dashboard_is_served_and_refreshed() -> None:
    api = client()
    api.get("/dashboard/17")
    api.clock.advance("2m")
    api.answers("offers", ["coffee"])

    stale = api.get("/dashboard/17")
    assert (stale.result, stale.json()["offers"]) == ("stale", ["tea"])
    assert [refresh.outcome for refresh in api.refresh()] == ["refreshed"]
    assert api.get("/dashboard/17").json()["offers"] == ["coffee"]


def test_an_explanation_says_why_the_dashboard_is_stale() -> None:
    api = client()
    api.get("/dashboard/17")
    assert api.explain("/dashboard/17").verdict.result == "hit"

    api.clock.advance("2m")
    explained = api.explain("/dashboard/17")
    assert explained.verdict.action == "serve-stale"
    assert "stale for 1 min" in explained.verdict.sentence
    [stored] = explained.stored
    assert sorted(stored.parts) == [("offers", "/today"), ("orders", "/by/17"), ("profiles", "/17")]
    assert api.runs == [("dashboard", {"customer": "17"})]


def test_the_dashboard_does_without_offers() -> None:
    api = client(offers=Reply(status=503))
    response = api.get("/dashboard/17")
    assert (response.json()["offers"], response.is_stored) == ([], False)
    assert response.parts["offers"] == "failed"


def test_the_dashboard_needs_the_profile() -> None:
    api = client(profiles=TimeoutError("no answer"))
    response = api.get("/dashboard/17")
    assert (response.status, response.problem) == (502, "part-failed")


def test_each_tenant_has_its_own_summary() -> None:
    api = orders_app.app.test(
        fetch={"orders": [{"total": "2.50"}], "profiles": {"name": "Ada"}}, routes=ROUTES, clock=Clock()
    )
    assert api.get("/summaries/17").problem == "tenant-missing"
    assert api.get("/summaries/17", claims={"tenant_id": "acme"}).result == "miss"
    assert api.get("/summaries/17", claims={"tenant_id": "other"}).result == "miss"
    assert api.get("/summaries/17", claims={"tenant_id": "acme"}).result == "hit"


def test_a_new_order_purges_the_summary_of_its_customer() -> None:
    acme = {"tenant_id": "acme"}
    answers = {"orders": lambda target: [{"total": "2.50"}] if "paid" in target else {"id": "A-2"}}
    api = orders_app.app.test(fetch={**answers, "profiles": {"name": "Ada"}}, routes=ROUTES)
    api.get("/summaries/17", claims=acme)

    response = api.post("/orders", {"customer": "17", "sku": "tea", "count": 2}, claims=acme)
    assert (response.status, response.json()["id"]) == (201, "A-2")
    assert api.purged == ["customer-17"]
    assert api.get("/summaries/17", claims=acme).result == "miss"
