"""What of a request goes to the origin (RFC 9110 sections 7.6 and 7.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from brine.domain.connection import VIA, end_to_end
from brine.domain.fields import Fields

if TYPE_CHECKING:
    from brine.domain.messages import Request

# Written by the adapter that sends the request; an expectation is met already, the content being here.
_REWRITTEN = frozenset({"content-length", "expect", "host"})

# The cache's own questions, and what a cache must pass on (RFC 9111 section 5.2).
_ALWAYS = frozenset(
    {"cache-control", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"}
)


def upstream_fields(request: Request, allowed: Literal["all"] | frozenset[str]) -> Fields:
    """The fields to send: end-to-end ones, for what a cache may answer only the allowed (in lower case), and Via.

    What neither the cache key nor Vary sees must not reach the origin, or one client could change what others get.
    """
    fields = end_to_end(request.fields).without(_REWRITTEN)
    if allowed != "all" and request.is_for_cache:
        passed = allowed | _ALWAYS
        fields = fields.only(passed | {"via"})
    return Fields.lowered((*fields.lines, VIA))
