"""Messages of a channel: as sealed, in the queue, and as delivered.

The sealed content is a pair of a nonce and the content. Without the nonce, two messages with equal content would be the
same envelope, and the second would count as a copy of the first.

The id of a message is the id of its envelope. So the sender knows the id before it sends, and all copies of a message
have the same id, no matter whether the sender, the exchange or SQS made the copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from brine_codec.envelope.identity import envelope_id

MIN_NONCE_SIZE: Final = 8
MAX_NONCE_SIZE: Final = 64


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """A claim check for an envelope that is too large for the queue: its size in bytes, and its SHA-256."""

    size: int
    digest: bytes

    @classmethod
    def of(cls, envelope: bytes) -> ClaimCheck:
        """Return the claim check of an envelope."""
        return cls(len(envelope), sha256(envelope).digest())

    @property
    def id(self) -> str:
        """The message's id. It is the envelope's key in the bucket, so copies of a message share one object."""
        return envelope_id(self.digest)


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """A message in the queue. Only the envelope's seal proves that `sender` and `expires_at` are true."""

    sender: str
    expires_at: int
    envelope: bytes | ClaimCheck

    @property
    def id(self) -> str:
        """The message's id."""
        envelope = self.envelope
        return envelope.id if isinstance(envelope, ClaimCheck) else ClaimCheck.of(envelope).id


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message as the queue delivers it. `message` is None when its content is not a message of the exchange.

    `handle` deletes it, and changes with each delivery. `sent_at` is seconds since 1970; `attempt` counts from 1.
    """

    handle: str
    message: ChannelMessage | None
    sent_at: float
    attempt: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """The right to acknowledge one delivery. `has_object`: the message has an object in the bucket."""

    message_id: str
    handle: str
    has_object: bool


def with_nonce(nonce: bytes, content: object) -> tuple[bytes, object]:
    """Return the pair to seal for sending `content`."""
    return nonce, content


def content_of(opened: object) -> object:
    """Return the content of an opened envelope. Raises ValueError without a valid nonce."""
    match opened:
        case (bytes(nonce), content) if type(opened) is tuple and MIN_NONCE_SIZE <= len(nonce) <= MAX_NONCE_SIZE:
            return content
    raise ValueError(f"a message is a tuple of {MIN_NONCE_SIZE} to {MAX_NONCE_SIZE} random bytes and the content")
