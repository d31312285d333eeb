"""The permits of variants in memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.resilience.permits import Permit
    from brine.ports.deadline import Deadline


class MemoryPermitStore:
    """The PermitStore port on a dictionary. Threads may share it; tests may read `permits`."""

    def __init__(self) -> None:
        self.permits: dict[tuple[str, int], Permit] = {}
        self._lock = threading.Lock()

    def claim(
        self,
        pk: str,
        permit: Permit,
        *,
        now: float,
        replaces: Permit | None = None,
        deadline: Deadline | None = None,
    ) -> Permit | None:
        """Give the permit out and return None, or return the permit that another slot has."""
        with self._lock:
            present = self.permits.get((pk, permit.number))
            if present is None or present.is_open_to(permit.slot, now) or present == replaces:
                self.permits[pk, permit.number] = permit
                return None
            return present

    def read(self, pk: str, numbers: Collection[int], *, deadline: Deadline | None = None) -> list[Permit]:
        """Return the permits with these numbers that were given out."""
        return [permit for number in numbers if (permit := self.permits.get((pk, number))) is not None]

    def clear(self) -> None:
        """Forget all permits."""
        with self._lock:
            self.permits.clear()
