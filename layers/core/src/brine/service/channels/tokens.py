"""Tokens of the exchange: receipts of deliveries and claims of uploads, as opaque, URL-safe text.

They are sealed with the gateway's own keys, which neither senders nor receivers have. Each is valid for one channel
and one principal, the receiver or the uploader.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.domain.channels.message import ClaimCheck, Receipt
from brine.service.channels.exchange_problems import CLAIM_INVALID, RECEIPT_EXPIRED, RECEIPT_INVALID
from brine.service.problems import STORE_UNAVAILABLE, Problem
from brine_codec import CodecError, Expired, KeyringUnavailable, Malformed

if TYPE_CHECKING:
    from brine.service.problems import ProblemType
    from brine_codec import Codec

LONGEST_TOKEN = 6_000
"""Characters of the longest token. The request line and the header fields together may have 10,240 bytes."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Writes and reads tokens. Every method raises Problem."""

    codec: Codec

    def receipt(self, receipt: Receipt, channel: str, receiver: str, *, now: float, expires_at: float) -> str:
        """Return a receipt as a token."""
        values = (receipt.message_id, receipt.handle, receipt.has_object)
        return self._write(values, ("receipt", channel, receiver), now, expires_at)

    def read_receipt(self, text: str, channel: str, receiver: str, now: float) -> Receipt:
        """Return the receipt in a token of this channel and this receiver."""
        context = ("receipt", channel, receiver)
        return Receipt(*self._read(text, context, (str, str, bool), now, RECEIPT_INVALID, RECEIPT_EXPIRED))

    def claim(self, claim: ClaimCheck, channel: str, sender: str, *, now: float, expires_at: float) -> str:
        """Return a claim check as a token."""
        return self._write((claim.size, claim.digest), ("claim", channel, sender), now, expires_at)

    def read_claim(self, text: str, channel: str, sender: str, now: float) -> ClaimCheck:
        """Return the claim check in a token of this channel and this sender."""
        context = ("claim", channel, sender)
        return ClaimCheck(*self._read(text, context, (int, bytes), now, CLAIM_INVALID, CLAIM_INVALID))

    def _write(self, values: tuple[object, ...], context: tuple[str, ...], now: float, expires_at: float) -> str:
        try:
            sealed = self.codec.seal(values, context=context, now=now, expires_at=expires_at)
        except KeyringUnavailable as error:
            raise Problem(STORE_UNAVAILABLE) from error
        return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def _read(  # noqa: PLR0917 - the parts of one check
        self,
        text: str,
        context: tuple[str, ...],
        types: tuple[type, ...],
        now: float,
        invalid: ProblemType,
        expired: ProblemType,
    ) -> tuple[Any, ...]:
        try:
            values: object = self.codec.open(_decoded(text), context=context, now=now)
        except KeyringUnavailable as error:
            raise Problem(STORE_UNAVAILABLE) from error
        except Expired as error:
            raise Problem(expired) from error
        except CodecError as error:
            raise Problem(invalid) from error
        if not isinstance(values, tuple) or tuple(map(type, values)) != types:  # of another version of the gateway
            raise Problem(invalid)
        return values


def _decoded(text: str) -> bytes:
    if len(text) > LONGEST_TOKEN:
        raise Malformed("not a token")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Malformed("not a token") from None
