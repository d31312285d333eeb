"""Tokens of the exchange: receipts of deliveries, and claims of uploads.

They are sealed with the gateway's own keys, which neither senders nor receivers have.
"""

from __future__ import annotations

from dataclasses import dataclass

from brine.domain.channels.message import ClaimCheck


@dataclass(frozen=True, slots=True)
class Receipt:
    """The right to acknowledge one delivery. `has_object`: the message has an object in the bucket."""

    message_id: str
    handle: str
    has_object: bool

    def packed(self) -> tuple[str, str, bool]:
        """Return the receipt as plain values."""
        return self.message_id, self.handle, self.has_object

    @classmethod
    def unpacked(cls, values: object) -> Receipt:
        """Return a receipt made from plain values. Raises ValueError."""
        match values:
            case (str(message_id), str(handle), bool(has_object)):
                return cls(message_id, handle, has_object)
        raise ValueError("not a receipt")


def receipt_context(channel: str, receiver: str) -> tuple[str, ...]:
    """Return the context of a receipt: it is valid for its channel and its receiver."""
    return "receipt", channel, receiver


def claim_context(channel: str, sender: str) -> tuple[str, ...]:
    """Return the context of a claim: it is valid for its channel and its uploader."""
    return "claim", channel, sender


def packed_claim(claim: ClaimCheck) -> tuple[int, bytes]:
    """Return a claim as plain values."""
    return claim.size, claim.digest


def unpacked_claim(values: object) -> ClaimCheck:
    """Return a claim made from plain values. Raises ValueError."""
    match values:
        case (int(size), bytes(digest)):
            return ClaimCheck(size, digest)
    raise ValueError("not a claim")
