"""Seals the object of a JSON text in an envelope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from brine.domain.formats import Format, decode
from brine.errors import ContentTooCostly, FormatError
from brine_cli.errors import CommandError
from brine_codec import Codec, CodecError

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Types
    from brine_codec import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """How to seal. context: its parts. lifetime: seconds, None: it never expires. now: seconds since 1970."""

    keyring: Keyring
    purpose: str
    context: tuple[str, ...]
    types: Types
    now: float
    lifetime: float | None = None
    schema: int = 0
    compression: Literal["auto", "zstd", "zlib", "none"] = "auto"

    def sealed(self, text: bytes) -> bytes:
        """Return the envelope of the object that a JSON text describes. Raises CommandError."""
        try:
            value = decode(Format.JSON, text, self.types)
        except (FormatError, ContentTooCostly) as error:
            raise CommandError(
                f"the input is not an object in JSON: {error}. docs/formats.md has the form of each type"
            ) from None
        codec = Codec(
            self.keyring,
            purpose=self.purpose,
            registry=self.types.registry,
            limits=self.types.limits,
            schema=self.schema,
            compression=self.compression,
        )
        expires_at = 0.0 if self.lifetime is None else self.now + self.lifetime
        try:
            return codec.seal(value, context=self.context, now=self.now, expires_at=expires_at)
        except CodecError as error:
            raise CommandError(f"the object cannot be sealed: {error}. Change the object, or the keyring") from None
