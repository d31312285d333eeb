"""The report function: the value of the stock, from the prices of one service and the counts of another.

This is a sample of the results cache (docs/results-cache.md). The report is fresh for a minute, and is served stale for
ten more minutes if a service fails. Two endpoints of httpbin play the services: they echo the query.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from math import inf
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from brine import powertools_observer
from brine.adapters.config.routes import parse_routes
from brine.adapters.http1 import HttpClient
from brine.adapters.http1.origin import HttpOrigin
from brine.bootstrap.results import build_cache
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.errors import OriginError, OriginMalformed
from brine.ports.deadline import Deadline
from brine_codec import Registry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from brine.domain.routing.route import Route
    from brine.service.results.call import CallOutcome

SERVICES: Final = """
[[route]]
name = "prices"
prefix = "/prices"
origin = "${BRINE_HTTPBIN_ORIGIN}/anything/prices"
timeout = "5s"

[[route]]
name = "counts"
prefix = "/counts"
origin = "${BRINE_HTTPBIN_ORIGIN}/anything/counts"
timeout = "5s"
"""
QUERIES: Final = {"prices": "coffee=7.90&tea=3.25&cocoa=4.10", "counts": "coffee=12&tea=40&cocoa=5"}
LARGEST_ANSWER: Final = 1_000_000
RESERVE: Final = 0.5
"""Seconds of the deadline that are reserved for the answer."""

# RFC 9211. A stale report after a failed computation is a hit too: no forwarded request led to it.
CACHE_STATUS: Final[dict[CallOutcome, str]] = {
    "hit": "report; hit",
    "stale": "report; hit; detail=stale",
    "collapsed": "report; fwd=miss; collapsed",
    "miss": "report; fwd=miss",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One product: `value` is price times count."""

    product: str
    price: Decimal
    count: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """The value of the stock at a point in time."""

    lines: list[Line]
    total: Decimal
    made_at: datetime


logger = Logger()


registry = Registry()
registry.register(Line, version=1)
registry.register(Report, version=1)
client = HttpClient()
observe = powertools_observer(logger, EphemeralMetrics())
cache = build_cache(os.environ, "report", client, registry=registry, observe=observe)
origin = HttpOrigin(client, max_body=LARGEST_ANSWER)
services = {route.name: route for route in parse_routes(SERVICES, os.environ, source="SERVICES")}


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, object]:  # noqa: ARG001 - all GET requests are equal
    """Answer GET /report with a report that is at most one minute old, or stale if a service fails."""
    deadline = Deadline(time.monotonic() + context.get_remaining_time_in_millis() / 1000, time.monotonic)
    deadline = deadline.within(inf, reserve=RESERVE)
    try:
        resolved = cache.within(deadline).resolve(
            "stock", lambda: make_report(deadline), freshness_lifetime=60, grace=600, tags=("prices", "counts")
        )
    except OriginError as error:
        logger.warning("no report", extra={"problem": type(error).__name__, "request_id": context.aws_request_id})
        problem = {"title": "A service that the report is made from gave no answer", "status": 502}
        return answer(502, problem, {"content-type": "application/problem+json", "cache-control": "no-store"})
    explained = {"content-type": "application/json", "cache-status": CACHE_STATUS[resolved.event.outcome]}
    return answer(200, asdict(resolved.value), explained)


def make_report(deadline: Deadline) -> Report:
    """Ask both services in parallel and return the report. Raises OriginError."""
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(ask, services[name], query, deadline) for name, query in QUERIES.items()]
        prices, counts = (answer.result() for answer in asked)
    try:
        lines = [line(product, Decimal(prices[product]), int(counts[product])) for product in sorted(prices)]
    except (KeyError, ValueError, TypeError, InvalidOperation):
        raise OriginMalformed("prices and counts do not fit together") from None
    return Report(lines, sum((line.value for line in lines), Decimal()), datetime.now(UTC))


def line(product: str, price: Decimal, count: int) -> Line:
    """Return the line of one product."""
    return Line(product, price, count, price * count)


def ask(service: Route, query: str, deadline: Deadline) -> dict[str, Any]:
    """Return the value of each product from a service. Raises OriginError."""
    fields = Fields([("accept", "application/json")])
    request = Request(method="GET", path=service.base_path, query=query, fields=fields)
    response = origin.fetch(service.origin, request, deadline.within(service.timeout))
    try:
        said = json.loads(response.body)["args"]
    except (ValueError, KeyError, TypeError):
        said = None
    if response.status != 200 or not isinstance(said, dict):
        raise OriginMalformed(f"{service.name} answered {response.status}")
    return said


def answer(status: int, content: dict[str, Any], headers: dict[str, str]) -> dict[str, object]:
    """Return a result in payload format 2.0. Numbers become text in JSON, so that no digit is lost."""
    return {"statusCode": status, "headers": headers, "body": json.dumps(content, default=as_text)}


def as_text(value: object) -> str:
    """Return a Decimal or a time as text, since JSON has neither."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
