"""Tokens: receipts and claims as opaque, URL-safe text, sealed with keys of the gateway."""

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
from brine.service.channels.exchange_problems import CLAIM_INVALID, RECEIPT_EXPIRED, RECEIPT_INVALID
from brine.service.problems import STORE_UNAVAILABLE, Problem
from brine_codec import CodecError, Expired, KeyringUnavailable, Malformed

if TYPE_CHECKING:
    from brine.domain.channels.message import ClaimCheck
    from brine.service.problems import ProblemType
    from brine_codec import Codec

LONGEST_TOKEN = 6_000
"""Characters of the longest token. The request line and the header fields together may have 10,240 bytes."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Writes and reads tokens. Every method but `await_keys` raises Problem."""

    codec: Codec

    def await_keys(self, now: float) -> None:
        """Load the keys. Raises KeyringUnavailable."""
        self.codec.seal(None, now=now)

    def receipt(self, receipt: Receipt, channel: str, receiver: str, *, now: float, expires_at: float) -> str:
        """Return a receipt as a token."""
        return self._write(receipt.packed(), receipt_context(channel, receiver), now, expires_at)

    def read_receipt(self, text: str, channel: str, receiver: str, now: float) -> Receipt:
        """Return the receipt in a token of this channel and this receiver."""
        values = self._read(
            text, receipt_context(channel, receiver), now, invalid=RECEIPT_INVALID, expired=RECEIPT_EXPIRED
        )
        return Receipt.unpacked(values)

    def claim(self, claim: ClaimCheck, channel: str, sender: str, *, now: float, expires_at: float) -> str:
        """Return a claim check as a token."""
        return self._write(packed_claim(claim), claim_context(channel, sender), now, expires_at)

    def read_claim(self, text: str, channel: str, sender: str, now: float) -> ClaimCheck:
        """Return the claim check in a token of this channel and this sender."""
        values = self._read(text, claim_context(channel, sender), now, invalid=CLAIM_INVALID, expired=CLAIM_INVALID)
        return unpacked_claim(values)

    def _write(self, values: tuple[object, ...], context: tuple[str, ...], now: float, expires_at: float) -> str:
        try:
            sealed = self.codec.seal(values, context=context, now=now, expires_at=expires_at)
        except KeyringUnavailable as error:
            raise Problem(STORE_UNAVAILABLE) from error
        return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def _read(
        self, text: str, context: tuple[str, ...], now: float, *, invalid: ProblemType, expired: ProblemType
    ) -> Any:
        try:
            return self.codec.open(_decoded(text), context=context, now=now)
        except KeyringUnavailable as error:
            raise Problem(STORE_UNAVAILABLE) from error
        except Expired as error:
            raise Problem(expired) from error
        except CodecError as error:
            raise Problem(invalid) from error


def _decoded(text: str) -> bytes:
    if len(text) > LONGEST_TOKEN:
        raise Malformed("not a token")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Malformed("not a token") from None
