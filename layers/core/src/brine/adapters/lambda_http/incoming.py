"""What was read from an event: the request, and what its answer depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from brine.domain.http.messages import Request

type Source = Literal["http-api-v2", "rest-v1", "alb", "function-url"]
"""Who made the event: an HTTP API with payload format 2.0, a REST API, a load balancer, or a function URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request and where it came from.

    `multi_value` is whether the answer may carry several lines of one name (a load balancer says so by how it writes
    the event). `account` is the one that the API is in, which is ours; empty where the source has none.
    """

    request: Request
    source: Source
    multi_value: bool = False
    account: str = ""
