"""Waiting for a lease that somebody else has."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from brine.ports.caching import Lease

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.caching import Held

LEASE_MARGIN = 2.0
"""Seconds that a lease outlives the deadline of what it is for: storing takes time too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How to wait for somebody else's lease: pauses grow from `first_pause` to `longest_pause` seconds, with jitter."""

    first_pause: float = 0.025
    longest_pause: float = 0.2
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    owner: Callable[[], str] = lambda: uuid4().hex

    def pause(self, number: int) -> float:
        """Seconds of the pause with this number, counted from 0: between half and all of what its turn allows."""
        longest: float = min(self.longest_pause, self.first_pause * 2**number)
        return longest * (0.5 + self.random() / 2)

    def await_turn(
        self,
        seconds: float,
        clock: Callable[[], float],
        *,
        holder: Callable[[], Held | None],
        acquire: Callable[[], Lease | Held | None],
    ) -> Lease | Held | None:
        """The lease, once its holder's time is over; None, once the holder is done; Held, after so many seconds."""
        until = clock() + seconds
        number = 0
        while True:
            self.sleep(self.pause(number))
            number += 1
            now = clock()
            held = holder()
            if held is None:
                return None
            if held.expires_at <= now:
                held_or_lease = acquire()
                if held_or_lease is None or isinstance(held_or_lease, Lease):
                    return held_or_lease
            if now >= until:
                return held
