"""Partial responses: stored in parts, and combined only when that is safe (RFC 9111 sections 3.3 and 3.4).

Parts are combined if they have the same strong validator, and say how long the complete representation is. A part
without these is stored alone, and a newer one replaces it. Parts answer requests for their bytes. If no byte is
missing, they are the complete response.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine.domain.bodies.stored_body import PartialBody
from brine.domain.caching.decision import Forward, ResponseDecision
from brine.domain.caching.storing import is_length_right
from brine.domain.http.conditions import RANGE_FIELDS, if_range_holds, strong_validator
from brine.domain.http.ranges import parse_content_range, piece_of_partial, pieces_of_complete, refuses_ranges

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.caching.origin_exchange import OriginExchange
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.http.ranges import ContentRange

PARTIAL = 206

# Fields about the bytes of one part. The digests would be those of the part, and no part is sent as it came.
_OF_ONE_PART = frozenset({"content-digest", "content-length", "content-md5", "content-range"})


def has_requested_bytes(stored: StoredResponse, request: Request) -> bool:
    """Return whether a stored response has the bytes that the request asks for.

    A complete response always has them; parts have those of their ranges.
    """
    if stored.status != PARTIAL:
        return True
    wanted = request.fields.get("range")
    if not request.is_get or wanted is None:
        return False
    if not if_range_holds(request.fields, stored.fields, stored.response_time):
        return False
    body = stored.body
    if isinstance(body, PartialBody):
        pieces = None if refuses_ranges(stored.fields) else pieces_of_complete(wanted, body.size)
        return pieces is not None and all(body.covers(piece.start, piece.stop) for piece in pieces)
    extent = _extent(stored)
    return extent is not None and piece_of_partial(wanted, extent, stored.size) is not None


def missing_range_fields(stored: StoredResponse, fields: Fields) -> Fields | None:
    """Return the request's fields with a Range for the bytes that the stored parts lack.

    None when the received bytes could not be combined with the parts, or when there is more than one gap.
    """
    body, validator = stored.body, strong_validator(stored.fields, stored.response_time)
    if not isinstance(body, PartialBody) or validator is None or len(body.missing) != 1:
        return None
    [(start, stop)] = body.missing
    wanted = f"bytes={start}-" if stop == body.size else f"bytes={start}-{stop - 1}"
    return fields.without(RANGE_FIELDS).with_line("range", wanted).with_line("if-range", validator)


def without_lost_parts(stored: StoredResponse | None, lost: Collection[bytes]) -> StoredResponse | None:
    """Return a stored response without the parts at these addresses; None if no part is left or none was lost.

    A response that is not in parts has lost its whole body.
    """
    if stored is None or not isinstance(stored.body, PartialBody):
        return None
    rest = stored.body.without(lost)
    return replace(stored, status=PARTIAL, body=rest) if rest.parts and rest != stored.body else None


def adds_bytes(newer: StoredResponse, stored: StoredResponse) -> bool:
    """Return whether `newer` is `stored` with further parts of the same representation."""
    validator = strong_validator(stored.fields, stored.response_time)
    return (
        validator is not None
        and validator == strong_validator(newer.fields, newer.response_time)
        and newer.size == stored.size
        and newer.body != stored.body
    )


def in_parts(candidate: StoredResponse) -> StoredResponse | None:
    """Return a 206 in the form in which it is stored: as the first part of its body, or alone.

    If it has every byte, it is the complete response, a 200. None if its Content-Range is wrong or missing: the 206 has
    several ranges, or more bytes than it says.
    """
    extent, body = _extent(candidate), candidate.body
    if extent is None or not isinstance(body, bytes) or not 0 < len(body) <= len(extent):
        return None
    if len(body) == extent.complete:
        return replace(candidate, status=200, fields=candidate.fields.without({"content-range"}))
    validator = strong_validator(candidate.fields, candidate.response_time)
    if extent.complete is None or validator is None or len(body) < len(extent) or not is_length_right(candidate):
        return candidate
    fields = candidate.fields.without(_OF_ONE_PART)
    return replace(candidate, fields=fields, body=PartialBody(extent.complete).with_bytes(extent.first, body))


def receive_partial(exchange: OriginExchange) -> ResponseDecision:
    """Handle a 206: store it, combined with the stored parts if allowed.

    If the result is complete, it can answer the client.
    """
    if "range" not in exchange.decision.fields:
        return ResponseDecision(refusal="partial")
    candidate, stored = in_parts(exchange.candidate()), exchange.stored
    combined = None if candidate is None or stored is None else _combined(exchange, stored, candidate)
    if "range" not in exchange.request.fields:
        if combined is None or combined.status == PARTIAL:
            return retry_without_range(exchange)
        keep, refusal = exchange.storable(combined)
        return ResponseDecision(reuse=combined, keep=keep, refusal=refusal)
    if candidate is None:
        return ResponseDecision(refusal="partial")
    keep, refusal = exchange.storable(combined or candidate)
    return ResponseDecision(keep=keep, refusal=refusal)


def retry_without_range(exchange: OriginExchange) -> ResponseDecision:
    """Retry with the client's own request, because the added Range did not help."""
    fields = exchange.decision.fields.without(RANGE_FIELDS)
    return ResponseDecision(retry=Forward(fields=fields, reason="partial", stored=exchange.stored))


def _extent(stored: StoredResponse) -> ContentRange | None:
    return parse_content_range(stored.fields.get("content-range")) if stored.status == PARTIAL else None


def _combined(exchange: OriginExchange, stored: StoredResponse, newer: StoredResponse) -> StoredResponse | None:
    """Combine stored parts with a newer one (section 3.4); return None when that is not allowed.

    The result is a complete response if no byte is missing.
    """
    older, more = stored.body, newer.body
    if not isinstance(older, PartialBody) or not isinstance(more, PartialBody) or older.size != more.size:
        return None
    validator = strong_validator(stored.fields, stored.response_time)
    if validator is None or validator != strong_validator(newer.fields, newer.response_time):
        return None
    body = older
    for part in more.parts:
        if part.data is not None:
            body = body.with_bytes(part.first, part.data)
    fields = exchange.updated(stored.fields, newer.fields)
    status = 200 if body.is_complete else PARTIAL
    return replace(
        newer,
        status=status,
        fields=fields,
        body=_whole_bytes(body) or body,
        fetch_started=min(stored.fetch_started, newer.fetch_started),
        vary=exchange.vary(fields, status, stored.vary),
        dependencies=tuple(dict.fromkeys((*stored.dependencies, *newer.dependencies))),
    )


def _whole_bytes(body: PartialBody) -> bytes | None:
    """Return the complete body if it is one part that is not in the body store."""
    part = body.parts[0]
    return part.body if isinstance(part.body, bytes) and part.size == body.size else None
