"""Purging of stored responses and results by an operator. A purge writes one stamp, however many entries it covers.

When the stamp is written, the purge is complete. It covers every fetch that began before it, even one that is stored
later. An execution environment may rely on the stamps that it has read for BRINE_PURGE_DELTA seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.purging.stamps import MARGIN
from brine.domain.routing.tenant import NO_TENANT
from brine.service.purge_names import PurgeNames
from brine.service.stores.tag_purges import tag_purge_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.routing.route import Routes
    from brine.ports.caching import StampStore
    from brine.service.purge_names import PurgedNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """A completed purge: the name of its stamp, and the stamp's time in seconds since 1970.

    A purge by URL also has `route` and `target`: the route's name, and the origin's path and query.
    """

    stamp: str
    at: float
    soft: bool
    route: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purger:
    """Purges the cache of a gateway with these routes. `clock` returns seconds since 1970.

    Every method raises StoreError if the table did not confirm the purge. A repetition is harmless.
    """

    routes: Routes
    stamps: StampStore
    clock: Callable[[], float]

    def everything(self, *, soft: bool = False) -> Purge:
        """Purge all stored responses and results, of all routes and tenants. One call."""
        return self.write(self.names.everything(), soft=soft)

    def route(self, name: str, *, soft: bool = False) -> Purge:
        """Purge all stored responses of a route, for all tenants. One call."""
        return self.write(self.names.route(name), soft=soft)

    def tenant(self, tenant: str, *, soft: bool = False) -> Purge:
        """Purge all stored responses and results of a tenant. One call. Raises NotPurgeable."""
        return self.write(self.names.tenant(tenant), soft=soft)

    def tag(self, tag: str, *, tenant: str = NO_TENANT, all_tenants: bool = False, soft: bool = False) -> Purge:
        """Purge all stored responses and results with a tag. Two calls; three with `all_tenants`.

        Each tenant has its own tags. Without `tenant` and `all_tenants`, the purge covers only entries that belong to
        no tenant. `all_tenants`: it covers those of no tenant and of every tenant.
        Raises NotPurgeable for an invalid tag, and for `tenant` together with `all_tenants`.
        """
        return self.write(self.names.tag(tag, tenant=tenant, all_tenants=all_tenants), soft=soft)

    def url(self, url: str, *, tenant: str = NO_TENANT, soft: bool = False, part: str | None = None) -> Purge:
        """Purge all variants of a stored response. One call. `url`: path and query, as a client writes them.

        part: the route of a part; then `url` is its path and query, as a function fetches it.
        Raises NotPurgeable if no route covers the path, if the route has tenants and `tenant` is missing, or if it has
        none and `tenant` is given.
        """
        return self.write(self.names.url(url, tenant=tenant, part=part), soft=soft)

    @property
    def names(self) -> PurgeNames:
        """The names of the stamps that each method writes."""
        return PurgeNames(self.routes)

    def write(self, purged: PurgedNames, *, soft: bool = False) -> Purge:
        """Write the stamps of a purge."""
        at = self.clock() + MARGIN
        if purged.by_tag:
            at = tag_purge_time(self.stamps, at=at, soft=soft)
        for name in purged.names:
            self.stamps.write(name, at=at, soft=soft)
        return Purge(stamp=purged.names[-1], at=at, soft=soft, route=purged.route, target=purged.target)
