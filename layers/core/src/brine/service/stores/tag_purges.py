"""The order of the purges of tags, by which a fetch is known to be newer than a purge (docs/decisions/0120)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.purging.stamps import MARGIN, TAG_PURGES
from brine.errors import StoreError

if TYPE_CHECKING:
    from brine.ports.caching import StampStore
    from brine.ports.deadline import Deadline


def tag_purge_time(store: StampStore, *, at: float, soft: bool, deadline: Deadline | None = None) -> float:
    """Return the time for the stamps of a purge of tags, later than that of every such purge before it. One call.

    at: MARGIN seconds after the clock of the purging machine. If the table fails, the result is MARGIN seconds later.
    No fetch that began before this purge has read a TAG_PURGES that late: the clocks differ by less than MARGIN.
    """
    try:
        before = store.write(TAG_PURGES, at=at, soft=soft, deadline=deadline)
    except StoreError:
        return at + MARGIN
    now = before.stamped(at, soft=soft)
    return now.soft if soft else now.hard
