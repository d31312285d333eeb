"""The limits of API Gateway (HTTP APIs) and Lambda, and the responses of API Gateway itself.

Sources: docs/aws-http-events.md. Only the twin adds the member `twin`, which names the limit and the size.
"""

from __future__ import annotations

import json

from brine_cli.http.messages import HttpResponse

HEADER_BYTES = 10_240  # request line and header values together
REQUEST_BODY_BYTES = 10 * 1024 * 1024
EVENT_BYTES = 6 * 1024 * 1024  # synchronous request payload of Lambda
ANSWER_BYTES = 6_291_556  # synchronous response payload of Lambda
INTEGRATION_SECONDS = 30.0
INIT_SECONDS = 10.0  # Lambda's limit for the init phase


def refusal(status: int, message: str, twin: str | None = None) -> HttpResponse:
    """Return a response of API Gateway itself, with an explanation by the twin if there is one."""
    content = {"message": message} if twin is None else {"message": message, "twin": twin}
    return HttpResponse(
        status=status,
        headers=((b"content-type", b"application/json"),),
        body=json.dumps(content, separators=(",", ":")).encode(),
    )


def body_too_large(size: str) -> HttpResponse:
    """Return 413: the request body is above the limit of API Gateway. `size` is text, since it may be a lower bound."""
    return refusal(
        413, "Request Entity Too Large", f"request body: {size} bytes, API Gateway takes {REQUEST_BODY_BYTES:,}"
    )
