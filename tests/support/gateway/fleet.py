"""An app in several environments: each has its own process memory and single flight, and all have the same stores."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.permits import MemoryPermitStore
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.app.engine import types_of
from brine.app.runner import LateRunner
from brine.bootstrap.assembly import CacheLimits, Stores, assembled_fetcher
from brine.domain.http.messages import Request
from brine.domain.routing.route import Routes
from brine.ports.deadline import Deadline
from brine.service.functions.compose import compose_functions, function_codec
from brine_codec import Keyring
from tests.support.gateway.world import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.app.app import App
    from brine.domain.routing.origin import OriginAddress
    from brine.domain.routing.route import Route
    from brine.service.functions.compose import FunctionGateway
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.refresh_requests import RefreshRequests


def memory_stores() -> Stores:
    """Stores in memory."""
    items = MemoryItemStore()
    return Stores(
        items=items,
        leases=MemoryLeaseStore(items),
        permits=MemoryPermitStore(),
        stamps=MemoryStampStore(items),
        bodies=MemoryBodyStore(),
        circuits=MemoryCircuitStore(),
        budgets=MemoryBudgetStore,
    )


@dataclass
class Fleet:
    """Environments of one app. `origin` answers for the servers. Without a clock, the time is the real one."""

    app: App
    routes: tuple[Route, ...]
    origin: Callable[[OriginAddress, Request], Outcome]
    count: int = 4
    stores: Stores = field(default_factory=memory_stores)
    clock: Callable[[], float] = time.time
    purge_delta: float = 1.0
    refreshes: RefreshRequests | None = None

    def __post_init__(self) -> None:
        self.servers = MemoryOrigin(self.origin)
        self.composed = [self._composed() for _ in range(self.count)]

    def get(self, environment: int, path: str) -> Answer:
        """The answer of one environment to a GET."""
        return self.composed[environment].gateway.serve(
            Request(method="GET", path=path), Deadline(self.clock() + 60, self.clock)
        )

    def _composed(self) -> FunctionGateway:
        keyring = Keyring.from_json(KEYS)
        registry = types_of(self.app.registrations)
        fetcher = assembled_fetcher(
            self.stores,
            CacheLimits(
                inline_limit=100_000,
                memory_bytes=1_000_000,
                memory_entry_bytes=100_000,
                purge_delta=self.purge_delta,
            ),
            keyring=keyring,
            origin=self.servers,
            name="brine",
            clock=self.clock,
            sleep=time.sleep,
        )
        return compose_functions(
            Routes((*self.app.registrations.routes(), *self.routes)),
            fetcher,
            lambda sealer: LateRunner(self.app.registrations, sealer),
            codec=function_codec(keyring, registry),
            registry=registry,
            clock=self.clock,
            refreshes=self.refreshes,
        )
