"""Once only: an envelope is sent once, however often it is posted.

A mark beside the cache says that a request is sending the envelope, until a time, or that the envelope was sent, and
whether a receiver has acknowledged it. While one request is sending it, another must wait: nobody knows yet whether the
queue will have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal


@dataclass(frozen=True, slots=True)
class Sending:
    """A request is sending the envelope. From `until` on, in seconds since 1970, another may."""

    until: float


@dataclass(frozen=True, slots=True)
class Sent:
    """The envelope was sent. `acknowledged`: a receiver is done with it; a copy that still comes needs no receiver."""

    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is kept of an envelope. `owner` is unique to one attempt to send it; empty when none of them left a mark."""

    owner: str
    state: Sending | Sent

    def excludes(self, owner: str, now: float) -> bool:
        """Whether it keeps this owner from sending."""
        return isinstance(self.state, Sent) or (self.owner != owner and self.state.until > now)


def single_use_key(where: Literal["channel", "route"], name: str, id_: str) -> str:
    """Return the pk of the mark of the envelope with this id, sent to a channel or to a route.

    The exchange marks what is sent to channels, the gateway what is sent to routes: a role can be confined to either.
    """
    return f"u#{where}#{sha256(f'{name}\0{id_}'.encode()).hexdigest()}"
