"""Once only: an envelope is sent once, however often it is posted.

A mark beside the cache says that somebody is sending it, for so long, or that it was sent, and as which message. Who
comes while it is being sent must come again: nobody knows yet whether it will be.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

TAG_SIZE = 32


@dataclass(frozen=True, slots=True)
class Sending:
    """Somebody is sending the envelope. From `until` on, in seconds since 1970, another may."""

    until: float


@dataclass(frozen=True, slots=True)
class Sent:
    """The envelope was sent, as the message with this id."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is kept of an envelope. `owner` is unique to one attempt to send it."""

    owner: str
    state: Sending | Sent

    def excludes(self, owner: str, now: float) -> bool:
        """Whether it keeps this owner from sending."""
        return isinstance(self.state, Sent) or (self.owner != owner and self.state.until > now)


def single_use_key(where: Literal["channel", "route"], name: str, envelope: bytes) -> str:
    """The pk of the mark of an envelope sent to a channel or a route. The tag at its end stands for all of it.

    The exchange marks what is sent to channels, the gateway what is sent to routes: a role can be confined to either.
    """
    return f"u#{where}#{sha256(name.encode() + b'\0' + envelope[-TAG_SIZE:]).hexdigest()}"
