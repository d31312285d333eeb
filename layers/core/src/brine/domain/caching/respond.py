"""Answers to the client, from a stored response or from the origin's (RFC 9111 sections 4 and 4.3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor
from typing import TYPE_CHECKING

from brine.domain.bodies.stored_body import BodyReference, PartialBody
from brine.domain.caching.freshness import current_age
from brine.domain.http.conditions import if_range_holds, is_not_modified
from brine.domain.http.dates import with_date
from brine.domain.http.fields import Fields
from brine.domain.http.hop_by_hop import VIA, end_to_end
from brine.domain.http.messages import CACHED_METHODS, Response
from brine.domain.http.ranges import (
    multipart,
    parse_content_range,
    piece_of_partial,
    pieces_of_complete,
    refuses_ranges,
)
from brine.domain.purging.tags import TAG_FIELDS

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.fields import FieldLine
    from brine.domain.http.messages import Request
    from brine.domain.http.ranges import Piece

# Fields about the representation, not the message: a 304 omits them (RFC 9110 section 15.4.5).
_REPRESENTATION = frozenset(
    {
        *("content-digest", "content-encoding", "content-language", "content-length"),
        *("content-md5", "content-range", "content-type"),
    }
)
# Fields about all bytes of the response: a range needs its own value or none.
_OF_ALL_BYTES = frozenset({"content-digest", "content-length", "content-md5", "content-range"})
_NOT_FORWARDED = TAG_FIELDS | {"age"}
_CACHING = frozenset({"cache-control", "cdn-cache-control", "etag", "expires", "last-modified"})


@dataclass(frozen=True, slots=True)
class _AnswerForm:
    """The status of an answer and its pieces of the representation: None for all, () for none (416)."""

    status: int
    pieces: tuple[Piece, ...] | None = None


def needs_body(stored: StoredResponse, request: Request) -> bool:
    """Return whether `respond` needs the body: not for HEAD, 304 and 416."""
    if request.method == "HEAD":
        return False
    form = _stored_form(stored, request)
    return form.status != 304 and form.pieces != ()


def needed_spans(stored: StoredResponse, request: Request) -> tuple[tuple[int, int], ...]:
    """Return the bytes that `respond` needs of a body in parts: the start and the stop of each span."""
    pieces = _stored_form(stored, request).pieces
    return ((0, stored.size),) if pieces is None else tuple((piece.start, piece.stop) for piece in pieces)


def respond(stored: StoredResponse, request: Request, now: float, age: int | None = None) -> Response:
    """Return the answer from a stored response: the complete one, a part, 304, or 416; for HEAD, without a body.

    age: the age of the stored response at `now` in whole seconds, if it is known. Raises TypeError when the body is
    needed (see needs_body) but not loaded, ValueError when a part of it is not.
    """
    size, body = stored.size, stored.body
    status = 200 if isinstance(body, PartialBody) else stored.status
    form = _form(status, stored.fields, size, request, stored.response_time)
    lines = [line for line in stored.fields.lines if line[0] not in _NOT_FORWARDED]
    lines.append(("age", str(floor(current_age(stored, now)) if age is None else age)))
    lines.append(VIA)
    if request.method == "HEAD" and form.status == stored.status != 204 and "content-length" not in stored.fields:
        lines.append(("content-length", str(size)))
    if form.pieces == ():
        return _unsatisfied(lines, size)
    if request.method == "HEAD" or form.status == 304:
        return _without_body(form.status, lines)
    if isinstance(body, PartialBody):
        form, body = _from_parts(form, body)
    elif isinstance(body, BodyReference):
        raise TypeError("the body is in the body store: load it first")
    return _with_body(form, lines, body)


def relay(response: Response, request: Request, now: float) -> Response:
    """Return the origin's response as the client receives it. `now`: the time of its receipt.

    The gateway may have withheld the client's conditions and Range from the origin, so it evaluates them here.
    """
    fields = with_date(end_to_end(response.fields).without(TAG_FIELDS), now)
    lines = [*fields.lines, VIA]
    if request.method not in CACHED_METHODS and not request.is_get:
        return Response(status=response.status, fields=Fields.from_lowercase(lines), body=response.body)
    size = len(response.body)
    form = _form(response.status, fields, size, request, now)
    if form.pieces is not None and response.status == 206:  # the origin has selected the range already
        form = _AnswerForm(206)
    if form.pieces == ():
        return _unsatisfied(lines, size)
    if request.method == "HEAD" or form.status == 304:
        return _without_body(form.status, lines)
    return _with_body(form, lines, response.body)


def _without_body(status: int, lines: list[FieldLine]) -> Response:
    if status == 304:
        left_out = _REPRESENTATION | {"last-modified"} if any(name == "etag" for name, _ in lines) else _REPRESENTATION
        lines = [line for line in lines if line[0] not in left_out]
    return Response(status=status, fields=Fields.from_lowercase(lines))


def _unsatisfied(lines: list[FieldLine], size: int) -> Response:
    """Return the gateway's own 416: of the representation, it states only the length."""
    lines = [line for line in lines if line[0] not in _REPRESENTATION and line[0] not in _CACHING]
    lines.append(("content-range", f"bytes */{size}"))
    return Response(status=416, fields=Fields.from_lowercase(lines))


