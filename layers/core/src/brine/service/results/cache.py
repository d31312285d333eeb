"""The results cache: Python objects that are costly to compute, kept under the same rules as responses."""

from __future__ import annotations

import random
import time
from copy import copy
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

from brine.domain.durations import named_duration
from brine.domain.purging.stamps import MARGIN, all_tenants_stamp, tag_stamp
from brine.domain.purging.tags import check_tags
from brine.domain.results.key import ResultEntry, is_namespace, result_key
from brine.domain.results.lifetimes import ResultLifetimes
from brine.domain.routing.tenant import NO_TENANT, checked_tenant
from brine.errors import StoreError
from brine.service.flights.in_flight import InFlight
from brine.service.flights.leasing import Polling
from brine.service.results.call import Call, Resolved
from brine.service.results.fault_log import FaultLog
from brine.service.results.parallel import StoreThreads
from brine.service.results.refreshes.functions import CachedFunctions
from brine.service.results.result_request import ResultRequest
from brine.service.results.sealing import result_codec
from brine.service.results.store import ResultStore
from brine.service.single_flight import SingleFlight
from brine.service.stores.bodies import Bodies
from brine.service.stores.cache_store import CacheStore
from brine.service.stores.known_stamps import KnownStamps
from brine.service.stores.leases import Leases
from brine.service.stores.stamps import Stamps
from brine.service.stores.tag_purges import tag_purge_time
from brine.service.transaction import Trace
from brine_codec import Registry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

    from brine.domain.durations import Duration
    from brine.domain.results.key import Key
    from brine.ports.caching import BodyStore, ItemStore, LeaseStore, Memory, StampStore, TextQueue
    from brine.ports.deadline import Deadline
    from brine.service.results.async_call import AsyncCall
    from brine.service.results.call import CacheEvent
    from brine.service.results.refreshes.events import LambdaHandler
    from brine.service.results.refreshes.requests import ResultRefreshes
    from brine.service.results.refreshes.sealing import RefreshSealer
    from brine_codec import Keyring, KeyringSource


