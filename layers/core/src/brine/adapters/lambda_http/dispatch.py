"""Finds the source of an event, and calls the module of this source to read it and to write the answer.

A deployment has one source, usually the HTTP API. The modules of other sources are imported at their first event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.lambda_http import http_api_v2
from brine.adapters.lambda_http.answer import ALB_LIMIT, LAMBDA_LIMIT, largest_body
from brine.errors import BadEvent

if TYPE_CHECKING:
    from brine.adapters.lambda_http.incoming import Incoming
    from brine.domain.http.messages import Response

# ruff: noqa: PLC0415 - see above


def read(event: object) -> Incoming:
    """Return the request in a Lambda event of any of the four sources. Raises BadEvent for any other event."""
    if not isinstance(event, dict):
        raise BadEvent("the event is not a JSON object")
    context = event.get("requestContext")
    if not isinstance(context, dict):
        raise BadEvent("the event has no requestContext: it is not from an API, a load balancer or a function URL")
    if "http" in context:
        return http_api_v2.read(event, context)
    if "elb" in context:
        from brine.adapters.lambda_http import alb

        return alb.read(event)
    if event.get("version") == "1.0":
        raise BadEvent("the event has payload format 1.0 of an HTTP API: set PayloadFormatVersion to 2.0")
    if "httpMethod" in event:
        from brine.adapters.lambda_http import rest_v1

        return rest_v1.read(event)
    raise BadEvent("the event is not an HTTP request: neither requestContext.http nor httpMethod is there")


def room(incoming: Incoming) -> int:
    """Return the largest body in bytes that always fits into the answer to `incoming`. A text may be larger."""
    return largest_body(ALB_LIMIT if incoming.source == "alb" else LAMBDA_LIMIT)


def write(response: Response, incoming: Incoming) -> dict[str, object]:
    """Return the answer with which the source of `incoming` sends `response`. Raises AnswerTooLarge."""
    if incoming.source == "alb":
        from brine.adapters.lambda_http import alb

        return alb.write(response, incoming)
    if incoming.source == "rest-v1":
        from brine.adapters.lambda_http import rest_v1

        return rest_v1.write(response, incoming)
    return http_api_v2.write(response, incoming)
