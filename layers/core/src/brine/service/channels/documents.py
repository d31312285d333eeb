"""What goes in and out over HTTP beside messages: small documents, in any of the formats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from brine.domain.channels.channel import delivery_context
from brine.domain.formats import Format, decode, encode, format_of, negotiate
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import FormatError
from brine.service.channels.problems import Refusal, refused_content
from brine.service.problems import CONTENT_INVALID, FORMAT_UNACCEPTABLE, FORMAT_UNSUPPORTED, STORE_UNAVAILABLE
from brine_codec import KeyringUnavailable

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.service.channels.channel_end import ChannelEnd

OFFERED: Final = (Format.JSON, Format.MSGPACK, Format.SEALED)
READ_BY_HAND: Final = 120.0
"""Seconds for which a sealed answer is good: it is opened as soon as it comes."""


def accepted_format(request: Request) -> Format:
    """The format of the answer. Raises Refusal."""
    form = negotiate(request.fields.all("accept"), OFFERED)
    if form is None:
        raise Refusal(FORMAT_UNACCEPTABLE, f"there are {', '.join(form.media_type for form in OFFERED)}")
    return form


def content_format(request: Request) -> Format:
    """The format of the request's content. Raises Refusal."""
    form = format_of(request.fields.get("content-type"))
    if form is None:
        raise Refusal(FORMAT_UNSUPPORTED, f"the exchange reads {', '.join(form.media_type for form in OFFERED)}")
    return form


def read_document(end: ChannelEnd, form: Format, body: bytes) -> dict[str, Any]:
    """The members of a small document. Raises Refusal."""
    if form is Format.SEALED:
        raise Refusal(FORMAT_UNSUPPORTED, "only messages are read sealed")
    try:
        document = decode(form, body, end.types)
    except FormatError as error:
        raise refused_content(error) from error
    if type(document) is not dict:
        raise Refusal(CONTENT_INVALID, "the document is no object")
    return document


def answer(
    end: ChannelEnd, form: Format, document: dict[str, Any], principal: str, now: float, *, status: int
) -> Response:
    """The response with this document. Sealed, it is for this principal alone. Raises Refusal."""
    if form is Format.SEALED:
        context = delivery_context(end.channel.name, principal)
        try:
            body = end.codec.seal(document, context=context, now=now, expires_at=now + READ_BY_HAND)
        except KeyringUnavailable as error:
            raise Refusal(STORE_UNAVAILABLE) from error
    else:
        body = encode(form, document, end.types)
    fields = Fields([("content-type", form.media_type), ("cache-control", "no-store"), ("vary", "accept")])
    return Response(status=status, fields=fields, body=body)


def written_time(seconds: float) -> str:
    """A time as text, to the second, as RFC 3339 writes it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
