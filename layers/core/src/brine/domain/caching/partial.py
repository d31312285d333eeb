"""Partial responses: stored as parts, and combined only when that is safe (RFC 9111 sections 3.3 and 3.4).

A part never answers a request for the complete representation. Two parts are combined only if they have the same strong
validator.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine.domain.caching.decision import Forward, ResponseDecision
from brine.domain.http.conditions import RANGE_FIELDS, if_range_holds, strong_validator
from brine.domain.http.ranges import parse_content_range, piece_of_partial

if TYPE_CHECKING:
    from brine.domain.caching.origin_exchange import OriginExchange
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.http.ranges import ContentRange

PARTIAL = 206


def has_requested_bytes(stored: StoredResponse, request: Request) -> bool:
    """Return whether a stored response has the bytes that the request asks for.

    A complete response always has them; a part has those of its range.
    """
    if stored.status != PARTIAL:
        return True
    wanted, extent = request.fields.get("range"), _extent(stored)
    if not request.is_get or wanted is None or extent is None:
        return False
    if not if_range_holds(request.fields, stored.fields, stored.response_time):
        return False
    return piece_of_partial(wanted, extent, stored.size) is not None


def missing_range_fields(stored: StoredResponse, fields: Fields) -> Fields | None:
    """Return the request's fields with a Range for the bytes that a stored part lacks.

    None when the received bytes could not be combined with the part.
    """
    extent = _extent(stored)
    validator = strong_validator(stored.fields, stored.response_time)
    if extent is None or extent.complete is None or validator is None or not _is_combinable(stored, extent):
        return None
    if extent.first == 0:
        wanted = f"bytes={extent.last + 1}-"
    elif extent.last == extent.complete - 1:
        wanted = f"bytes=0-{extent.first - 1}"
    else:
        return None
    return fields.without(RANGE_FIELDS).with_line("range", wanted).with_line("if-range", validator)


def receive_partial(exchange: OriginExchange) -> ResponseDecision:
    """Handle a 206: store it, combined with the stored part if allowed.

    If the result is complete, it can answer the client.
    """
    if "range" not in exchange.decision.fields:
        return ResponseDecision(refusal="partial")
    candidate = exchange.candidate()
    stored = exchange.stored
    combined = None if stored is None else _combined(exchange, stored, candidate)
    if "range" not in exchange.request.fields:
        if combined is None or combined.status == PARTIAL:
            return retry_without_range(exchange)
        keep, refusal = exchange.storable(combined)
        return ResponseDecision(reuse=combined, keep=keep, refusal=refusal)
    if combined is not None:
        candidate = combined
    elif not _is_part(candidate):
        return ResponseDecision(refusal="partial")
    keep, refusal = exchange.storable(candidate)
    return ResponseDecision(keep=keep, refusal=refusal)


def retry_without_range(exchange: OriginExchange) -> ResponseDecision:
    """Retry with the client's own request, because the added Range did not help."""
    fields = exchange.decision.fields.without(RANGE_FIELDS)
    return ResponseDecision(retry=Forward(fields=fields, reason="partial", stored=exchange.stored))


def _extent(stored: StoredResponse) -> ContentRange | None:
    return parse_content_range(stored.fields.get("content-range")) if stored.status == PARTIAL else None


def _is_part(candidate: StoredResponse) -> bool:
    """Return whether this is one range with no more bytes than its Content-Range says.

    A multipart response has no Content-Range.
    """
    extent = _extent(candidate)
    return extent is not None and 0 < candidate.size <= len(extent)


def _is_combinable(stored: StoredResponse, extent: ContentRange) -> bool:
    return isinstance(stored.body, bytes) and stored.size == len(extent)


def _combined(exchange: OriginExchange, stored: StoredResponse, newer: StoredResponse) -> StoredResponse | None:
    """Combine both parts (section 3.4); return None when that is not allowed.

    The result is a complete response if no byte is missing.
    """
    one, other = _extent(stored), _extent(newer)
    if one is None or other is None or one.complete is None or one.complete != other.complete:
        return None
    validator = strong_validator(stored.fields, stored.response_time)
    if validator is None or validator != strong_validator(newer.fields, newer.response_time):
        return None
    if not (_is_combinable(stored, one) and _is_combinable(newer, other)):
        return None
    joined = _joined((one.first, stored.response.body), (other.first, newer.response.body))
    if joined is None:
        return None
    first, body = joined
    fields = exchange.updated(stored.fields, newer.fields).without({"content-length", "content-range"})
    whole = len(body) == one.complete
    status = 200 if whole else PARTIAL
    if not whole:
        fields = fields.with_line("content-range", f"bytes {first}-{first + len(body) - 1}/{one.complete}")
    return replace(
        newer,
        status=status,
        fields=fields,
        body=body,
        fetch_started=min(stored.fetch_started, newer.fetch_started),
        vary=exchange.vary(fields, status, stored.vary),
        dependencies=tuple(dict.fromkeys((*stored.dependencies, *newer.dependencies))),
    )


def _joined(one: tuple[int, bytes], other: tuple[int, bytes]) -> tuple[int, bytes] | None:
    """Join two byte strings, each with the position of its first byte; None when there is a gap between them."""
    (first, head), (second, tail) = sorted((one, other), key=lambda part: part[0])
    if second > first + len(head):
        return None
    return first, head + tail[first + len(head) - second :]
