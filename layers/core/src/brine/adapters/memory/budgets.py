"""The ledgers of budgets in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from brine.domain.resilience.budget_ledger import Ledger, applied

if TYPE_CHECKING:
    from brine.domain.resilience.budget_ledger import Take
    from brine.ports.deadline import Deadline
    from brine.ports.origins import LedgerTime


class MemoryBudgetStore:
    """The BudgetStore port on a dictionary, `ledgers`."""

    def __init__(self) -> None:
        self.ledgers: dict[str, Ledger] = {}
        self._lock = threading.Lock()

    def ledger(self, key: str, *, deadline: Deadline | None = None) -> Ledger | None:
        """Return the ledger of a budget, or None. This is the BudgetLedgers port."""
        return self.ledgers.get(key)

    def take(self, key: str, take: Take, *, deadline: Deadline | None = None) -> tuple[bool, Ledger]:
        """Make a reservation if its conditions hold, and return the ledger."""
        with self._lock:
            ledger = self.ledgers.get(key, Ledger())
            after = applied(ledger, take)
            if after is not None:
                self.ledgers[key] = after
            return after is not None, after or ledger

    def raise_time(
        self, key: str, name: LedgerTime, time: float, *, evict_at: int, deadline: Deadline | None = None
    ) -> None:
        """Set this time of the ledger, unless it is later already."""
        with self._lock:
            ledger = self.ledgers.get(key, Ledger())
            if name == "paused_until":
                self.ledgers[key] = replace(ledger, paused_until=max(time, ledger.paused_until))
            else:
                self.ledgers[key] = replace(ledger, refresh_wanted=max(time, ledger.refresh_wanted))

    def cap(self, key: str, *, total: int, until: float, evict_at: int, deadline: Deadline | None = None) -> None:
        """Let the total of requests stay at most `total` until `until`."""
        with self._lock:
            self.ledgers[key] = replace(self.ledgers.get(key, Ledger()), cap=total, capped_until=until)
