"""Tokens that the exchange gives out and takes back: receipts of deliveries, and claims of uploads.

They travel sealed under the gateway's own keys, which neither senders nor receivers have.
"""

from __future__ import annotations

from dataclasses import dataclass

from brine.domain.channels.message import ClaimCheck


@dataclass(frozen=True, slots=True)
class Receipt:
    """The right to acknowledge one delivery. `has_object`: an object in the bucket goes with the message."""

    message_id: str
    handle: str
    has_object: bool

    def packed(self) -> tuple[str, str, bool]:
        """As plain values."""
        return self.message_id, self.handle, self.has_object

    @classmethod
    def unpacked(cls, values: object) -> Receipt:
        """From plain values. Raises ValueError."""
        match values:
            case (str(message_id), str(handle), bool(has_object)):
                return cls(message_id, handle, has_object)
        raise ValueError("not a receipt")


def receipt_context(channel: str, receiver: str) -> tuple[str, ...]:
    """A receipt is good for its channel, and for who received."""
    return "receipt", channel, receiver


def claim_context(channel: str, sender: str) -> tuple[str, ...]:
    """A claim is good for its channel, and for who uploads."""
    return "claim", channel, sender


def packed_claim(claim: ClaimCheck) -> tuple[int, bytes]:
    """A claim as plain values."""
    return claim.size, claim.digest


def unpacked_claim(values: object) -> ClaimCheck:
    """A claim from plain values. Raises ValueError."""
    match values:
        case (int(size), bytes(digest)):
            return ClaimCheck(size, digest)
    raise ValueError("not a claim")
