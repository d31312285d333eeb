"""Processes with a results cache on the same stores in memory, and a clock set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine import Cache
from brine.adapters.memory.l1 import L1
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.service.flights.leasing import Polling
from brine_codec import Keyring
from tests.support.codec.samples import registry

if TYPE_CHECKING:
    from brine.ports.caching import BodyStore, LeaseStore, StampStore, TextQueue
    from brine.service.flights.in_flight import InFlight
    from brine.service.results.call import CacheEvent
    from brine_codec import KeyringSource

START = 1_790_000_000.0
KEYS = '{"1": "a secret of the tests that is long enough"}'
KEY = ("report", 7)


@dataclass
class World:
    """The stores, the time, and the events so far."""

    items: MemoryItemStore = field(default_factory=MemoryItemStore)
    leases: LeaseStore | None = None
    stamps: StampStore | None = None
    bodies: BodyStore = field(default_factory=MemoryBodyStore)
    now: float = START
    inline_limit: int = 1_000
    polling: Polling | None = None
    keyring: Keyring | KeyringSource = field(default_factory=lambda: Keyring.from_json(KEYS))
    queue: TextQueue | None = None
    drawn: float = 0.999
    is_observed: bool = True
    told: list[CacheEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.leases is None:
            self.leases = MemoryLeaseStore(self.items)
        if self.stamps is None:
            self.stamps = MemoryStampStore(self.items)

    def process(
        self,
        name: str = "reports",
        *,
        l1_bytes: int = 1_000_000,
        purge_delta: float = 1.0,
        in_flight: InFlight | None = None,
        tenant: str = "",
    ) -> Cache:
        """A cache in a new process: its memory is empty. tenant: its own, if it has one."""
        assert self.leases is not None
        assert self.stamps is not None
        memory: L1[bytes] = L1(l1_bytes)
        return Cache(
            name,
            namespace="tests",
            keyring=self.keyring,
            items=self.items,
            leases=self.leases,
            stamps=self.stamps,
            bodies=self.bodies,
            memory=memory,
            registry=registry(),
            tenant=tenant,
            inline_limit=self.inline_limit,
            purge_delta=purge_delta,
            observe=self.told.append if self.is_observed else None,
            clock=lambda: self.now,
            polling=self.polling or Polling(sleep=self.sleep),
            in_flight=in_flight,
            refresh_queue=self.queue,
            draw=lambda: self.drawn,
        )

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.now += seconds

    @property
    def outcomes(self) -> list[str]:
        """The outcomes of the calls so far, in order."""
        return [story.outcome for story in self.told]
