"""The status and the size of an answer, without its body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.caching.respond import relay, respond

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request, Response


def served(stored: StoredResponse, request: Request, now: float, age: int | None = None) -> tuple[int, int]:
    """Return the status and the size of the answer from a stored response."""
    if not request.fields.lines and request.method == "GET" and stored.status != 206:
        return stored.status, stored.size
    answer = respond(stored, request, now, age)
    return answer.status, len(answer.body)


def relayed(response: Response, request: Request, now: float) -> tuple[int, int]:
    """Return the status and the size of the answer with the origin's response."""
    if not request.fields.lines and request.method == "GET":
        return response.status, len(response.body)
    answer = relay(response, request, now)
    return answer.status, len(answer.body)
