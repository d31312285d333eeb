"""The protocols that only operators need: pages of the cache table, states of circuits and budgets, and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brine.domain.resilience.budget_ledger import Ledger
    from brine.domain.resilience.circuit_state import CircuitState
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline

type TableKey = tuple[str, str]
"""The pk and the sk of an item."""


@dataclass(frozen=True, slots=True)
class TableItem:
    """An item of the cache table with its key."""

    pk: str
    sk: str
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """Some items of the cache table. `read`: the number of items that the table read for it.

    `next_after`: the key after which the next page begins; None after the last page.
    """

    items: tuple[TableItem, ...]
    read: int
    next_after: TableKey | None = None


class ItemPages(Protocol):
    """The stored responses and results of the cache table, page by page. Raises StoreError."""

    def page(
        self, *, limit: int, now: float, after: TableKey | None = None, deadline: Deadline | None = None
    ) -> ItemPage:
        """Return the next items in an order of the store's own. One call.

        limit: the most items that the table reads for it, at least 1. A page may have fewer items, even none, and not
        be the last one. now: seconds since 1970; items past their `evict_at` are left out. after: the `next_after` of
        the page before. An item that is written meanwhile may be missing; no other one is, and none comes twice.
        """


class CircuitStates(Protocol):
    """The circuits of origins, for operators. Raises StoreError."""

    def state(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> CircuitState | None:
        """Return the state of a circuit; None if it is closed. One call."""


class BudgetLedgers(Protocol):
    """The ledgers of budgets, for operators. Raises StoreError."""

    def ledger(self, key: str, *, deadline: Deadline | None = None) -> Ledger | None:
        """Return the ledger of a budget; None if it has no entry. One call."""


type MetricSeries = Mapping[int, float]
"""The figures of a metric, by the beginning of their period in seconds since 1970. A period without any is missing."""


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """A metric, and how its values in each period become one figure, such as Sum or p95. period: seconds."""

    name: str
    statistic: str
    period: int


class MetricReader(Protocol):
    """The metrics of a stack, for operators. Raises StoreError."""

    def read(
        self,
        queries: Sequence[MetricQuery],
        dimensions: Mapping[str, str],
        *,
        begin: int,
        end: int,
        deadline: Deadline | None = None,
    ) -> list[MetricSeries]:
        """Return the figures of each query between two times, in seconds since 1970. All have these dimensions."""
