"""Purging of stored responses and results by an operator. A purge writes one stamp, however many entries it covers.

When the stamp is written, the purge is complete. It covers every fetch that began before it, even one that is stored
later. An execution environment may rely on the stamps that it has read for BRINE_PURGE_DELTA seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.caching.cache_key import resource_of
from brine.domain.http.messages import Request
from brine.domain.purging.stamps import (
    EVERYTHING,
    MARGIN,
    all_tenants_stamp,
    key_stamp,
    route_stamp,
    tag_stamp,
    tenant_stamp,
)
from brine.domain.purging.tags import MAX_TAG_LENGTH, is_tag
from brine.domain.routing.target import BadTargetError, upstream_target
from brine.domain.routing.tenant import NO_TENANT, is_tenant
from brine.errors import NotPurgeable
from brine.service.stores.tag_purges import tag_purge_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.routing.route import Route, Routes
    from brine.ports.caching import StampStore


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
        return self._stamp(EVERYTHING, soft)

    def route(self, name: str, *, soft: bool = False) -> Purge:
        """Purge all stored responses of a route, for all tenants. One call."""
        return self._stamp(route_stamp(name), soft)

    def tenant(self, tenant: str, *, soft: bool = False) -> Purge:
        """Purge all stored responses and results of a tenant. One call. Raises NotPurgeable."""
        return self._stamp(tenant_stamp(_checked(tenant)), soft)

    def tag(self, tag: str, *, tenant: str = NO_TENANT, all_tenants: bool = False, soft: bool = False) -> Purge:
        """Purge all stored responses and results with a tag. Two calls; three with `all_tenants`.

        Each tenant has its own tags. Without `tenant` and `all_tenants`, the purge covers only entries that belong to
        no tenant. `all_tenants`: it covers those of no tenant and of every tenant.
        Raises NotPurgeable for an invalid tag, and for `tenant` together with `all_tenants`.
        """
        if not is_tag(tag):
            raise NotPurgeable(f"a tag has 1 to {MAX_TAG_LENGTH} bytes")
        if all_tenants and tenant != NO_TENANT:
            raise NotPurgeable("name one tenant, or purge the tag for all tenants: not both")
        names = [tag_stamp(tag, NO_TENANT if tenant == NO_TENANT else _checked(tenant))]
        if all_tenants:
            names.append(all_tenants_stamp(tag))
        at = tag_purge_time(self.stamps, at=self.clock() + MARGIN, soft=soft)
        for name in names:
            self.stamps.write(name, at=at, soft=soft)
        return Purge(stamp=names[-1], at=at, soft=soft)

    def url(self, url: str, *, tenant: str = NO_TENANT, soft: bool = False, part: str | None = None) -> Purge:
        """Purge all variants of a stored response. One call. `url`: path and query, as a client writes them.

        part: the route of a part; then `url` is its path and query, as a function fetches it.
        Raises NotPurgeable if no route covers the path, if the route has tenants and `tenant` is missing, or if it has
        none and `tenant` is given.
        """
        route, target = self._upstream(url, part)
        if (route.tenant is None) != (tenant == NO_TENANT):
            has = "has no tenants: leave the tenant out" if route.tenant is None else "has tenants: name one"
            raise NotPurgeable(f"the route {route.name} {has}")
        key = resource_of(route, NO_TENANT if route.tenant is None else _checked(tenant), target).key
        return self._stamp(key_stamp(key), soft, route=route.name, target=target)

    def _upstream(self, url: str, part: str | None) -> tuple[Route, str]:
        if not url.startswith("/"):
            raise NotPurgeable(f"{url} does not begin with a path, such as /orders/17: scheme and host are left out")
        path, mark, query = url.partition("?")
        route = self.routes.match(path) if part is None else self.routes.named(part)
        if route is None:
            raise NotPurgeable(f"no route covers {path}" if part is None else f'no route is named "{part}"')
        if part is not None and not route.internal and route.pattern is None and route.prefix != "/":
            path = route.prefix + path  # as a client names it; a function leaves the prefix out
        request = Request(method="GET", path=path, query=query if mark else None)
        try:
            path, changed_query = upstream_target(self.routes, route, request)
        except BadTargetError as error:
            raise NotPurgeable(str(error)) from None
        return route, Request(method="GET", path=path, query=changed_query).target

    def _stamp(self, name: str, soft: bool, *, route: str | None = None, target: str | None = None) -> Purge:
        at = self.clock() + MARGIN
        self.stamps.write(name, at=at, soft=soft)
        return Purge(stamp=name, at=at, soft=soft, route=route, target=target)


def _checked(tenant: str) -> str:
    if not is_tenant(tenant):
        raise NotPurgeable("a tenant is text that can be printed, and not empty")
    return tenant
