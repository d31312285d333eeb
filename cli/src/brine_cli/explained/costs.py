"""The cost of a million requests like an explained one, by the prices and times of docs/costs.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

READ_UNIT: Final = 0.125
WRITE_UNIT: Final = 0.625
GET: Final = 0.40
PUT: Final = 5.00
MESSAGE: Final = 0.40
INVOCATION: Final = 0.20
HTTP_API: Final = 1.00
GB_SECOND: Final = 13.3334
"""USD of us-east-1 for a million of each."""
SECONDS: Final = {"memory": 0.005, "table": 0.015, "miss": 0.2}
"""Seconds of the function, which has a GB, by the kind of the answer. They are assumed, not measured."""


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
    stores = sum(
        call["read_units"] * READ_UNIT
        + call["write_units"] * WRITE_UNIT
        + call["gets"] * GET
        + call["puts"] * PUT
        + call["messages"] * MESSAGE
        for call in cost["calls"]
    )
    seconds = SECONDS[cost["kind"]]
    return MillionRequests(stores=stores, front=HTTP_API + INVOCATION + seconds * GB_SECOND, seconds=seconds)
