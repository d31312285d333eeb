"""The limits of API Gateway (HTTP APIs) and Lambda, and the answers that AWS gives when one is hit.

Sources: docs/aws-http-events.md. The member `twin` is ours: it says which limit it was, and what the size was.
"""

from __future__ import annotations

import json

from brine_cli.http.messages import HttpResponse

HEADER_BYTES = 10_240  # request line and header values together
REQUEST_BODY_BYTES = 10 * 1024 * 1024
EVENT_BYTES = 6 * 1024 * 1024  # Lambda's synchronous request payload
ANSWER_BYTES = 6_291_556  # Lambda's synchronous response payload
INTEGRATION_SECONDS = 30.0
INIT_SECONDS = 10.0  # Lambda's limit for the init phase


def refusal(status: int, message: str, twin: str | None = None) -> HttpResponse:
    """What API Gateway answers by itself, with the twin's explanation when there is one."""
    content = {"message": message} if twin is None else {"message": message, "twin": twin}
    return HttpResponse(
        status=status,
        headers=((b"content-type", b"application/json"),),
        body=json.dumps(content, separators=(",", ":")).encode(),
    )


def headers_too_large(size: int) -> HttpResponse:
    """431: request line and header values are `size` bytes."""
    return refusal(
        431,
        "Request Header Fields Too Large",
        f"request line and header values: {size:,} bytes, API Gateway takes {HEADER_BYTES:,}",
    )


def body_too_large(size: str) -> HttpResponse:
    """413: the request body is above API Gateway's limit. `size` is text, for it may not be known exactly."""
    return refusal(
        413, "Request Entity Too Large", f"request body: {size} bytes, API Gateway takes {REQUEST_BODY_BYTES:,}"
    )


def event_too_large(size: int) -> HttpResponse:
    """413: the event made of the request is above Lambda's limit."""
    return refusal(
        413,
        "Request Entity Too Large",
        f"event: {size:,} bytes (a binary body grows by a third), Lambda takes {EVENT_BYTES:,}",
    )


def answer_too_large(size: int) -> HttpResponse:
    """502: what the function returned is above Lambda's limit."""
    return refusal(
        502, "Internal Server Error", f"the function's answer: {size:,} bytes, Lambda takes {ANSWER_BYTES:,}"
    )


def integration_timed_out(seconds: float) -> HttpResponse:
    """503: API Gateway gave up waiting."""
    return refusal(
        503, "Service Unavailable", f"no answer from the function within {seconds:g} s, API Gateway waits no longer"
    )


def internal_error() -> HttpResponse:
    """502: the function failed. Why is for the console, not for the client."""
    return refusal(502, "Internal Server Error")
