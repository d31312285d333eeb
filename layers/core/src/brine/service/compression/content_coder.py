"""The last step of each answer: it is compressed for a client that accepts this, if the origin did not compress it.

The cache, the transcoder and the hooks work with content without a coding, so the stored response does not change. The
conditions of a client are translated before the cache sees them, because they may have tags of compressed answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from brine.domain.compression.accepted_codings import accepted_codings
from brine.domain.compression.coded_fields import coded_fields, confirmed_fields, varying_by
from brine.domain.compression.compressible import is_compressible
from brine.domain.http.ranges import parse_content_range
from brine.service.compression.compressor import available_codings

if TYPE_CHECKING:
    from brine.domain.compression.compressible import Compression
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.route import Route
    from brine.service.compression.compressor import BodyCompressor
    from brine.service.http_cache.answer import Answer

_READS: Final = frozenset({"GET", "HEAD", "QUERY"})


@dataclass(frozen=True, slots=True)
class ContentCoder:
    """Compresses the answers of the routes that permit it."""

    compressor: BodyCompressor

    def with_origin_tags(self, request: Request) -> Request:
        """Return the request with the origin's entity tags in its conditions, beside those of compressed answers."""
        for name, value in request.fields.lines:
            if name in {"if-match", "if-none-match"} and "~" in value:
                break
        else:
            return request
        from brine.domain.compression.coded_tags import with_origin_tags  # noqa: PLC0415 - only for such conditions

        accepted = accepted_codings(request.fields.all("accept-encoding"))
        fields = with_origin_tags(request.fields, accepted, is_read=request.method in _READS)
        return replace(request, fields=fields)

    def coded(self, answer: Answer, request: Request, route: Route, room: float) -> Answer:
        """Return the answer to a client's request, compressed if that is right. A problem stays as it is.

        room: bytes of a body that the answer can carry. An answer that would be compressed for another client gets
        Accept-Encoding in its Vary.
        """
        if answer.problem is not None:
            return answer
        response, compression = answer.response, route.compress
        if response.status == 304:
            fields = self._confirmed(answer, request, compression, room)
            return answer if fields is response.fields else replace(answer, response=replace(response, fields=fields))
        if compression is None:
            return answer
        fields, size = response.fields, len(response.body)
        if response.status == 206 and answer.source is not None:  # the type of several parts is that of their frame
            fields = answer.source.fields
        if request.method == "HEAD" or response.status == 206:
            size = _complete_size(answer)
        if size < compression.min_bytes and (not size or not request.fields.lines or not _refuses_identity(request)):
            return answer
        if not is_compressible(response.status, fields, compression):
            return answer
        coding = _coding(request, size, room) if response.status != 206 else None
        coded = response if coding is None else self._compressed(answer, request, coding)
        return replace(answer, response=replace(coded, fields=varying_by(coded.fields, "Accept-Encoding")))

    def _compressed(self, answer: Answer, request: Request, coding: str) -> Response:
        """Return the response in a coding; for HEAD, its fields alone."""
        response, source = answer.response, answer.source
        if request.method == "HEAD":
            return replace(response, fields=coded_fields(response.fields, coding, None))
        body = response.body
        is_stored = source is not None and source.body is body  # otherwise, it is a new object for each answer
        coded = source.zstd if source is not None and is_stored and coding == "zstd" else None
        if coded is None:
            coded = self.compressor.coded(body, coding, is_kept=is_stored and answer.result != "miss")
        return replace(response, fields=coded_fields(response.fields, coding, len(coded)), body=coded)

    def _confirmed(self, answer: Answer, request: Request, compression: Compression | None, room: float) -> Fields:
        """Return the fields of a 304 for the client: it confirms the compressed answer if the client has that."""
        from brine.domain.compression.coded_tags import coded_tag, confirmed_tag  # noqa: PLC0415 - only for a 304

        fields, source, asked = answer.response.fields, answer.source, request.fields
        tag = confirmed_tag(asked, fields, accepted_codings(asked.all("accept-encoding")))
        varies = tag is not None
        if source is not None and compression is not None and source.size >= compression.min_bytes:
            varies = varies or is_compressible(source.status, source.fields, compression)
            if varies and tag is None and asked.get("if-none-match", "*").strip(" \t") == "*":
                coding = _coding(request, source.size, room)
                tag = None if coding is None else coded_tag(fields, coding)
        if tag is not None:
            fields = confirmed_fields(fields, tag)
        return varying_by(fields, "Accept-Encoding") if varies else fields


def _coding(request: Request, size: int, room: float) -> str | None:
    """Return the coding for a client and content of this size; None for none."""
    lines = request.fields.all("accept-encoding")
    if not lines:
        return None
    if "cache-control" in request.fields:
        from brine.domain.http.cache_control import parse_request_directives  # noqa: PLC0415 - few clients send any

        if parse_request_directives(request.fields).restricts("no-transform"):
            return None
    return accepted_codings(lines).best(available_codings(), identity_fits=size <= room)


def _refuses_identity(request: Request) -> bool:
    """Return whether the client does not accept content without a coding."""
    fields = request.fields
    return "accept-encoding" in fields and accepted_codings(fields.all("accept-encoding")).refuses_identity


def _complete_size(answer: Answer) -> int:
    """Return the length of the complete content, in bytes, of an answer without it; 0 if it is unknown."""
    fields, source = answer.response.fields, answer.source
    if answer.response.status == 206:
        if source is not None:
            return source.size
        extent = parse_content_range(fields.get("content-range"))
        return 0 if extent is None else extent.complete or 0
    length = fields.get("content-length", "")
    if length.isascii() and length.isdigit():
        return int(length)
    return 0 if source is None else source.size
