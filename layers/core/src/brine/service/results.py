"""The results cache: Python objects that were costly to compute, kept under the rules that responses are kept under.

Three rules. One computation per key in a process, and one lease per key among all processes. Whoever waits is served
from what was stored meanwhile, and else computes for themselves and stores nothing. Only the holder of the newest
lease stores.
"""

from __future__ import annotations

import time
from copy import copy
from typing import TYPE_CHECKING, Self

from brine.domain.result_key import result_key
from brine.domain.windows import Windows
from brine.service.computation import Computation, Resolved
from brine.service.flights import Flights
from brine.service.result_sealing import result_codec
from brine.service.result_store import ResultMemory, ResultStore
from brine.service.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.result_key import Key
    from brine.ports import BodyStore, Deadline, ItemStore, LeaseStore, Memory
    from brine.service.computation import Story
    from brine_codec import Keyring, KeyringSource, Registry


class Cache:
    """Keeps what functions compute, by key, for all processes that share its stores. Threads may share it.

    name: keeps the keys of one cache apart from those of others on the same table. registry: the caller's classes
    that may be in results. compute_timeout: seconds that a computation may take; another process waits so long, and
    then computes too. observe: is told the story of every call, for metrics; what it raises reaches the caller.
    inline_limit: the largest envelope, in bytes, that the table holds. clock: seconds since 1970.
    `brine.bootstrap.build_cache` makes one from a function's environment.
    """

    def __init__(
        self,
        name: str,
        *,
        keyring: Keyring | KeyringSource,
        items: ItemStore,
        leases: LeaseStore,
        bodies: BodyStore,
        memory: Memory[bytes],
        registry: Registry | None = None,
        tenant: str = "",
        inline_limit: int = 32_768,
        compute_timeout: float = 10.0,
        observe: Callable[[Story], object] | None = None,
        clock: Callable[[], float] = time.time,
        waiting: Waiting | None = None,
        flights: Flights | None = None,
    ) -> None:
        self._name = name
        self._tenant = tenant
        self._store = ResultStore(
            codec=result_codec(keyring, registry),
            items=items,
            leases=leases,
            bodies=bodies,
            memory=ResultMemory(memory),
            inline_limit=inline_limit,
        )
        self._compute_timeout = compute_timeout
        self._observe = observe
        self._clock = clock
        self._waiting = Waiting() if waiting is None else waiting
        self._flights = Flights() if flights is None else flights
        self._deadline: Deadline | None = None

    def get_or_compute[T](
        self,
        key: Key,
        compute: Callable[[], T],
        *,
        freshness_lifetime: float,
        grace: float = 0.0,
        negative: Mapping[type[Exception], float] | None = None,
    ) -> T:
        """What is stored under the key, or else what `compute` gives, stored for the next to ask.

        key: a text, or a tuple of text, bytes, numbers, booleans, None and tuples. freshness_lifetime: seconds, from
        the beginning of the computation, for which the result is served. grace: seconds after that for which it is
        still served while another caller computes, or because `compute` raised.
        negative: seconds by exception. When `compute` raises one of exactly these classes, that is the result: it is
        stored for so long, and raised again, made anew by calling its class with its `args`.

        A store that fails costs a computation and nothing else. Raises what `compute` raises; TypeError for a bad key;
        brine_codec.Unsupported, with the path inside it, for a result that cannot be stored.
        """
        resolved = self.resolve(key, compute, freshness_lifetime=freshness_lifetime, grace=grace, negative=negative)
        return resolved.value

    def resolve[T](
        self,
        key: Key,
        compute: Callable[[], T],
        *,
        freshness_lifetime: float,
        grace: float = 0.0,
        negative: Mapping[type[Exception], float] | None = None,
    ) -> Resolved[T]:
        """As `get_or_compute`, with the story: whether it was a hit, where from, and what failed on the way."""
        computation = Computation(
            key=result_key(tenant=self._tenant, cache=self._name, key=key),
            compute=compute,
            windows=Windows(freshness_lifetime, grace, negative or {}),
            store=self._store,
            flights=self._flights,
            waiting=self._waiting,
            clock=self._clock,
            seconds=self._compute_timeout,
            deadline=self._deadline,
        )
        try:
            return Resolved(computation.result(), computation.story)
        finally:
            if self._observe is not None:
                self._observe(computation.story)

    def invalidate(self, key: Key) -> None:
        """Forget the result of this key, and what computations under way would store.

        Raises StoreError when the table has not done it. Other processes that have the result in their memory serve it
        until it is no longer fresh.
        """
        self._store.drop(result_key(tenant=self._tenant, cache=self._name, key=key))

    def within(self, deadline: Deadline) -> Self:
        """This cache for calls that are over by then, such as those of one request: neither stores nor waiting go on.

        A computation that has begun is not interrupted.
        """
        bounded = copy(self)
        bounded._store = self._store.within(deadline)  # noqa: SLF001 - of its own kind
        bounded._deadline = deadline  # noqa: SLF001 - of its own kind
        return bounded

    def for_tenant(self, tenant: str) -> Self:
        """This cache with the keys of one tenant, who shares nothing with any other."""
        own = copy(self)
        own._tenant = tenant  # noqa: SLF001 - of its own kind
        return own
