"""Channels: named ways by which services exchange objects (docs/exchange.md)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

from brine.domain.routing.principal import is_covered

PURPOSE: Final = "brine exchange"
"""The purpose of the envelopes of all channels. Each channel has its own keys."""
MAX_WAIT: Final = 20
"""The most seconds for which a queue waits for a message."""
MAX_MESSAGES: Final = 10
"""The most messages that a queue delivers at once."""
MAX_VISIBILITY: Final = 43_200
CLOCK_SKEW: Final = 60.0
"""Seconds by which a sender's clock may be ahead of ours, and the clocks of two processes may differ."""
MAX_RETENTION: Final = 1_209_600.0
MAX_MESSAGE_SIZE: Final = 67_108_864


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The declaration of a channel.

    Times are seconds. Sizes are the bytes of an envelope, or of an unsealed message.
    types: the declared types that its messages may contain.
    senders, receivers: patterns of principals.
    retention: how long a message is kept.
    visibility: for how long it belongs to one receiver, unless the receiver sets another time.
    """

    name: str
    types: tuple[str, ...] = ()
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    retention: float = 345_600.0
    max_size: int = MAX_MESSAGE_SIZE
    visibility: int = 30

    def may_send(self, principal: str) -> bool:
        """Return whether this principal may send."""
        return is_covered(principal, self.senders)

    def last_arrival_at(self, now: float) -> int:
        """Return the time, in seconds since 1970, after which a message sent or received now cannot arrive any more."""
        return ceil(now + self.retention + 2 * CLOCK_SKEW)

    def may_receive(self, principal: str) -> bool:
        """Return whether this principal may receive messages and acknowledge them."""
        return is_covered(principal, self.receivers)


def message_context(channel: str, sender: str) -> tuple[str, ...]:
    """Return the context to which the envelope of a message is bound."""
    return "message", channel, sender


def delivery_context(channel: str, principal: str) -> tuple[str, ...]:
    """Return the context of a sealed delivery: it is bound to its receiver."""
    return "delivery", channel, principal
