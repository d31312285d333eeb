"""The stamps that a purge writes: their names. A preview asks for the same names and writes none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.caching.cache_key import resource_of
from brine.domain.http.messages import Request
from brine.domain.purging.stamps import (
    EVERYTHING,
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

if TYPE_CHECKING:
    from brine.domain.routing.route import Route, Routes


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedNames:
    """The names of the stamps of one purge. `by_tag`: whether it is a purge by tag, which has an order.

    A purge by URL also has `route` and `target`: the route's name, and the origin's path and query.
    """

    names: tuple[str, ...]
    by_tag: bool = False
    route: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class PurgeNames:
    """Names the stamps of purges of a gateway with these routes. No method makes a call."""

    routes: Routes

    def everything(self) -> PurgedNames:
        """Return the stamp of all stored responses and results, of all routes and tenants."""
        return PurgedNames(names=(EVERYTHING,))

    def route(self, name: str) -> PurgedNames:
        """Return the stamp of all stored responses of a route, for all tenants."""
        return PurgedNames(names=(route_stamp(name),))

    def tenant(self, tenant: str) -> PurgedNames:
        """Return the stamp of all stored responses and results of a tenant. Raises NotPurgeable."""
        return PurgedNames(names=(tenant_stamp(_checked(tenant)),))

    def tag(self, tag: str, *, tenant: str = NO_TENANT, all_tenants: bool = False) -> PurgedNames:
        """Return the stamps of a tag, as `Purger.tag` writes them. Raises NotPurgeable."""
        if not is_tag(tag):
            raise NotPurgeable(f"a tag has 1 to {MAX_TAG_LENGTH} bytes")
        if all_tenants and tenant != NO_TENANT:
            raise NotPurgeable("name one tenant, or purge the tag for all tenants: not both")
        names = [tag_stamp(tag, NO_TENANT if tenant == NO_TENANT else _checked(tenant))]
        if all_tenants:
            names.append(all_tenants_stamp(tag))
        return PurgedNames(names=tuple(names), by_tag=True)

    def url(self, url: str, *, tenant: str = NO_TENANT, part: str | None = None) -> PurgedNames:
        """Return the stamp of all variants of a URL, as `Purger.url` writes it. Raises NotPurgeable."""
        route, target = self.upstream(url, part)
        if (route.tenant is None) != (tenant == NO_TENANT):
            has = "has no tenants: leave the tenant out" if route.tenant is None else "has tenants: name one"
            raise NotPurgeable(f"the route {route.name} {has}")
        key = resource_of(route, NO_TENANT if route.tenant is None else _checked(tenant), target).key
        return PurgedNames(names=(key_stamp(key),), route=route.name, target=target)

    def upstream(self, url: str, part: str | None = None) -> tuple[Route, str]:
        """Return the route of a URL and its target at the origin; of a part, if `part` names its route.

        Raises NotPurgeable.
        """
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


def _checked(tenant: str) -> str:
    if not is_tenant(tenant):
        raise NotPurgeable("a tenant is text that can be printed, and not empty")
    return tenant