class Cache:
    """Keeps the results of functions by key, for all environments that share its stores. Threads may share it.

    name: keeps the keys of one cache apart from those of others in the same namespace. namespace: begins all keys of
    the cache in the table, so that a role can be confined to it. registry: the caller's classes that results may have.
    compute_timeout: how long a computation may take; another environment waits so long, and then computes too.
    purge_delta: seconds for which this process goes by the stamps that it read. observe: is called with the event of
    every call, for metrics; its exceptions reach the caller. Without it, the logger `brine` warns of faults.
    inline_limit: bytes of the largest envelope that the table holds. clock: seconds since 1970.
    refresh_queue: the function's own queue of refresh requests; with it, results of cached functions are refreshed in
    the background. draw: returns random numbers of [0, 1), for early refreshes.

    `brine.cache` makes one from a function's environment.
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
        refresh_queue: TextQueue | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        if not is_namespace(namespace):
            raise ValueError("a namespace has up to 32 of a-z, 0-9 and -, and does not begin with -")
        self.name = name
        self.functions = CachedFunctions()
        self.registry = Registry() if registry is None else registry
        self._namespace = namespace
        self._tenant = tenant_of_cache(tenant)
        shared_leases = Leases(leases)
        self._results = ResultStore(
            CacheStore(
                partition="c",
                codec=result_codec(keyring, self.registry),
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
        self._observe = observe or FaultLog()
        self._keyring = keyring
        self._refreshes = None if refresh_queue is None else self._refreshes_by(refresh_queue, draw)
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

        A store that fails costs a computation, not the result. A result that cannot be sealed is returned, not stored.
        Raises the exceptions of `compute`; TypeError for a bad key or tag, ValueError for tags too many or too long.
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
        """Do as `get_or_compute`, and return the event of the call too: outcome, layer and faults."""
        lifetimes = ResultLifetimes.of(freshness_lifetime, grace, negative)
        return self.resolve_within(ResultRequest(key, compute, tags), lifetimes)

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
        return await self.resolve_within_async(ResultRequest(key, compute, tags), lifetimes)

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
        requests = {
            key: ResultRequest(key, partial(one_of, compute_missing, key), tags(key) if callable(tags) else tags)
            for key in keys
        }
        calls = {
            key: OneOfMany(compute=request.compute, **self._call_options(request, lifetimes))
            for key, request in requests.items()
        }
        try:
            look_up_many(list(calls.values()))
            return Many(calls, compute_missing).results()
        finally:
            for call in calls.values():
                self._observe(call.event)

    def resolve_within[T](self, request: ResultRequest[T], lifetimes: ResultLifetimes) -> Resolved[T]:
        """Do as `resolve`, with checked durations."""
        call = Call(compute=request.compute, **self._call_options(request, lifetimes))
        try:
            return Resolved(call.result(), call.event)
        finally:
            self._observe(call.event)

    async def resolve_within_async[T](self, request: ResultRequest[Awaitable[T]], lifetimes: ResultLifetimes) -> T:
        """Do as `resolve_within` for a coroutine function, and return the result alone."""
        (call,) = self._async_calls([request], lifetimes)
        try:
            return await call.result_async()
        finally:
            self._observe(call.event)

    def resolve_each[T](self, requests: Sequence[ResultRequest[T]], lifetimes: ResultLifetimes) -> list[T]:
        """Return the results of many requests, each with its own computation, after one lookup of all."""
        from brine.service.results.many import OneOfMany, look_up_many  # noqa: PLC0415 - a single result does without

        calls = [OneOfMany(compute=request.compute, **self._call_options(request, lifetimes)) for request in requests]
        try:
            look_up_many(calls)
            return [call.result_after_lookup() for call in calls]
        finally:
            for call in calls:
                self._observe(call.event)

    async def resolve_each_async[T](
        self, requests: Sequence[ResultRequest[Awaitable[T]]], lifetimes: ResultLifetimes
    ) -> list[T]:
        """Do as `resolve_each` for coroutine functions. All missing results are computed at the same time."""
        from brine.service.results.async_call import results_of  # noqa: PLC0415 - imports asyncio

        calls = self._async_calls(requests, lifetimes)
        try:
            return await results_of(calls)
        finally:
            for call in calls:
                self._observe(call.event)

    def _async_calls[T](
        self, requests: Sequence[ResultRequest[Awaitable[T]]], lifetimes: ResultLifetimes
    ) -> list[AsyncCall[T]]:
        from brine.service.results.async_call import AsyncCall  # noqa: PLC0415 - imports asyncio

        return [
            AsyncCall(
                compute_async=request.compute,
                threads=self.store_threads.executor,
                **self._call_options(request, lifetimes),
            )
            for request in requests
        ]

    def refresh(
        self,
        key: Key,
        compute: Callable[[], object],
        *,
        freshness_lifetime: Duration,
        grace: Duration = 0.0,
        negative: Mapping[type[Exception], Duration] | None = None,
        tags: Collection[str] = (),
        function: str | None = None,
        is_forced: bool = True,
        renews: int | None = None,
        deadline: Deadline | None = None,
    ) -> CacheEvent:
        """Compute the result of the key now, store it, and return the event. The arguments are as `get_or_compute`.

        Raises no exception of `compute`: the event has it as a fault. If another caller computes the result, this call
        does not. function: the name of the cached function, for the event. is_forced: False computes the result only if
        it is stored and stale, or is stored with the generation `renews`. deadline: of the calls and the lease.
        """
        from brine.service.results.refreshes.renewal import Renewal  # noqa: PLC0415 - no answer to a request needs it

        renewal = Renewal(
            place=ResultEntry(
                self.hashed_key(key), self._tenant, check_tags(tags), cache=self.name, function=function or ""
            ),
            compute=compute,
            windows=ResultLifetimes.of(freshness_lifetime, grace, negative),
            results=self._results,
            single_flight=self._single_flight,
            clock=self._clock,
            seconds=self._compute_timeout,
            deadline=deadline or self._deadline,
            is_forced=is_forced,
            renews=renews,
        )
        event = replace(renewal.run(), cache=self.name, function=function)
        self._observe(event)
        return event

    def handler(self, handler: LambdaHandler, *others: Cache) -> LambdaHandler:
        """Return a Lambda handler that refreshes results in the background, and passes all other events to `handler`.

        It recognises refresh requests from the function's own queue, scheduled events of EventBridge, and the payload
        `{"brine": "refresh"}` of EventBridge Scheduler. others: further caches of this function.
        """
        from brine.service.results.refreshes.events import RefreshEvents  # noqa: PLC0415 - for functions with such events

        return RefreshEvents((self, *others)).wrap(handler)

    @cached_property
    def sealer(self) -> RefreshSealer:
        """It seals and opens the refresh requests of this cache."""
        from brine.service.results.refreshes.sealing import RefreshSealer  # noqa: PLC0415 - only refreshes need it

        return RefreshSealer(self._keyring, self.registry)

    @property
    def has_refresh_queue(self) -> bool:
        """Whether results of cached functions are refreshed in the background."""
        return self._refreshes is not None

    def report(self, event: CacheEvent) -> None:
        """Pass an event to the observer."""
        self._observe(event)

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return self._clock()

    def hashed_key(self, key: Key) -> str:
        """Return the key as the stores and the refresh requests have it. Raises TypeError."""
        return self._key(key, self._tenant)

    def _refreshes_by(self, queue: TextQueue, draw: Callable[[], float]) -> ResultRefreshes:
        from brine.service.results.refreshes.requests import ResultRefreshes  # noqa: PLC0415 - only with a queue

        return ResultRefreshes(self.name, queue, self.sealer, draw=draw)

    def purge(self, key: Key, *, soft: bool = False) -> None:
        """Purge the result of this key, hard or `soft` (then it is stale). Computations under way are not stored.

        One call. This environment goes by it at once. Every other one does so after at most its `purge_delta` and the
        lag of a DynamoDB replica (docs/decisions/0003). Raises StoreError when the table did not confirm it; a
        repetition is harmless.
        """
        trace = Trace(self._clock(), self._deadline)
        self._results.purge(self.hashed_key(key), trace, at=trace.now + MARGIN, soft=soft)

    def purge_tag(self, tag: str, *, soft: bool = False, all_tenants: bool = False) -> None:
        """Purge all results and responses with a tag, those of other caches included. Two calls.

        Each tenant has its own tags: only those of this cache's tenant are purged. With `all_tenants`, those of every
        tenant and of no tenant are purged, with three calls.
        """
        self.purge_tags((tag,), soft=soft, all_tenants=all_tenants)

    def purge_tags(self, tags: Collection[str], *, soft: bool = False, all_tenants: bool = False) -> None:
        """Purge several tags, as `purge_tag` does. Raises StoreError after all were tried."""
        trace = Trace(self._clock(), self._deadline)
        checked = check_tags(tags)
        names = [tag_stamp(tag, NO_TENANT if all_tenants else self._tenant) for tag in checked]
        if all_tenants:
            names += map(all_tenants_stamp, checked)
        if not names:
            return
        stamps = self._results.store.stamps
        at = tag_purge_time(stamps.store, at=trace.now + MARGIN, soft=soft, deadline=trace.deadline)
        failure: StoreError | None = None
        for name in names:
            try:
                stamps.write(name, trace, at=at, soft=soft)
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
        """Return this cache with the keys and tags of one tenant, which shares none with another.

        Raises ValueError unless the tenant is a text that is not empty and can be printed. So a request with an empty
        tenant cannot share the results that belong to no tenant.
        """
        own = copy(self)
        own._tenant = checked_tenant(tenant)  # noqa: SLF001 - of its own kind
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

    def _call_options(self, request: ResultRequest[Any], lifetimes: ResultLifetimes) -> dict[str, Any]:
        tenant = self._tenant if request.tenant is None else request.tenant
        return {
            "place": ResultEntry(
                self._key(request.key, tenant), tenant, check_tags(request.tags), self.name, request.function
            ),
            "windows": lifetimes,
            "results": self._results,
            "single_flight": self._single_flight,
            "clock": self._clock,
            "seconds": self._compute_timeout,
            "deadline": self._deadline,
            "cache": self.name,
            "cached_call": request.cached_call,
            "refreshes": self._refreshes,
        }

    def _key(self, key: Key, tenant: str) -> str:
        return result_key(namespace=self._namespace, tenant=tenant, cache=self.name, key=key)


def tenant_of_cache(tenant: str) -> str:
    """Return the tenant that a cache is created with, or `NO_TENANT`. Raises ValueError for an invalid one."""
    return NO_TENANT if tenant == NO_TENANT else checked_tenant(tenant)
