"""Messages of a channel: what is sealed, what lies in the queue, and what comes out of it.

What is sealed is a pair of a nonce and the content. Two messages with equal content would else be one envelope, and the
second would count as a copy of the first.

The id of a message is that of its envelope. So the sender knows it before it sends, and all copies of a message have
it, whoever made them: the sender, the exchange, or SQS.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from brine_codec.envelope.identity import envelope_id

SHORTEST_NONCE: Final = 8
LONGEST_NONCE: Final = 64


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """What stands for an envelope that is too large for the queue: its size in bytes, and its SHA-256."""

    size: int
    digest: bytes

    @classmethod
    def of(cls, envelope: bytes) -> ClaimCheck:
        """Return the claim check of an envelope."""
        return cls(len(envelope), sha256(envelope).digest())

    @property
    def id(self) -> str:
        """The message's id. Its envelope lies under it in the bucket, so that copies of a message share one object."""
        return envelope_id(self.digest)


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """What lies in the queue. Nothing but the envelope's own seal tells whether `sender` and `expires_at` are true."""

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
    """A message as the queue gives it. `message` is None when what lies there is none of ours.

    `handle` deletes it, and changes with each delivery. `sent_at` is seconds since 1970; `attempt` counts from 1.
    """

    handle: str
    message: ChannelMessage | None
    sent_at: float
    attempt: int


def with_nonce(nonce: bytes, content: object) -> tuple[bytes, object]:
    """What is sealed to send `content`."""
    return nonce, content


def content_of(opened: object) -> object:
    """The content in an opened envelope. Raises ValueError when a sender has left out the nonce."""
    match opened:
        case (bytes(nonce), content) if type(opened) is tuple and SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE:
            return content
    raise ValueError(f"a message is a tuple of {SHORTEST_NONCE} to {LONGEST_NONCE} random bytes and the content")
