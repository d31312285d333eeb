"""A function that makes one response of three APIs (docs/functions.md). Its routes are in dashboard.toml."""

from dataclasses import dataclass
from typing import Any

from brine import App, Fetch

app = App()


@dataclass(frozen=True)
class Dashboard:
    orders: list[Any]
    profile: dict[str, Any]
    offers: list[Any]


@app.get("/dashboard/<customer>", freshness_lifetime="30s", grace="10m")
def dashboard(customer: str, fetch: Fetch) -> Dashboard:
    orders, profile, offers = fetch.all(
        ("orders", f"/by/{customer}"),
        ("profiles", f"/{customer}"),
        ("offers", "/today", {"or": []}),
    )
    return Dashboard(orders.json(), profile.json(), offers.json())


handler = app.handler
