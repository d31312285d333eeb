"""Messages of a channel: what is sealed, what lies in the queue, and what comes out of it.

What is sealed is a pair of a nonce and the content. Two messages with equal content would else be one envelope, and the
second would count as a replay of the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHORTEST_NONCE: Final = 8
LONGEST_NONCE: Final = 64


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """Where an envelope lies that is too large for the queue, its size in bytes, and its SHA-256."""

    id: str
    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """What lies in the queue. Nothing but the envelope's own seal tells whether `sender` and `expires_at` are true."""

    sender: str
    expires_at: int
    envelope: bytes | ClaimCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message as the queue gives it. `message` is None when what lies there is none of ours.

    `handle` deletes it, and changes with each delivery. `sent_at` is seconds since 1970; `attempt` counts from 1.
    """

    id: str
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
