"""Puts a response cache together from stores of any kind: those on AWS, or those in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from brine.adapters.memory.l1 import L1
from brine.service.compression.compressor import BodyCompressor
from brine.service.flights.leasing import Polling
from brine.service.http_cache.fetcher import Fetcher
from brine.service.http_cache.responder import Responder
from brine.service.http_cache.response_store import ResponseStore
from brine.service.http_cache.sealing import stored_response_registry
from brine.service.http_cache.variant_limit import VariantLimit
from brine.service.origins.circuits import Circuits
from brine.service.origins.origin_client import OriginClient
from brine.service.single_flight import SingleFlight
from brine.service.stores.bodies import Bodies
from brine.service.stores.cache_store import CacheStore
from brine.service.stores.known_stamps import KnownStamps
from brine.service.stores.leases import Leases
from brine.service.stores.stamps import Stamps
from brine_codec import Codec, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.caching import BodyStore, ItemStore, LeaseStore, PermitStore, StampStore
    from brine.ports.origins import BudgetStore, CircuitStore, Origin
    from brine.service.compression.compressor import CodedBody
    from brine.service.http_cache.lookup import Entry
    from brine.service.origins.budgets import Budgets
    from brine_codec import Keyring, KeyringSource

PURPOSE: Final = "brine cache"
COMPRESSED_SHARE: Final = 4
"""Compressed bodies get process memory too: a fourth of what stored responses get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The stores of a cache. `budgets` returns a new store; it is called once a route with a budget needs it."""

    items: ItemStore
    leases: LeaseStore
    permits: PermitStore
    stamps: StampStore
    bodies: BodyStore
    circuits: CircuitStore
    budgets: Callable[[], BudgetStore]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheLimits:
    """The sizes of a cache in bytes, and the seconds for which a process relies on the stamps that it read."""

    inline_limit: int
    memory_bytes: int
    memory_entry_bytes: int
    purge_delta: float


def assembled_fetcher(
    stores: Stores,
    limits: CacheLimits,
    *,
    keyring: Keyring | KeyringSource,
    origin: Origin,
    name: str,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Fetcher:
    """Return a fetcher with its response cache and its origin client. `name`: the name of the gateway in CDN-Loop."""
    leases = Leases(stores.leases)
    memory: L1[Entry] = L1(limits.memory_bytes, limits.memory_entry_bytes)
    store: CacheStore[Entry] = CacheStore(
        partition="r",
        codec=Codec(
            keyring,
            purpose=PURPOSE,
            registry=stored_response_registry(),
            limits=Limits(),
            gate=False,  # no other service has this key
        ),
        stamps=Stamps(items=stores.items, store=stores.stamps, known=KnownStamps(limits.purge_delta)),
        leases=leases,
        bodies=Bodies(stores.bodies),
        memory=memory,
        inline_limit=limits.inline_limit,
    )
    compressed: L1[CodedBody] = L1(limits.memory_bytes // COMPRESSED_SHARE, limits.memory_entry_bytes)
    responses = ResponseStore(
        store, keyring, VariantLimit(stores.permits, stores.items), compressor=BodyCompressor(compressed)
    )
    return Fetcher(
        responses=responses,
        responder=Responder(responses),
        origins=OriginClient(
            origin=origin,
            clock=clock,
            circuits=Circuits(stores.circuits),
            budgets=cache(lambda: _budgets(stores, clock)),
            sleep=sleep,
        ),
        single_flight=SingleFlight(leases=leases, clock=clock, polling=Polling(sleep=sleep)),
        clock=clock,
        name=name,
    )


def _budgets(stores: Stores, clock: Callable[[], float]) -> Budgets:
    from brine.service.origins.budgets import Budgets  # noqa: PLC0415 - only for routes with a budget

    return Budgets(stores.budgets(), clock)
