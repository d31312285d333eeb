"""The results cache: Python objects that were costly to compute, kept under the rules that responses are kept under.

Three rules. One computation per key in a process, and one lease per key among all processes. Whoever waits is served
from what was stored meanwhile, and else computes for themselves and stores nothing. Only the holder of the newest
lease stores.
"""

from __future__ import annotations

import time
from copy import copy
from typing import TYPE_CHECKING, Self

from brine.domain.purging.stamps import MARGIN, tag_stamp
from brine.domain.purging.tags import check_tags
from brine.domain.results.key import ResultEntry, is_namespace, result_key
from brine.domain.results.lifetimes import ResultLifetimes
from brine.domain.routing.tenant import NO_TENANT, is_tenant
from brine.service.flights import Flights
from brine.service.results.computation import Computation, Resolved
from brine.service.results.sealing import result_codec
from brine.service.results.store import ResultStore, pk_of
from brine.service.stores.bodies import Bodies
from brine.service.stores.known_stamps import KnownStamps
from brine.service.stores.leases import Leases
from brine.service.stores.stamps import Stamps
from brine.service.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.domain.results.key import Key
    from brine.ports.caching import BodyStore, ItemStore, LeaseStore, Memory, StampStore
    from brine.ports.deadline import Deadline
    from brine.service.results.computation import Story
    from brine_codec import Keyring, KeyringSource, Registry


class Cache:
    """Keeps what functions compute, by key, for all processes that share its stores. Threads may share it.

    name: keeps the keys of one cache apart from those of others in the same namespace. namespace: the part of the table
    that all keys of the cache begin with; functions whose roles are confined to it share it. registry: the caller's
    classes that may be in results. compute_timeout: seconds that a computation may take; another process waits so long,
    and then computes too. purge_delta: seconds for which this process goes by what it read of purges.
    observe: is told the story of every call, for metrics; what it raises reaches the caller.
    inline_limit: the largest envelope, in bytes, that the table holds. clock: seconds since 1970.
    `brine.bootstrap.gateway.build_cache` makes one from a function's environment.
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
        compute_timeout: float = 10.0,
        purge_delta: float = 1.0,
        observe: Callable[[Story], object] | None = None,
        clock: Callable[[], float] = time.time,
        waiting: Waiting | None = None,
        flights: Flights | None = None,
    ) -> None:
        if not is_namespace(namespace):
            raise ValueError("a namespace has up to 32 of a-z, 0-9 and -, and does not begin with -")
        self._name = name
        self._namespace = namespace
        self._tenant = _checked_tenant(tenant)
        self._store = ResultStore(
            codec=result_codec(keyring, registry),
            stamps=Stamps(items=items, store=stamps, known=KnownStamps(purge_delta)),
            leases=Leases(leases, pk_of),
            bodies=Bodies(bodies),
            memory=memory,
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
        tags: Collection[str] = (),
    ) -> T:
        """What is stored under the key, or else what `compute` gives, stored for the next to ask.

        key: a text, or a tuple of text, bytes, numbers, booleans, None and tuples. freshness_lifetime: seconds, from
        the beginning of the computation, for which the result is served. grace: seconds after that for which it is
        still served while another caller computes, or because `compute` raised.
        negative: seconds by exception. When `compute` raises one of exactly these classes, that is the result: it is
        stored for so long, and raised again, made anew by calling its class with its `args`.
        tags: labels under which the result can be purged with others; not secret.

        A store that fails costs a computation and nothing else. Raises what `compute` raises; TypeError for a bad key
        or tag, ValueError for tags too many or too long;
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
        freshness_lifetime: float,
        grace: float = 0.0,
        negative: Mapping[type[Exception], float] | None = None,
        tags: Collection[str] = (),
    ) -> Resolved[T]:
        """As `get_or_compute`, with the story: whether it was a hit, where from, and what failed on the way."""
        computation = Computation(
            place=ResultEntry(self._key(key), self._tenant, check_tags(tags)),
            compute=compute,
            windows=ResultLifetimes(freshness_lifetime, grace, negative or {}),
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

    def purge(self, key: Key, *, soft: bool = False) -> None:
        """End the result of this key; soft: make it stale. Computations under way lose, too. One call.

        Every process knows of it within its `purge_delta`, this one at once. Raises StoreError when it cannot be told
        whether it was done; doing it again is harmless.
        """
        now = self._clock()
        self._store.purge(self._key(key), at=now + MARGIN, now=now, soft=soft)

    def purge_tag(self, tag: str, *, soft: bool = False) -> None:
        """The same for all results with a tag, those of other caches included, and all responses with it. One call.

        A tenant's tags are its own: what is this cache's tenant's is meant.
        """
        now = self._clock()
        (checked,) = check_tags((tag,))
        self._store.stamps.write(tag_stamp(checked, self._tenant), at=now + MARGIN, now=now, soft=soft)

    def within(self, deadline: Deadline) -> Self:
        """This cache for calls that are over by then, such as those of one request: neither stores nor waiting go on.

        A computation that has begun is not interrupted.
        """
        bounded = copy(self)
        bounded._store = self._store.within(deadline)  # noqa: SLF001 - of its own kind
        bounded._deadline = deadline  # noqa: SLF001 - of its own kind
        return bounded

    def for_tenant(self, tenant: str) -> Self:
        """This cache with the keys and tags of one tenant, who shares nothing with any other. Raises ValueError."""
        own = copy(self)
        own._tenant = _checked_tenant(tenant)  # noqa: SLF001 - of its own kind
        return own

    def _key(self, key: Key) -> str:
        return result_key(namespace=self._namespace, tenant=self._tenant, cache=self._name, key=key)


def _checked_tenant(tenant: str) -> str:
    if tenant != NO_TENANT and not is_tenant(tenant):
        raise ValueError("a tenant is text that can be printed")
    return tenant
