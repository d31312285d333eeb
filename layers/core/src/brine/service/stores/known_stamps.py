"""The stamps that one process has read or written, for as long as it may go by them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from brine.domain.purging.stamps import Stamp

REMEMBERED = 10_000


class KnownStamps:
    """Stamps in process memory, each good for `delta` seconds after the request for which it was read began.

    At most `remembered` are kept, those read last. Threads may share it.
    """

    def __init__(self, delta: float, *, remembered: int = REMEMBERED) -> None:
        self._delta = delta
        self._remembered = remembered
        self._stamps: OrderedDict[str, tuple[Stamp, float]] = OrderedDict()  # by when they were read
        self._lock = threading.Lock()

    def get(self, names: Collection[str], now: float) -> dict[str, Stamp]:
        """The stamps of those names that are known at `now`."""
        known = {}
        for name in names:
            entry = self._stamps.get(name)
            if entry is not None and abs(now - entry[1]) <= self._delta:  # see _is_good
                known[name] = entry[0]
        return known

    def learn(self, stamps: Mapping[str, Stamp], asked_at: float) -> dict[str, Stamp]:
        """These were read or written, by a call that began no earlier than `asked_at`. What is known of them now.

        A read from a replica that is behind does not undo what is known.
        """
        learnt = {}
        with self._lock:
            for name, stamp in stamps.items():
                last, last_asked_at = self._stamps.get(name, (stamp, asked_at))
                if not self._is_good(last_asked_at, asked_at):  # it was long ago, or the clock was set back since
                    last_asked_at = asked_at
                learnt[name] = last.merged(stamp)
                self._stamps[name] = (learnt[name], max(last_asked_at, asked_at))
                self._stamps.move_to_end(name)
            while len(self._stamps) > self._remembered:
                self._stamps.popitem(last=False)
        return learnt

    def _is_good(self, asked_at: float, now: float) -> bool:
        """Whether what was read then counts. Not for longer where the clock was set back."""
        return abs(now - asked_at) <= self._delta