def _with_body(form: _AnswerForm, lines: list[FieldLine], body: bytes) -> Response:
    if form.pieces is None:
        return Response(status=form.status, fields=Fields.from_lowercase(lines), body=body)
    if len(form.pieces) == 1:
        piece = form.pieces[0]
        body = body[piece.start : piece.stop]
        lines = [line for line in lines if line[0] not in _OF_ALL_BYTES]
        lines.append(("content-range", piece.content_range))
    else:
        content_type = next((value for name, value in lines if name == "content-type"), None)
        content_type, body = multipart(body, form.pieces, content_type)
        lines = [line for line in lines if line[0] not in _OF_ALL_BYTES and line[0] != "content-type"]
        lines.append(("content-type", content_type))
    lines.append(("content-length", str(len(body))))
    return Response(status=form.status, fields=Fields.from_lowercase(lines), body=body)


def _stored_form(stored: StoredResponse, request: Request) -> _AnswerForm:
    """Return the form of an answer from a stored response. Parts are read as the complete representation."""
    status = 200 if isinstance(stored.body, PartialBody) else stored.status
    return _form(status, stored.fields, stored.size, request, stored.response_time)


def _from_parts(form: _AnswerForm, body: PartialBody) -> tuple[_AnswerForm, bytes]:
    """Return the bytes of a body in parts that the answer needs, and its form with the pieces of these bytes."""
    if form.pieces is None:
        return form, body.read(0, body.size)
    pieces, data = [], b""
    for piece in form.pieces:
        start = len(data)
        data += body.read(piece.start, piece.stop)
        pieces.append(replace(piece, start=start, stop=len(data)))
    return replace(form, pieces=tuple(pieces)), data


def _form(status: int, fields: Fields, size: int, request: Request, response_time: float) -> _AnswerForm:
    """Evaluate the conditions first, then the Range (RFC 9110 section 13.2.2)."""
    asked = request.fields
    if not 200 <= status < 300 or not asked.lines:
        return _AnswerForm(status)
    if is_not_modified(asked, fields, response_time):
        return _AnswerForm(304)
    if status not in {200, 206} or not request.is_get or "range" not in asked:
        return _AnswerForm(status)
    if not if_range_holds(asked, fields, response_time) or refuses_ranges(fields):
        return _AnswerForm(status)
    if status == 206:
        extent = parse_content_range(fields.get("content-range"))
        piece = None if extent is None else piece_of_partial(asked.get("range", ""), extent, size)
        return _AnswerForm(206, None if piece is None else (piece,))
    pieces = pieces_of_complete(asked.get("range", ""), size)
    if pieces is None:
        return _AnswerForm(200)
    return _AnswerForm(206 if pieces else 416, pieces)
