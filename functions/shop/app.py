"""The shop function: a customer's dashboard from three services, and orders, which renew it."""

from dataclasses import dataclass
from typing import Any

from brine import App, Fetch

app = App()
TENANT = "header:x-shop"


@dataclass(frozen=True)
class Dashboard:
    customer: str
    orders: dict[str, Any]
    profile: dict[str, Any]
    offers: dict[str, Any]


def tags(customer: str) -> list[str]:
    return [f"customer-{customer}"]


@app.get("/shop/<customer>", freshness_lifetime="30s", grace="10m", tenant=TENANT, tags=tags)
def dashboard(customer: str, fetch: Fetch) -> Dashboard:
    orders, profile, offers = fetch.all(
        ("orders", f"/{customer}"), ("profiles", f"/{customer}"), ("offers", "/today", {"or": {}})
    )
    return Dashboard(customer, orders.json(), profile.json(), offers.json())


@app.post("/shop/<customer>/orders", tenant=TENANT, purges=tags)
def order(customer: str, fetch: Fetch) -> dict[str, Any]:
    made = fetch("orders", f"/{customer}", method="POST", content=app.current_event.json_body)
    return {"customer": customer, "order": made.json()["json"]}


handler = app.handler
