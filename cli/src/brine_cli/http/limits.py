"""The limits of API Gateway (HTTP APIs) and Lambda, and the responses of AWS beyond each limit.

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


def headers_too_large(size: int) -> HttpResponse:
    """Return 431: request line and header values take `size` bytes."""
    return refusal(
        431,
        "Request Header Fields Too Large",
        f"request line and header values: {size:,} bytes, API Gateway takes {HEADER_BYTES:,}",
    )


def body_too_large(size: str) -> HttpResponse:
    """Return 413: the request body is above the limit of API Gateway. `size` is text, since it may be a lower bound."""
    return refusal(
        413, "Request Entity Too Large", f"request body: {size} bytes, API Gateway takes {REQUEST_BODY_BYTES:,}"
    )


def event_too_large(size: int) -> HttpResponse:
    """Return 413: the event of the request is above the limit of Lambda."""
    return refusal(
        413,
        "Request Entity Too Large",
        f"event: {size:,} bytes (a binary body grows by a third), Lambda takes {EVENT_BYTES:,}",
    )


def answer_too_large(size: int) -> HttpResponse:
    """Return 502: the result of the function is above the limit of Lambda."""
    return refusal(
        502, "Internal Server Error", f"the function's answer: {size:,} bytes, Lambda takes {ANSWER_BYTES:,}"
    )


def integration_timed_out(seconds: float) -> HttpResponse:
    """Return 503: API Gateway stopped waiting."""
    return refusal(
        503, "Service Unavailable", f"no answer from the function within {seconds:g} s, API Gateway waits no longer"
    )


def internal_error() -> HttpResponse:
    """Return 502: the function failed. The console shows the reason, not the client."""
    return refusal(502, "Internal Server Error")
