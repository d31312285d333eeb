"""The results cache: Python objects that are costly to compute, kept under the same rules as responses."""

from __future__ import annotations

import time
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from brine.domain.durations import named_duration
from brine.domain.purging.stamps import MARGIN, all_tenants_stamp, tag_stamp
from brine.domain.purging.tags import check_tags
from brine.domain.results.key import ResultEntry, is_namespace, result_key
from brine.domain.results.lifetimes import ResultLifetimes
from brine.domain.routing.tenant import NO_TENANT, is_tenant
from brine.errors import StoreError
from brine.service.results.call import Call, Resolved
from brine.service.results.parallel import StoreThreads
from brine.service.results.sealing import result_codec
from brine.service.results.store import ResultStore
from brine.service.single_flight import InFlight, Polling, SingleFlight
from brine.service.stores.bodies import Bodies
from brine.service.stores.cache_store import CacheStore
from brine.service.stores.known_stamps import KnownStamps
from brine.service.stores.leases import Leases
from brine.service.stores.stamps import Stamps
from brine.service.transaction import Trace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

    from brine.domain.durations import Duration
    from brine.domain.results.key import Key
    from brine.ports.caching import BodyStore, ItemStore, LeaseStore, Memory, StampStore
    from brine.ports.deadline import Deadline
    from brine.service.results.async_call import AsyncCall
    from brine.service.results.call import CacheEvent
    from brine_codec import Keyring, KeyringSource, Registry


