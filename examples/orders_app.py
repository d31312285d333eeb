"""Functions with tenants, tags, purges, content, coroutines and handlers of exceptions (docs/functions.md).

Their routes are in dashboard.toml. The content of `create` is converted by pydantic.
"""

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from brine import App, AsyncFetch, Fetch

logger = Logger(service="orders")
app = App()


@dataclass(frozen=True)
class Summary:
    customer: str
    name: str
    spent: Decimal


@app.get(
    "/summaries/<customer>",
    freshness_lifetime="1m",
    grace="1h",
    tenant="claim:tenant_id",
    tags=lambda customer: [f"customer-{customer}"],
)
def summary(customer: str, fetch: Fetch) -> Summary:
    orders = fetch("orders", f"/by/{customer}", query={"state": "paid"})
    profile = fetch("profiles", f"/{customer}")
    name = profile.json()["name"] if profile.status != 404 else "unknown"
    return Summary(customer, name, sum((Decimal(order["total"]) for order in orders.json()), Decimal()))


@dataclass(frozen=True)
class NewOrder:
    customer: str
    sku: str
    count: int


@dataclass(frozen=True)
class Order:
    id: str
    sku: str
    count: int


@app.post("/orders", status=201, tenant="claim:tenant_id", purges=lambda order: [f"customer-{order.customer}"])
def create(order: NewOrder, fetch: Fetch) -> Order:
    content = {"sku": order.sku, "count": order.count}
    created = fetch("orders", f"/by/{order.customer}", method="POST", content=content)
    return Order(created.json()["id"], order.sku, order.count)


@app.get("/prices/<sku>", freshness_lifetime="5m")
async def price(sku: str, fetch: AsyncFetch) -> dict[str, Any]:
    offers, orders = await fetch.all(("offers", f"/{sku}", {"or": {}}), ("orders", f"/last/{sku}"))
    return {"sku": sku, "offer": offers.json(), "last": orders.json()}


@app.get("/names/<customer>", freshness_lifetime="5m")
def name_of(customer: str, fetch: Fetch) -> dict[str, Any]:
    profile = fetch("profiles", f"/{customer}")
    if profile.status == 404:
        raise NotFoundError(f"there is no customer {customer}")
    return {"name": profile.json()["name"]}


class NoSuchReport(Exception):
    pass


@app.get("/reports/<year>", freshness_lifetime="1d")
def report(year: int, fetch: Fetch) -> dict[str, Any]:
    if year > 2026:
        raise NoSuchReport(str(year))
    return {"year": year, "orders": fetch("orders", "/", query={"year": year}).json()}


@app.exception_handler(NoSuchReport)
def no_such_report(error: NoSuchReport) -> Response[str]:
    return Response(404, content_types.APPLICATION_JSON, f'{{"year": {error}}}')


def timed(_app: Any, call_next: NextMiddleware) -> Response[Any]:
    began = time.monotonic()
    response = call_next(_app)
    logger.info("function ran", seconds=time.monotonic() - began)
    return response


app.use([timed])
handler = app.handler
