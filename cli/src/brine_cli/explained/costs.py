"""The cost of a million requests like an explained one, by the prices and times of docs/costs.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from brine_cli.costs.prices import GIGABYTES, HIT_SECONDS, MILLION, MISS_SECONDS, TABLE_SECONDS, Prices
from brine_cli.costs.usage import Usage

SECONDS: Final = {"memory": HIT_SECONDS, "table": TABLE_SECONDS, "miss": MISS_SECONDS}
"""Seconds of the function by the kind of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MillionRequests:
    """USD for a million requests. stores: table, bucket and queue. front: the HTTP API and the function.

    seconds: the assumed time of the function for each.
    """

    stores: float
    front: float
    seconds: float


def million_requests(cost: dict[str, Any]) -> MillionRequests:
    """Return the cost of a million requests with the calls of this cost estimate, as its JSON has them."""
    calls, seconds, prices = cost["calls"], SECONDS[cost["kind"]], Prices()
    stores = Usage(
        read_units=sum(call["read_units"] for call in calls),
        write_units=sum(call["write_units"] for call in calls),
        s3_gets=sum(call["gets"] for call in calls),
        s3_puts=sum(call["puts"] for call in calls),
        messages=sum(call["messages"] for call in calls),
    )
    front = Usage(lambda_requests=1, gb_seconds=seconds * GIGABYTES, api_requests=1)
    return MillionRequests(
        stores=stores.times(MILLION).usd(prices), front=front.times(MILLION).usd(prices), seconds=seconds
    )
