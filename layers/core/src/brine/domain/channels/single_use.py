"""Single use: an envelope is sent once, even if it is posted several times.

A mark beside the cache has one of two states. Either a request is sending the envelope, until a time; or the envelope
was sent, and a receiver has or has not acknowledged it. While one request is sending it, another must wait, because the
queue may still refuse it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal


@dataclass(frozen=True, slots=True)
class SendInProgress:
    """A request is sending the envelope. From `until` on, in seconds since 1970, another request may."""

    until: float


@dataclass(frozen=True, slots=True)
class Sent:
    """The envelope was sent. `acknowledged`: a receiver has processed it, so a later copy needs no receiver."""

    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleUseMark:
    """The record about an envelope. `owner` is unique to one attempt to send it; empty without such a mark."""

    owner: str
    state: SendInProgress | Sent

    def blocks(self, owner: str, now: float) -> bool:
        """Return whether the mark prevents this owner from sending."""
        return isinstance(self.state, Sent) or (self.owner != owner and self.state.until > now)


def single_use_key(where: Literal["channel", "route"], name: str, id_: str) -> str:
    """Return the partition key (pk) of the mark of the envelope with this id, sent to a channel or to a route.

    The exchange marks envelopes that are sent to channels, the gateway those sent to routes. So a role can be limited
    to one of them.
    """
    return f"u#{where}#{sha256(f'{name}\0{id_}'.encode()).hexdigest()}"
