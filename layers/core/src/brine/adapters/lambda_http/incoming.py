"""The request in an event, and the facts that its answer depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from brine.adapters.lambda_http.members import JsonObject
    from brine.domain.http.messages import Request
    from brine.domain.routing.front_door import FrontDoor

type Source = Literal["http-api-v2", "rest-v1", "alb", "function-url"]
"""The source of an event: an HTTP API with payload format 2.0, a REST API, a load balancer, or a function URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request and its source.

    multi_value: whether the answer may have several lines of one name. A load balancer shows it by the form of its
    event. account: the AWS account of the API, which is the gateway's own, or "" if the event has none. event: the
    event itself.
    """

    request: Request
    source: Source
    multi_value: bool = False
    account: str = ""
    event: JsonObject = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)

    def front_door(self, trusted: bool) -> FrontDoor:
        """Return the address that the client used, and its own. trusted: whether to believe X-Forwarded-Host."""
        from brine.adapters.lambda_http.front_door import front_door_of  # noqa: PLC0415 - no hit needs it

        return front_door_of(self.source, self.request.fields, self.event, trusted=trusted)
