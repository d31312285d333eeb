"""The stamps that one process has read or written, and may rely on for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from brine.domain.purging.stamps import Stamp

REMEMBERED = 10_000


class KnownStamps:
    """Stamps in process memory. Each is valid for `delta` seconds from the start of the request that read it.

    At most `remembered` are kept: those read last. Threads may share a KnownStamps.
    """

    def __init__(self, delta: float, *, remembered: int = REMEMBERED) -> None:
        self._delta = delta
        self._remembered = remembered
        self._stamps: OrderedDict[str, tuple[Stamp, float]] = OrderedDict()  # by when they were read
        self._lock = threading.Lock()

    def get(self, names: Collection[str], now: float, *, share: float = 1.0) -> dict[str, Stamp]:
        """Return the valid stamps of these names at `now`, by name. `share`: of delta, in which they were read."""
        known, delta = {}, self._delta * share
        for name in names:
            entry = self._stamps.get(name)
            if entry is not None and abs(now - entry[1]) <= delta:  # see _is_good
                known[name] = entry[0]
        return known

    def last(self, name: str) -> Stamp | None:
        """Return the stamp of a name as this process last knew it, however long ago; None if it does not."""
        entry = self._stamps.get(name)
        return None if entry is None else entry[0]

    def copied(self) -> KnownStamps:
        """Return an independent copy. Stamps that it learns are not known here."""
        copy = KnownStamps(self._delta, remembered=self._remembered)
        with self._lock:
            copy._stamps = self._stamps.copy()
        return copy

    def emptied(self) -> KnownStamps:
        """Return stamps with the same delta, and none known yet."""
        return KnownStamps(self._delta, remembered=self._remembered)

    def learn(self, stamps: Mapping[str, Stamp], asked_at: float) -> dict[str, Stamp]:
        """Add stamps that a call read or wrote, and return the newest known stamp of each name.

        asked_at: a time before the call began. An out-of-date replica does not undo a newer known stamp.
        """
        learnt = {}
        with self._lock:
            for name, stamp in stamps.items():
                last, last_asked_at = self._stamps.get(name, (stamp, asked_at))
                if not self._is_good(last_asked_at, asked_at):  # that read is too old, or the clock was set back since
                    last_asked_at = asked_at
                learnt[name] = last.merged(stamp)
                self._stamps[name] = (learnt[name], max(last_asked_at, asked_at))
                self._stamps.move_to_end(name)
            while len(self._stamps) > self._remembered:
                self._stamps.popitem(last=False)
        return learnt

    def clear(self) -> None:
        """Forget all stamps."""
        with self._lock:
            self._stamps.clear()

    def _is_good(self, asked_at: float, now: float) -> bool:
        """Return whether a stamp read at `asked_at` is valid. A clock that was set back does not prolong this."""
        return abs(now - asked_at) <= self._delta
