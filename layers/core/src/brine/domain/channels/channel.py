"""Channels: named ways through which services exchange objects (docs/exchange.md)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

from brine.domain.routing.principal import is_covered

PURPOSE: Final = "brine exchange"
"""What the envelopes of all channels are for. Each channel has keys of its own."""
LONGEST_WAIT: Final = 20
"""Seconds that a queue waits for a message at most."""
MOST_MESSAGES: Final = 10
"""Messages that a queue gives at once."""
LONGEST_VISIBILITY: Final = 43_200
CLOCK_SKEW: Final = 60.0
"""Seconds that a sender's clock may be ahead of ours, and the clocks of two processes may differ."""
LONGEST_RETENTION: Final = 1_209_600.0
LARGEST_MESSAGE: Final = 67_108_864


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What was declared of a channel. Times are seconds, sizes the bytes of an envelope or of what is sent unsealed.

    types: the declared types that its messages may hold. senders, receivers: patterns of principals.
    retention: how long a message is kept. visibility: for how long it is one receiver's, unless that says otherwise.
    """

    name: str
    types: tuple[str, ...] = ()
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    retention: float = 345_600.0
    max_size: int = LARGEST_MESSAGE
    visibility: int = 30

    def may_send(self, principal: str) -> bool:
        """Whether this principal may send."""
        return is_covered(principal, self.senders)

    def forgotten_at(self, now: float) -> int:
        """When nothing of a message that is sent or received now can still come, in seconds since 1970."""
        return ceil(now + self.retention + 2 * CLOCK_SKEW)

    def may_receive(self, principal: str) -> bool:
        """Whether this principal may receive, and acknowledge what it received."""
        return is_covered(principal, self.receivers)


def message_context(channel: str, sender: str) -> tuple[str, ...]:
    """What the envelope of a message is bound to."""
    return "message", channel, sender


def delivery_context(channel: str, principal: str) -> tuple[str, ...]:
    """What an answer of the exchange is bound to, where it is sealed as a whole: to whom it is given."""
    return "delivery", channel, principal
