"""A function with hooks around the requests to its servers (docs/functions.md#hooks). Its routes are in dashboard.toml.

Browsers on the pages of one site may call it.
"""

import os
from dataclasses import replace
from typing import Any

from aws_lambda_powertools.event_handler import CORSConfig

from brine import App, Fetch, Rejected
from brine.domain.http.messages import Request, Response

app = App(cors=CORSConfig(allow_origin="https://shop.example.com"))


@app.get("/orders/<customer>", freshness_lifetime="30s", name="orders-of-customer")
def orders_of(customer: str, fetch: Fetch) -> list[Any]:
    found: list[Any] = fetch("orders", f"/by/{customer}").json()
    return found


@app.before_fetch("orders")
def sign(request: Request, route: str) -> Request:
    return replace(request, fields=request.fields.with_line("x-api-key", os.environ["ORDERS_KEY"]))


@app.after_fetch("orders")
def check(response: Response, request: Request, route: str) -> None:
    if response.status == 200 and response.body.startswith(b'{"error"'):
        raise Rejected("an error with the status 200")


@app.before_store
def is_worth_storing(response: Response, request: Request, route: str) -> bool:
    return response.status != 404


@app.after_answer("orders-of-customer")
def greet(response: Response, request: Request, route: str) -> Response | None:
    if "x-greet" not in request.fields:
        return None
    return replace(response, fields=response.fields.with_line("x-greeting", "hello"))


handler = app.handler
