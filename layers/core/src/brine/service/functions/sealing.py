"""Seals the objects that functions return. The cache stores this form; clients get other formats."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.domain.formats.media import Format
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine_codec.envelope.http_target import canonical_target

if TYPE_CHECKING:
    from brine_codec import Codec

FUNCTION_PURPOSE: Final = "brine function"
"""The purpose of envelopes with objects that functions returned."""
_TAG_LENGTH: Final = 24


@dataclass(frozen=True, slots=True)
class ObjectSealer:
    """Seals objects as the content of responses."""

    codec: Codec

    def response(self, value: object, target: str, status: int) -> Response:
        """Return the response with a sealed object. Equal objects get the same entity tag.

        The envelope has the time 0, so that equal objects give equal bytes; the stored response has its own times.
        Raises brine_codec.Unsupported with the path of a part that cannot be sealed, and TooLarge.
        """
        body = self.codec.seal(value, context=("response", canonical_target(target)), now=0)
        tag = sha256(body).hexdigest()[:_TAG_LENGTH]
        fields = Fields.from_lowercase([("content-type", Format.SEALED.media_type), ("etag", f'"{tag}"')])
        return Response(status=status, fields=fields, body=body)