class Cache:
    """Keeps the results of functions by key, for all environments that share its stores. Threads may share it.

    name: keeps the keys of one cache apart from those of others in the same namespace. namespace: begins all keys of
    the cache in the table, so that a role can be confined to it. registry: the caller's classes that results may have.
    compute_timeout: how long a computation may take; another environment waits so long, and then computes too.
    purge_delta: seconds for which this process goes by the stamps that it read. observe: is called with the event of
    every call, for metrics; its exceptions reach the caller. inline_limit: bytes of the largest envelope that the table
    holds. clock: seconds since 1970. `brine.bootstrap.results.build_cache` makes one from a function's environment.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: str,
        keyring: Keyring | KeyringSource,
        items: ItemStore,
        leases: LeaseStore,
        stamps: StampStore,
        bodies: BodyStore,
        memory: Memory[bytes],
        registry: Registry | None = None,
        tenant: str = NO_TENANT,
        inline_limit: int = 32_768,
        compute_timeout: Duration = 10.0,
        purge_delta: float = 1.0,
        observe: Callable[[CacheEvent], object] | None = None,
        clock: Callable[[], float] = time.time,
        polling: Polling | None = None,
        in_flight: InFlight | None = None,
    ) -> None:
        if not is_namespace(namespace):
            raise ValueError("a namespace has up to 32 of a-z, 0-9 and -, and does not begin with -")
        self._name = name
        self._namespace = namespace
        self._tenant = _checked_tenant(tenant)
        shared_leases = Leases(leases)
        self._results = ResultStore(
            CacheStore(
                partition="c",
                codec=result_codec(keyring, registry),
                stamps=Stamps(items=items, store=stamps, known=KnownStamps(purge_delta)),
                leases=shared_leases,
                bodies=Bodies(bodies),
                memory=memory,
                inline_limit=inline_limit,
            )
        )
        self._single_flight = SingleFlight(
            leases=shared_leases, clock=clock, polling=polling or Polling(), in_flight=in_flight or InFlight()
        )
        self.store_threads = StoreThreads()
        self._compute_timeout = named_duration("compute_timeout", compute_timeout)
        self._observe = observe
        self._clock = clock
        self._deadline: Deadline | None = None

    def get_or_compute[T](
        self,
        key: Key,
        compute: Callable[[], T],
        *,
        freshness_lifetime: Duration,
        grace: Duration = 0.0,
        negative: Mapping[type[Exception], Duration] | None = None,
        tags: Collection[str] = (),
    ) -> T:
        """Return the result stored under the key, or else the result of `compute`, which is stored.

        key: a text, or a tuple of values such as text, numbers, dates, Enums and dataclasses (docs/results-cache.md).
        Durations are seconds, a text such as "5m", or a timedelta.
        freshness_lifetime: how long the result is served, from the beginning of the computation. grace: how long after
        that it is still served while another caller computes, or if `compute` raises.
        negative: durations by exception class. An exception of exactly one of these classes is a result: it is stored
        for so long, and raised again, made anew by calling its class with its `args`.
        tags: labels under which the result can be purged with others; not secret.

        A store that fails costs a computation, not the result. Raises the exceptions of `compute`; TypeError for a bad
        key or tag, ValueError for tags too many or too long;
        brine_codec.Unsupported, with the path inside it, for a result that cannot be stored.
        """
        resolved = self.resolve(
            key, compute, freshness_lifetime=freshness_lifetime, grace=grace, negative=negative, tags=tags
        )
        return resolved.value

    def resolve[T](
        self,
        key: Key,
        compute: Callable[[], T],
        *,
        freshness_lifetime: Duration,
        grace: Duration = 0.0,
        negative: Mapping[type[Exception], Duration] | None = None,
        tags: Collection[str] = (),
    ) -> Resolved[T]:
        """Do as `get_or_compute`, and return the event too: whether it was a hit, from where, and what failed."""
        return self.resolve_within(key, compute, ResultLifetimes.of(freshness_lifetime, grace, negative), tags)

    async def get_or_compute_async[T](
        self,
        key: Key,
        compute: Callable[[], Awaitable[T]],
        *,
        freshness_lifetime: Duration,
        grace: Duration = 0.0,
        negative: Mapping[type[Exception], Duration] | None = None,
        tags: Collection[str] = (),
    ) -> T:
        """Do as `get_or_compute` for a coroutine function, without blocking the event loop.

        `compute` runs in the task of the caller. If that task is cancelled, another caller that waits computes.
        """
        lifetimes = ResultLifetimes.of(freshness_lifetime, grace, negative)
        return await self.resolve_within_async(key, compute, lifetimes, tags)

    def get_many[K: Key, T](
        self,
        keys: Iterable[K],
        compute_missing: Callable[[list[K]], Mapping[K, T]],
        *,
        freshness_lifetime: Duration,
        grace: Duration = 0.0,
        tags: Collection[str] | Callable[[K], Collection[str]] = (),
    ) -> dict[K, T]:
        """Return the results of many keys by key. `compute_missing` gets the list of the keys that are not stored.

        It returns a mapping with their results. Keys that it leaves out are left out here, and not stored. One call to
        the table looks up about fifty keys. Keys that another caller computes are waited for, and computed one by one
        if need be. tags: those of all results, or a function of the key. The other arguments and errors are those of
        `get_or_compute`. An exception of `compute_missing` is raised unless all of its keys have a stale result.
        """
        from brine.service.results.many import Many, OneOfMany, look_up_many, one_of  # noqa: PLC0415 - a single result does without

        lifetimes = ResultLifetimes.of(freshness_lifetime, grace)
        calls = {
            key: OneOfMany(
                compute=partial(one_of, compute_missing, key),
                **self._call_options(key, lifetimes, tags(key) if callable(tags) else tags),
            )
            for key in keys
        }
        try:
            look_up_many(list(calls.values()))
            return Many(calls, compute_missing).results()
        finally:
            for call in calls.values():
                self._tell(call)

    def resolve_within[T](
        self, key: Key, compute: Callable[[], T], lifetimes: ResultLifetimes, tags: Collection[str]
    ) -> Resolved[T]:
        """Do as `resolve`, with checked durations."""
        call = Call(compute=compute, **self._call_options(key, lifetimes, tags))
        try:
            return Resolved(call.result(), call.event)
        finally:
            self._tell(call)

    async def resolve_within_async[T](
        self, key: Key, compute: Callable[[], Awaitable[T]], lifetimes: ResultLifetimes, tags: Collection[str]
    ) -> T:
        """Do as `get_or_compute_async`, with checked durations."""
        (call,) = self._async_calls([(key, compute, tags)], lifetimes)
        try:
            return await call.result_async()
        finally:
            self._tell(call)

    def resolve_each[T](
        self, requests: Sequence[tuple[Key, Callable[[], T], Collection[str]]], lifetimes: ResultLifetimes
    ) -> list[T]:
        """Return the results of many keys, each with its own computation, after one lookup of all."""
        from brine.service.results.many import OneOfMany, look_up_many  # noqa: PLC0415 - a single result does without

        calls = [
            OneOfMany(compute=compute, **self._call_options(key, lifetimes, tags)) for key, compute, tags in requests
        ]
        try:
            look_up_many(calls)
            return [call.result_after_lookup() for call in calls]
        finally:
            for call in calls:
                self._tell(call)

    async def resolve_each_async[T](
        self, requests: Sequence[tuple[Key, Callable[[], Awaitable[T]], Collection[str]]], lifetimes: ResultLifetimes
    ) -> list[T]:
        """Do as `resolve_each` for coroutine functions. All missing results are computed at the same time."""
        from brine.service.results.async_call import results_of  # noqa: PLC0415 - imports asyncio

        calls = self._async_calls(requests, lifetimes)
        try:
            return await results_of(calls)
        finally:
            for call in calls:
                self._tell(call)

    def _async_calls[T](
        self, requests: Sequence[tuple[Key, Callable[[], Awaitable[T]], Collection[str]]], lifetimes: ResultLifetimes
    ) -> list[AsyncCall[T]]:
        from brine.service.results.async_call import AsyncCall  # noqa: PLC0415 - imports asyncio

        return [
            AsyncCall(
                compute_async=compute,
                threads=self.store_threads.executor,
                **self._call_options(key, lifetimes, tags),
            )
            for key, compute, tags in requests
        ]

    def purge(self, key: Key, *, soft: bool = False) -> None:
        """Purge the result of this key, hard or `soft` (then it is stale). Computations under way are not stored.

        One call. This environment goes by it at once. Every other one does so after at most its `purge_delta` and the
        lag of a DynamoDB replica (docs/decisions/0003). Raises StoreError when the table did not confirm it; a
        repetition is harmless.
        """
        trace = Trace(self._clock(), self._deadline)
        self._results.purge(self._key(key), trace, at=trace.now + MARGIN, soft=soft)

    def purge_tag(self, tag: str, *, soft: bool = False, all_tenants: bool = False) -> None:
        """Purge all results and responses with a tag, those of other caches included. One call.

        Each tenant has its own tags: only those of this cache's tenant are purged. With `all_tenants`, those of every
        tenant and of no tenant are purged, with two calls.
        """
        self.purge_tags((tag,), soft=soft, all_tenants=all_tenants)

    def purge_tags(self, tags: Collection[str], *, soft: bool = False, all_tenants: bool = False) -> None:
        """Purge several tags, as `purge_tag` does. Raises StoreError after all were tried."""
        trace = Trace(self._clock(), self._deadline)
        checked = check_tags(tags)
        names = [tag_stamp(tag, NO_TENANT if all_tenants else self._tenant) for tag in checked]
        if all_tenants:
            names += map(all_tenants_stamp, checked)
        failure: StoreError | None = None
        for name in names:
            try:
                self._results.store.stamps.write(name, trace, at=trace.now + MARGIN, soft=soft)
            except StoreError as error:
                failure = error
        if failure is not None:
            raise failure

    def within(self, deadline: Deadline) -> Self:
        """Return this cache with a deadline for its calls to stores and its waiting, such as that of one request.

        It does not interrupt a computation.
        """
        bounded = copy(self)
        bounded._deadline = deadline  # noqa: SLF001 - of its own kind
        return bounded

    def for_tenant(self, tenant: str) -> Self:
        """Return this cache with the keys and tags of one tenant, which shares none with another. Raises ValueError."""
        own = copy(self)
        own._tenant = _checked_tenant(tenant)  # noqa: SLF001 - of its own kind
        return own

    def clear(self) -> None:
        """Forget all results, for tests: those in process memory, and all content of stores that are in memory.

        Nothing is deleted from DynamoDB and S3.
        """
        store = self._results.store
        store.memory.clear()
        store.stamps.known.clear()
        for each in (store.stamps.items, store.stamps.store, store.leases.store, store.bodies.store):
            if (clear := getattr(each, "clear", None)) is not None:
                clear()

    def _call_options(self, key: Key, lifetimes: ResultLifetimes, tags: Collection[str]) -> dict[str, Any]:
        return {
            "place": ResultEntry(self._key(key), self._tenant, check_tags(tags)),
            "windows": lifetimes,
            "results": self._results,
            "single_flight": self._single_flight,
            "clock": self._clock,
            "seconds": self._compute_timeout,
            "deadline": self._deadline,
        }

    def _tell(self, call: Call[Any]) -> None:
        if self._observe is not None:
            self._observe(call.event)

    def _key(self, key: Key) -> str:
        return result_key(namespace=self._namespace, tenant=self._tenant, cache=self._name, key=key)


def _checked_tenant(tenant: str) -> str:
    if tenant != NO_TENANT and not is_tenant(tenant):
        raise ValueError("a tenant is text that can be printed")
    return tenant
