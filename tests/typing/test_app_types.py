"""The types that mypy gives to apps, parts and clients of tests. The code under TYPE_CHECKING never runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, assert_type

from aws_lambda_powertools.event_handler import CORSConfig

from brine import App, FunctionMistake, Part, PartFailed, Rejected
from brine.testing import Clock

if TYPE_CHECKING:
    from brine import AsyncFetch, Fetch
    from brine.domain.http.messages import Request, Response
    from brine.testing import AppClient, AppResponse, Reply

app = App(cors=CORSConfig(allow_origin="https://shop.test"))


@dataclass(frozen=True)
class Order:
    id: str


@app.get(
    "/orders/<customer>",
    freshness_lifetime="30s",
    grace=timedelta(minutes=10),
    negative_lifetimes={404: "10s"},
    tags=lambda customer: [f"customer-{customer}"],
    key_headers=["accept-language"],
    query={"drop": ["utm_*"]},
    version=2,
    set_cookie="strip",
    new_keys_per_minute=False,
)
def orders_of(customer: str, fetch: Fetch) -> list[Order]:
    orders, offers = fetch.all(("orders", f"/{customer}"), ("offers", "/today", {"or": []}))
    assert_type(orders, Part)
    return [Order(one["id"]) for one in (*orders.json(), *offers.json())]


@app.get("/prices/<sku>", freshness_lifetime=60, tags=["prices"])
async def price(sku: str, fetch: AsyncFetch) -> float:
    one = await fetch("prices", f"/{sku}", query={"currency": ["EUR", None]}, otherwise=None)
    assert_type(one, Part)
    (other,) = await fetch.all(("prices", f"/{sku}", {"query": {"a": 1}, "headers": {"accept": "text/json"}}))
    assert_type(other, Part)
    return float(other.json())


@app.post("/orders", status=201, purges=lambda order, result: [order.id, result.id], max_request_body=1000)
def create(order: Order, fetch: Fetch) -> Order:
    try:
        return Order(fetch("orders", method="POST", content={"id": order.id}).json()["id"])
    except PartFailed as error:
        assert_type((error.route, error.status), tuple[str, int])
        raise


@app.exception_handler([KeyError, FunctionMistake])
def mistaken(error: Exception) -> Any:
    raise error


@app.before_fetch
def trace(request: Request, route: str) -> None: ...


@app.before_fetch("orders")
def sign(request: Request, route: str) -> Request:
    return replace(request, fields=request.fields.with_line("x-api-key", route))


@app.after_fetch("orders")
def check(response: Response, request: Request, route: str) -> Response | None:
    if not response.body:
        raise Rejected("no content")
    return None


@app.before_store
def is_worth_storing(response: Response, request: Request, route: str) -> bool:
    return response.status < 300


if TYPE_CHECKING:
    # The decorators keep the types of the functions.
    assert_type(orders_of("17", Fetch()), list[Order])  # type: ignore[call-arg]
    orders_of(17)  # type: ignore[call-arg, arg-type]
    assert_type(mistaken(KeyError()), Any)

    # Settings with a wrong name or type.
    app.get("/", lifetime="1m")  # type: ignore[call-arg]
    app.get("/", freshness_lifetime=[1])  # type: ignore[arg-type]
    app.get("/", grace=None)  # type: ignore[arg-type]
    app.get("/", tags="orders")  # type: ignore[arg-type]
    app.get("/", version=[])  # type: ignore[arg-type]
    app.get("/", set_cookie="always")  # type: ignore[arg-type]
    app.get("/", purges=["orders"])  # type: ignore[call-arg]
    app.post("/", freshness_lifetime="1m")  # type: ignore[call-arg]
    app.get("/")(3)  # type: ignore[type-var]
    App(cors="*")  # type: ignore[arg-type]
    App(valid=True)  # type: ignore[call-arg]
    app.exception_handler(KeyError())  # type: ignore[arg-type]

    # Hooks with wrong arguments or results.
    app.before_fetch(check)  # type: ignore[type-var]
    app.after_fetch("orders")(sign)  # type: ignore[type-var]
    app.before_store(3)  # type: ignore[call-overload]

    def wrong_calls(fetch: Fetch, part: Part) -> None:
        fetch(1)  # type: ignore[arg-type]
        fetch("orders", path=b"/")  # type: ignore[arg-type]
        fetch("orders", quarry={})  # type: ignore[call-arg]
        fetch.all("orders")  # type: ignore[arg-type]
        fetch.all(("orders",))  # type: ignore[arg-type]
        fetch.all(("orders", "/", {"otherwise": 1}))  # type: ignore[typeddict-unknown-key]
        fetch.all(("orders", "/", {"query": 1}))  # type: ignore[typeddict-item]
        part.status = 3  # type: ignore[misc]  # what must not be possible
        assert_type((part.status, part.ok, part.content, part.is_fallback), tuple[int, bool, bytes, bool])

    async def wrong_awaits(fetch: AsyncFetch) -> None:
        assert_type(await price("tea", fetch), float)
        await fetch("orders", quarry={})  # type: ignore[call-arg]
        await fetch("orders", query=1)  # type: ignore[arg-type]
        await fetch.all("orders")  # type: ignore[arg-type]

    def wrong_tests(client: AppClient) -> None:
        assert_type(client.get("/", headers={"accept": "*/*"}, claims={"sub": "a"}), AppResponse)
        client.get("/", header={})  # type: ignore[call-arg]
        client.get("/", headers="accept")  # type: ignore[arg-type]
        client.post("/", content={"a": 1}, claims=3)  # type: ignore[arg-type]
        Clock().advance(None)  # type: ignore[arg-type]
        Reply(status="200")  # type: ignore[arg-type]


def test_the_functions_that_mypy_checked_run() -> None:
    answers = {"orders": [{"id": "A"}], "offers": [], "prices": 2.5}
    client = app.test(fetch=answers, clock=Clock())
    assert client.get("/orders/17").object() == [Order("A")]
    assert client.get("/prices/tea").json() == 2.5
    assert client.post("/orders", {"id": "A"}).problem == "function-failed"
