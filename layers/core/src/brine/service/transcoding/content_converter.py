"""Converts content from one format to another, by way of Python objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from brine.domain.formats import decode, encode
from brine.domain.formats.media import Format, format_of
from brine.domain.http.cache_control import parse_request_directives
from brine.errors import FormatError
from brine.service import problems
from brine.service.problems import Problem
from brine.service.transcoding.invocation import seal_fault
from brine_codec import CodecError, Expired, KeyringUnavailable, SchemaMiss, TooLarge, Unsupported
from brine_codec.envelope.http_target import canonical_target

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Types
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.transcoding import Transcoding
    from brine.service.problems import ProblemType
    from brine.service.transcoding.client_envelopes import ClientEnvelopes
    from brine.service.transcoding.invocation import Invocation
    from brine_codec import Codec

SEALED_FOR = 300.0
"""Seconds until an envelope for an origin expires."""


@dataclass(frozen=True, slots=True)
class ContentConverter:
    """Converts the content of one route. `types`: the types that may pass.

    origin_codec, client_envelopes: None without keys.
    """

    transcoding: Transcoding
    types: Types
    origin_codec: Codec | None
    client_envelopes: ClientEnvelopes | None

    def to_origin(self, request: Request, target: str, invocation: Invocation) -> bytes:
        """Return a client's content in the format of requests to the origin. Raises Problem.

        An envelope is marked as used last, so that a client may send a refused one again.
        """
        form = _format_of(request)
        if form is Format.SEALED:
            if self.client_envelopes is None:
                raise Problem(problems.FORMAT_UNSUPPORTED, "this route has no keys for envelopes of clients")
            body = self._written(self.client_envelopes.open(request, invocation), request, target, invocation.now)
            self.client_envelopes.use_up(request, invocation)
            return body
        if form is self.transcoding.request_format:
            return request.body
        if parse_request_directives(request.fields).restricts("no-transform") or "content-range" in request.fields:
            why = "content that may not be converted, or is a part, must come as"
            raise Problem(problems.FORMAT_UNSUPPORTED, f"{why} {self.transcoding.request_format.media_type}")
        try:
            obj = decode(form, request.body, self.types)
        except FormatError as error:
            raise problems.content_problem(error) from None
        return self._written(obj, request, target, invocation.now)

    def to_client(self, response: Response, form: Format, request: Request, target: str, now: float) -> bytes:
        """Return the origin's content in a client's format. Raises Problem."""
        obj = self.opened(response, target, now)
        try:
            if form is not Format.SEALED:
                return self._encoded(form, obj, len(response.body))
            if self.client_envelopes is None:
                raise AssertionError("envelopes are offered only where there are keys")
            context = ("response", canonical_target(request.target))
            return self.client_envelopes.codec.seal(obj, context=context, now=now)
        except CodecError as error:
            self._raise_unwritable(error, problems.ORIGIN_CONTENT)

    def _written(self, obj: object, request: Request, target: str, now: float) -> bytes:
        """Return an object in the format of requests to the origin. Raises Problem."""
        try:
            if self.transcoding.request_format is not Format.SEALED:
                return self._encoded(self.transcoding.request_format, obj, len(request.body))
            context = ("request", request.method, canonical_target(target))
            return self._codec_of_origin().seal(obj, context=context, now=now, expires_at=now + SEALED_FOR)
        except CodecError as error:
            self._raise_unwritable(error, problems.CONTENT_INVALID)

    def _encoded(self, form: Format, obj: object, size: int) -> bytes:
        if form is Format.JSON and self.transcoding.is_function:
            from brine.domain.formats.plain_json import encode_plain_json  # noqa: PLC0415 - for functions alone

            return encode_plain_json(obj, self.types)
        return encode(form, obj, self.types, size)

    def opened(self, response: Response, target: str, now: float) -> object:
        """Return the object that the origin's response stands for. Raises Problem."""
        if response.status == 206:
            raise Problem(problems.ORIGIN_CONTENT, "the origin's response is a part that was not asked for")
        if response.fields.get("content-encoding", "identity").strip(" \t").lower() != "identity":
            raise Problem(problems.ORIGIN_CONTENT, "the origin's response has a content coding that was not asked for")
        if self.transcoding.origin is not Format.SEALED:
            try:
                return decode(self.transcoding.origin, response.body, self.types)
            except FormatError as error:
                raise Problem(problems.ORIGIN_CONTENT, f"the origin's response: {error}") from None
        try:
            return self._codec_of_origin().open(response.body, context=("response", canonical_target(target)), now=now)
        except KeyringUnavailable as error:
            raise Problem(
                problems.KEYS_UNAVAILABLE, "the origin's keys could not be loaded", seal_fault(error)
            ) from None
        except CodecError as error:
            raise Problem(problems.ORIGIN_SEAL, _why(error), seal_fault(error)) from None

    def _codec_of_origin(self) -> Codec:
        if self.origin_codec is None:
            raise AssertionError("routes.toml asks for the keys of an origin that speaks in envelopes")
        return self.origin_codec

    def _raise_unwritable(self, error: CodecError, kind: ProblemType) -> NoReturn:
        """Raise the Problem of an object that cannot be written: it is too large, or there is no key."""
        if isinstance(error, Unsupported | TooLarge):
            raise Problem(kind, str(error)) from None
        raise Problem(problems.KEYS_UNAVAILABLE, "the keys could not be loaded", seal_fault(error)) from None


def _format_of(request: Request) -> Format:
    form = format_of(request.fields.get("content-type"))
    if form is None:
        read = ", ".join(form.media_type for form in Format)
        raise Problem(problems.FORMAT_UNSUPPORTED, f"the content must be one of {read}")
    if "content-encoding" in request.fields:
        raise Problem(problems.FORMAT_UNSUPPORTED, "the content must come without a content coding")
    return form


def _why(error: CodecError) -> str:
    """Return the detail for a client. It reveals no content of the origin's envelope."""
    if isinstance(error, Expired):
        return "the origin's envelope is past its time, or from a clock that is ahead"
    if isinstance(error, SchemaMiss):
        return "the origin's envelope holds a type that is not declared here, or in another version"
    return "the origin's response is not sealed by it for this target"
