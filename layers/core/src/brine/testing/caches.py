"""Results caches in memory, in the place of those on AWS that modules made by `brine.cache`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, Self

from brine.adapters.memory.l1 import L1
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore
from brine.adapters.memory.text_queue import MemoryTextQueue
from brine.bootstrap.lazy_results import built_by, created_caches
from brine.domain.results.refresh_request import read
from brine.service.flights.leasing import Polling
from brine.service.results.cache import Cache
from brine.service.results.fault_log import FaultLog
from brine.service.results.refreshes.events import RefreshEvents
from brine.testing.clock import Clock
from brine.testing.keys import KEYS
from brine.testing.purges import RecordingStamps
from brine_codec import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.durations import Duration
    from brine.domain.purging.stamps import Stamp
    from brine.service.results.call import CacheEvent
    from brine_codec import Registry

_CALLS: Final = {"hit", "stale", "collapsed", "miss", "failed"}
"""The outcomes of calls. All others are those of refreshes."""


class CachesInMemory:
    """Results caches without AWS, for a `with` block. They are empty at its beginning.

    `clock`: the time of the caches. `events`: those of calls and refreshes, in order. `purged`: the tags that were
    purged. `stamps`: the purges, by the names of docs/purging.md.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.events: list[CacheEvent] = []
        self.purged: list[str] = []
        self.stamps: dict[str, Stamp] = {}
        self._queue = MemoryTextQueue()
        self._block = ExitStack()

    def __enter__(self) -> Self:
        self._block.enter_context(built_by(self._build))
        return self

    def __exit__(self, *raised: object) -> None:
        self._block.close()

    def __repr__(self) -> str:
        return f"<CachesInMemory: outcomes {self.outcomes}, purged {self.purged}>"

    @property
    def outcomes(self) -> list[str]:
        """The outcomes of calls and refreshes, in order, such as ["miss", "hit"]."""
        return [event.outcome for event in self.events]

    def refresh(self) -> list[CacheEvent]:
        """Make the refreshes that calls with a stale result requested, and return their events."""
        texts, self._queue.texts = self._queue.texts, []
        before = len(self.events)
        for text in texts:
            records = [{"eventSource": "aws:sqs", "messageId": "1", "body": text}]
            RefreshEvents(_caches_of(text), self.clock).handle({"Records": records}, None)
        return [event for event in self.events[before:] if event.outcome not in _CALLS]

    def _build(
        self,
        name: str,
        *,
        registry: Registry,
        tenant: str,
        compute_timeout: Duration,
        observe: Callable[[CacheEvent], object] | None,
    ) -> Cache:
        items = MemoryItemStore()
        observer = observe or FaultLog()

        def record(event: CacheEvent) -> None:
            self.events.append(event)
            observer(event)

        return Cache(
            name,
            namespace="test",
            keyring=Keyring.from_json(KEYS),
            items=items,
            leases=MemoryLeaseStore(items),
            stamps=RecordingStamps(items, self.stamps, self.purged),
            bodies=MemoryBodyStore(),
            memory=L1(33_554_432),
            registry=registry,
            tenant=tenant,
            compute_timeout=compute_timeout,
            purge_delta=-1,
            observe=record,
            clock=self.clock,
            polling=Polling(sleep=self.clock.advance),
            refresh_queue=self._queue,
            draw=lambda: 0.999,  # a refresh before the end of the lifetime is rare, and random
        )


def _caches_of(text: str) -> list[Cache]:
    """Return the caches that have the function of a refresh request. Two modules may use one name for their caches."""
    request = read(text)
    caches = created_caches()
    if request is None:
        return list(caches)
    named = [cache for cache in caches if cache.name == request.cache]
    return [cache for cache in named if cache.functions.named(request.function)] or named
