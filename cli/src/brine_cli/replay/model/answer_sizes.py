"""The status and the size of an answer, without its body."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from brine.domain.caching.respond import relay, respond
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine_cli.replay.rows import UNCHANGED

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse

_PLAIN: Final = frozenset({(), UNCHANGED})
"""The fields of plain requests."""


def served(stored: StoredResponse, request: Request, now: float, age: int | None = None) -> tuple[int, int]:
    """Return the status and the size of the answer from a stored response."""
    if request.method == "GET" and stored.status != 206 and request.fields.lines in _PLAIN:
        return plainly_answered(stored.status, stored.fields, stored.size, is_unchanged=bool(request.fields.lines))
    answer = respond(stored, request, now, age)
    return answer.status, len(answer.body)


def relayed(response: Response, request: Request, now: float) -> tuple[int, int]:
    """Return the status and the size of the answer with the origin's response."""
    if request.method == "GET" and response.status != 206 and request.fields.lines in _PLAIN:
        size = len(response.body)
        return plainly_answered(response.status, response.fields, size, is_unchanged=bool(request.fields.lines))
    answer = relay(response, request, now)
    return answer.status, len(answer.body)


def plainly_answered(status: int, fields: Fields, size: int, *, is_unchanged: bool) -> tuple[int, int]:
    """Return the status and the size of the answer to a plain request. Arguments: those of the response."""
    if not is_unchanged:
        return status, size
    answered = _status_to_unchanged(status, fields)
    return answered, 0 if answered == 304 else size


@lru_cache(maxsize=1024)
def _status_to_unchanged(status: int, fields: Fields) -> int:
    """Return the status of such an answer. The condition names no tag and no date, so it holds at any time."""
    request = Request(method="GET", path="/", fields=Fields(UNCHANGED))
    return relay(Response(status=status, fields=fields), request, 0.0).status
