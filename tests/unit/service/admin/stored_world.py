"""A gateway and a results cache on the same stores in memory, and the listing of what they store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.stores import MemoryStampStore
from brine.bootstrap.assembly import PURPOSE
from brine.domain.listing.filters import EntryFilter
from brine.domain.routing.route import Routes
from brine.ports.deadline import Deadline
from brine.service.admin.listing import Listing
from brine.service.admin.purge_preview import PurgePreview
from brine.service.admin.sources import CacheSource, CacheTable, facts_codec
from brine.service.admin.stored_items import StoredItems
from brine.service.http_cache.sealing import stored_response_registry
from brine.service.purge import Purger
from brine_codec import Codec, Keyring
from tests.support.gateway.world import KEYS, START, World, response
from tests.unit.service.results import world as results

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.adapters.memory.stores import MemoryItemStore
    from brine.domain.listing.facts import ListedEntry
    from brine.ports.caching import StampStore

ALL: Final = EntryFilter()
FOREVER: Final = Deadline(1_000.0, lambda: 0.0)


def source(routes: Routes, *, namespace: str = "", keys: str = KEYS, purpose: str = "test") -> CacheSource:
    """A function with these routes and keys."""
    keyring = Keyring.from_json(keys)
    return CacheSource(
        function=namespace or "gateway",
        namespace=namespace,
        keyring=keyring,
        responses=Codec(keyring, purpose=purpose, registry=stored_response_registry(), gate=False),
        results=facts_codec(keyring),
        routes=routes,
    )


def table(items: MemoryItemStore, stamps: StampStore, *sources: CacheSource) -> CacheTable:
    """A table with these functions."""
    return CacheTable(
        pages=items, stamps=stamps, circuits=MemoryCircuitStore(), budgets=MemoryBudgetStore(), sources=sources
    )


class Answers(dict[str, "Outcome"]):
    """The answer of the origin to every request: that of the function `answer`."""

    def __init__(self) -> None:
        self.answer: Callable[[str], Outcome] = lambda target: response(
            200, target.encode(), cache_control="max-age=60"
        )

    def get(self, target: str, default: object = None) -> Outcome:
        return self.answer(target)


class StoredWorld:
    """The gateway `world`, the results of `results`, and an operator."""

    def __init__(self, now: float = START) -> None:
        self.answers = Answers()
        self.world = World(self.answers, now=now)
        assert isinstance(self.world.stamps, MemoryStampStore)
        self.stamps = self.world.stamps
        self.results = results.World(items=self.world.items, stamps=self.stamps)
        self.routes = self.world.gateway.routes
        sources = source(self.routes), source(Routes(()), namespace="tests", purpose=PURPOSE)
        self.items = StoredItems((table(self.world.items, self.stamps, *sources),), self.time)
        self.purger = Purger(routes=self.routes, stamps=self.stamps, clock=self.time)
        self.preview = PurgePreview(self.items)

    def time(self) -> float:
        return self.world.now

    def pass_time(self, seconds: float) -> None:
        self.world.now += seconds
        self.results.now = self.world.now

    def restart(self) -> None:
        """A new process of the gateway, which knows no stamps."""
        self.world.restart()

    def listed(self, wanted: EntryFilter = ALL, *, limit: int = 10_000) -> tuple[ListedEntry, ...]:
        return Listing(self.items).page(wanted, None, limit=limit, deadline=FOREVER).entries

    def by_url(self, wanted: EntryFilter = ALL) -> dict[str | None, ListedEntry]:
        return {entry.facts.url: entry for entry in self.listed(wanted)}


def with_items(world: StoredWorld, change: Callable[[bytes], bytes]) -> None:
    """Change every envelope of the table."""
    items = world.world.items.items
    for key, item in list(items.items()):
        items[key] = replace(item, envelope=change(item.envelope))
