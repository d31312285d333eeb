"""Content in one format made into another: bytes to objects and back, or a refusal that says what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from brine.domain.formats import decode, encode
from brine.domain.formats.media import Format, format_of
from brine.domain.http.cache_control import parse_request_directives
from brine.errors import ContentTooLarge, FormatError, TypeRefused
from brine.service import problems
from brine.service.transcoding.refusal import Refusal, seal_fault
from brine_codec import CodecError, Expired, KeyringUnavailable, SchemaMiss, TooLarge, Unsupported
from brine_codec.envelope.http_target import canonical_target

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Types
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.transcoding import Transcoding
    from brine.service.problems import Kind
    from brine.service.transcoding.senders import Call, Senders
    from brine_codec import Codec

SEALED_FOR = 300.0
"""Seconds for which an envelope that the gateway made for an origin opens."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What may travel on one route, and the codecs of both sides, where they have keys."""

    transcoding: Transcoding
    types: Types
    with_origin: Codec | None
    with_clients: Codec | None
    senders: Senders | None = None

    def inward(self, request: Request, target: str, call: Call) -> bytes:
        """A client's content in the format that the origin gets. Raises Refusal.

        An envelope is used up by that, as the last thing: what is refused may be sent again.
        """
        form = _format_of(request)
        if form is Format.SEALED:
            if self.senders is None:
                raise Refusal(problems.FORMAT_UNSUPPORTED, "this route has no keys for envelopes of clients")
            body = self._written(self.senders.open(request, call), request, target, call.now)
            self.senders.use_up(request, call)
            return body
        if form is self.transcoding.request_format:
            return request.body
        if parse_request_directives(request.fields).restricts("no-transform") or "content-range" in request.fields:
            why = "content that may not be converted, or is a part, must come as"
            raise Refusal(problems.FORMAT_UNSUPPORTED, f"{why} {self.transcoding.request_format.media_type}")
        try:
            obj = decode(form, request.body, self.types)
        except ContentTooLarge as error:
            raise Refusal(problems.CONTENT_TOO_LARGE, str(error)) from None
        except TypeRefused as error:
            raise Refusal(problems.TYPE_REFUSED, str(error)) from None
        except FormatError as error:
            raise Refusal(problems.CONTENT_INVALID, str(error)) from None
        return self._written(obj, request, target, call.now)

    def outward(self, response: Response, form: Format, request: Request, target: str, now: float) -> bytes:
        """The origin's content in a client's format. Raises Refusal."""
        obj = self._opened(response, target, now)
        try:
            if form is not Format.SEALED:
                return encode(form, obj, self.types, len(response.body))
            if self.with_clients is None:
                raise AssertionError("envelopes are offered only where there are keys")
            context = ("response", canonical_target(request.target))
            return self.with_clients.seal(obj, context=context, now=now)
        except CodecError as error:
            self._unsealable(error, problems.ORIGIN_CONTENT)

    def _written(self, obj: object, request: Request, target: str, now: float) -> bytes:
        """An object in the format that the origin gets."""
        try:
            if self.transcoding.request_format is not Format.SEALED:
                return encode(self.transcoding.request_format, obj, self.types, len(request.body))
            context = ("request", request.method, canonical_target(target))
            return self._origins().seal(obj, context=context, now=now, expires_at=now + SEALED_FOR)
        except CodecError as error:
            self._unsealable(error, problems.CONTENT_INVALID)

    def _opened(self, response: Response, target: str, now: float) -> object:
        if response.status == 206:
            raise Refusal(problems.ORIGIN_CONTENT, "the origin's response is a part that was not asked for")
        if response.fields.get("content-encoding", "identity").strip(" \t").lower() != "identity":
            raise Refusal(problems.ORIGIN_CONTENT, "the origin's response has a content coding that was not asked for")
        if self.transcoding.origin is not Format.SEALED:
            try:
                return decode(self.transcoding.origin, response.body, self.types)
            except FormatError as error:
                raise Refusal(problems.ORIGIN_CONTENT, f"the origin's response: {error}") from None
        try:
            return self._origins().open(response.body, context=("response", canonical_target(target)), now=now)
        except KeyringUnavailable as error:
            raise Refusal(
                problems.KEYS_UNAVAILABLE, "the origin's keys could not be loaded", seal_fault(error)
            ) from None
        except CodecError as error:
            raise Refusal(problems.ORIGIN_SEAL, _why(error), seal_fault(error)) from None

    def _origins(self) -> Codec:
        if self.with_origin is None:
            raise AssertionError("routes.toml asks for the keys of an origin that speaks in envelopes")
        return self.with_origin

    def _unsealable(self, error: CodecError, kind: Kind) -> NoReturn:
        """What was read cannot be written in the other format: too large, or no key to seal with."""
        if isinstance(error, Unsupported | TooLarge):
            raise Refusal(kind, str(error)) from None
        raise Refusal(problems.KEYS_UNAVAILABLE, "the keys could not be loaded", seal_fault(error)) from None


def _format_of(request: Request) -> Format:
    form = format_of(request.fields.get("content-type"))
    if form is None:
        read = ", ".join(form.media_type for form in Format)
        raise Refusal(problems.FORMAT_UNSUPPORTED, f"the content must be one of {read}")
    if "content-encoding" in request.fields:
        raise Refusal(problems.FORMAT_UNSUPPORTED, "the content must come without a content coding")
    return form


def _why(error: CodecError) -> str:
    """What a client may know: not what a producer's envelope holds."""
    if isinstance(error, Expired):
        return "the origin's envelope is past its time, or from a clock that is ahead"
    if isinstance(error, SchemaMiss):
        return "the origin's envelope holds a type that is not declared here, or in another version"
    return "the origin's response is not sealed by it for this target"
