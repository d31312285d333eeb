"""Receipts and claims as opaque, URL-safe text, sealed under keys that clients do not have."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.domain.channels.receipt import (
    Receipt,
    claim_context,
    packed_claim,
    receipt_context,
    unpacked_claim,
)
from brine.service.channels.problems import CLAIM_INVALID, RECEIPT_EXPIRED, RECEIPT_INVALID, Refusal
from brine.service.problems import STORE_UNAVAILABLE
from brine_codec import CodecError, Expired, KeyringUnavailable, Malformed

if TYPE_CHECKING:
    from brine.domain.channels.message import ClaimCheck
    from brine.service.problems import Kind
    from brine_codec import Codec

LONGEST = 6_000
"""Characters of a token: request line and header fields together may have 10,240 bytes."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and reads tokens. Every method raises Refusal."""

    codec: Codec

    def await_keys(self, now: float) -> None:
        """See to it that there are keys. Raises KeyringUnavailable."""
        self.codec.seal(None, now=now)

    def receipt(self, receipt: Receipt, channel: str, receiver: str, *, now: float, expires_at: float) -> str:
        """The receipt as text."""
        return self._write(receipt.packed(), receipt_context(channel, receiver), now, expires_at)

    def read_receipt(self, text: str, channel: str, receiver: str, now: float) -> Receipt:
        """The receipt that was given for this channel to this receiver."""
        values = self._read(
            text, receipt_context(channel, receiver), now, invalid=RECEIPT_INVALID, late=RECEIPT_EXPIRED
        )
        return Receipt.unpacked(values)

    def claim(self, claim: ClaimCheck, channel: str, sender: str, *, now: float, expires_at: float) -> str:
        """The claim as text."""
        return self._write(packed_claim(claim), claim_context(channel, sender), now, expires_at)

    def read_claim(self, text: str, channel: str, sender: str, now: float) -> ClaimCheck:
        """The claim that was given for this channel to this sender."""
        values = self._read(text, claim_context(channel, sender), now, invalid=CLAIM_INVALID, late=CLAIM_INVALID)
        return unpacked_claim(values)

    def _write(self, values: tuple[object, ...], context: tuple[str, ...], now: float, expires_at: float) -> str:
        try:
            sealed = self.codec.seal(values, context=context, now=now, expires_at=expires_at)
        except KeyringUnavailable as error:
            raise Refusal(STORE_UNAVAILABLE) from error
        return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def _read(self, text: str, context: tuple[str, ...], now: float, *, invalid: Kind, late: Kind) -> Any:
        try:
            return self.codec.open(_decoded(text), context=context, now=now)
        except KeyringUnavailable as error:
            raise Refusal(STORE_UNAVAILABLE) from error
        except Expired as error:
            raise Refusal(late) from error
        except CodecError as error:
            raise Refusal(invalid) from error


def _decoded(text: str) -> bytes:
    if len(text) > LONGEST:
        raise Malformed("this is no token")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Malformed("this is no token") from None
