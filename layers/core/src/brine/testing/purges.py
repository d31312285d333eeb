"""Records the tags that are purged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.memory.stores import MemoryStampStore

if TYPE_CHECKING:
    from brine.domain.purging.stamps import Stamp
    from brine.ports.caching import ItemStore
    from brine.ports.deadline import Deadline


class RecordingStamps(MemoryStampStore):
    """The purges of one cache, in `stamps`, which several caches may share. `purged`: the purged tags, in order."""

    def __init__(self, items: ItemStore, stamps: dict[str, Stamp], purged: list[str]) -> None:
        super().__init__(items)
        self.stamps = stamps
        self._purged = purged

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        """Write the stamp `name`, and record the tag if the stamp is for a tag."""
        kind, _, tag = name.partition(":")
        if kind == "tag" or kind.startswith("tag@"):
            self._purged.append(tag)
        return super().write(name, at=at, soft=soft, deadline=deadline)
