"""The request in an event, and the facts that its answer depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from brine.domain.http.messages import Request

type Source = Literal["http-api-v2", "rest-v1", "alb", "function-url"]
"""The source of an event: an HTTP API with payload format 2.0, a REST API, a load balancer, or a function URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request and its source.

    multi_value: whether the answer may have several lines of one name. A load balancer shows it by the form of its
    event. account: the AWS account of the API, which is the gateway's own, or "" if the event has none.
    """

    request: Request
    source: Source
    multi_value: bool = False
    account: str = ""
