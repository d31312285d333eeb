"""The budget of an origin: the number of requests that all environments together may send to it in a time.

The promise: in any time of the length `period`, whenever it begins, at most `requests` requests are sent. A fixed
window, a sliding window and a token bucket of an API all count no more than that. With `burst`, any `t` seconds have at
most `burst + requests / period * t` requests, which is a token bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SLOTS: Final = 40
"""The number of slots of a period: requests are counted by slot, so a request counts a fortieth too long."""
SPREAD_SLOTS: Final = 6
"""The most slots by which the waits of processes differ."""
SMALL_BURST: Final = 8
"""With a burst below this number, each unit is reserved alone."""
LOCAL_SHARE: Final = 0.1
"""The part of a budget that one process may use by its own count while the shared state cannot be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginBudget:
    """A route's settings: `requests` in `period` seconds, and no more than `burst` of them at once.

    `per_tenant`: whether each tenant has a budget of its own. `refresh_share`: the part that refreshes may use, and
    that clients leave to them while there are refreshes. `name`: separates budgets of one origin.
    """

    requests: int
    period: float
    burst: int | None = None
    per_tenant: bool = False
    refresh_share: float = 0.2
    name: str = ""

    @property
    def slot_seconds(self) -> float:
        """The length of a slot."""
        return self.period / SLOTS

    @property
    def interval(self) -> float:
        """Seconds between two requests at an even rate."""
        return self.period / self.requests

    @property
    def refresh_requests(self) -> int:
        """The most requests in a period that refreshes send, at least 1."""
        return max(1, int(self.requests * self.refresh_share))

    @property
    def longest_reservation(self) -> float:
        """The most seconds for which a process may keep units that it does not use."""
        longest = self.period / 2
        return longest if self.burst is None else min(longest, (self.burst - self.even_burst) * self.interval)

    @property
    def even_burst(self) -> float:
        """The units that may be reserved at once. Kept ones may meet later ones, so the rest of the burst is theirs.

        With a small burst, no units are kept, and there is no rest.
        """
        burst = self.requests if self.burst is None else self.burst
        return burst if burst < SMALL_BURST else burst * 0.75

    @property
    def spread(self) -> float:
        """The most seconds by which the waits of processes differ, so that not all of them come back at once."""
        spread = SPREAD_SLOTS * self.slot_seconds
        return spread if self.burst is None else min(spread, self.burst * self.interval / 2)

    @property
    def settling_time(self) -> float:
        """Seconds after the end of a slot from which on its count does not go down any more."""
        return self.period / 4

    def slot(self, time: float) -> int:
        """Return the number of the slot that contains `time`, in seconds since 1970."""
        return int(time // self.slot_seconds)

    def leaves_at(self, slot: int) -> float:
        """Return the time from which on the requests of a slot are too old to count."""
        return (slot + 1) * self.slot_seconds + self.period

    def local(self) -> OriginBudget:
        """Return the budget of one process while the shared state cannot be reached."""
        return OriginBudget(
            requests=max(1, int(self.requests * LOCAL_SHARE)), period=self.period, refresh_share=self.refresh_share
        )
