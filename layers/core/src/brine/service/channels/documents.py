"""Reads and writes the small documents beside messages, in any of the formats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from brine.domain.formats import Format, decode, format_of, negotiate
from brine.errors import FormatError
from brine.service.problems import (
    CONTENT_INVALID,
    FORMAT_UNACCEPTABLE,
    FORMAT_UNSUPPORTED,
    Problem,
    content_problem,
)

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.service.channels.endpoint import ChannelEndpoint

OFFERED: Final = (Format.JSON, Format.MSGPACK, Format.SEALED)


def accepted_format(request: Request) -> Format:
    """Return the format of the answer. Raises Problem."""
    form = negotiate(request.fields.all("accept"), OFFERED)
    if form is None:
        raise Problem(FORMAT_UNACCEPTABLE, f"the exchange writes {', '.join(form.media_type for form in OFFERED)}")
    return form


def content_format(request: Request) -> Format:
    """Return the format of the request's content. Raises Problem."""
    form = format_of(request.fields.get("content-type"))
    if form is None:
        raise Problem(FORMAT_UNSUPPORTED, f"the exchange reads {', '.join(form.media_type for form in OFFERED)}")
    return form


def read_document(endpoint: ChannelEndpoint, form: Format, body: bytes) -> dict[str, Any]:
    """Return the members of a small document. Raises Problem."""
    if form is Format.SEALED:
        raise Problem(FORMAT_UNSUPPORTED, "only messages may be sealed")
    try:
        document = decode(form, body, endpoint.types)
    except FormatError as error:
        raise content_problem(error) from error
    if type(document) is not dict:
        raise Problem(CONTENT_INVALID, "the document is not an object")
    return document


def written_time(seconds: float) -> str:
    """Return a time as text of RFC 3339, to the second."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
