"""The requests for a listing and for a purge, as their arguments say."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from brine.domain.listing.filters import EntryFilter
from brine.domain.routing.tenant import NO_TENANT, is_tenant, tenant_digest
from brine.errors import NotPurgeable
from brine.service.admin.api.argument import Argument, names_of
from brine.service.admin.arguments import Arguments, invalid
from brine.service.purge_names import PurgeNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brine.domain.listing.facts import EntryState
    from brine.domain.routing.route import Routes
    from brine.service.admin.cursor import Cursor
    from brine.service.purge_names import PurgedNames

READ_PER_CALL: Final = 1_000
"""Items that one call reads if the operator does not say."""
_STATES: Final[dict[str, frozenset[EntryState]]] = {
    "fresh": frozenset({"fresh"}),
    "stale": frozenset({"grace", "keep"}),
    "grace": frozenset({"grace"}),
    "keep": frozenset({"keep"}),
    "purged": frozenset({"purged"}),
    "unknown": frozenset({"unknown"}),
}
_LIMIT: Final = Argument("limit", "number", "The most items of the table to read. The default is 1000.")
_CURSOR: Final = Argument("cursor", "text", "The cursor of the page before.")
STORED_ARGUMENTS: Final = (
    Argument("route", "text", "Responses of this route."),
    Argument("tag", "text", "Responses and results with this tag."),
    Argument("tenant", "text", "Responses and results of this tenant."),
    Argument("url", "text", "Responses for this path and query of a client. A * at the end stands for any end."),
    Argument("older_than", "duration", "Items with a larger age."),
    Argument("younger_than", "duration", "Items with a smaller age."),
    Argument("larger_than", "size", "Items with a larger body."),
    Argument("state", "text", "Items in this state. stale is grace and keep.", tuple(_STATES)),
    _LIMIT,
    _CURSOR,
)
PURGE_ARGUMENTS: Final = (
    Argument("url", "text", "Purge the responses for this path and query, in all variants."),
    Argument("tag", "text", "Purge the responses and results with this tag."),
    Argument("route", "text", "Purge the responses of this route."),
    Argument("tenant", "text", "Purge all of this tenant, or with url or tag only its own."),
    Argument("everything", "flag", "Purge all responses and results."),
    Argument("all_tenants", "flag", "With tag: purge those of every tenant too."),
    Argument("soft", "flag", "Mark them as stale, so that they are validated."),
    Argument("dry_run", "flag", "Purge nothing, and return the items that the purge would end."),
    _LIMIT,
    _CURSOR,
)
_KINDS: Final = ("url", "tag", "route", "tenant", "everything")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuery:
    """A request for a page of the listing. `tenants`: the names that it gives, by their digests."""

    wanted: EntryFilter
    cursor: Cursor | None
    limit: int
    tenants: Mapping[str, str]

    @classmethod
    def read(cls, parameters: Mapping[str, object], routes: Iterable[Routes]) -> Self:
        """Return the request of these parameters. `routes`: of each function. Raises Problem."""
        given = Arguments(parameters, names_of(STORED_ARGUMENTS))
        tenant, state, url = given.text("tenant"), given.text("state"), given.text("url")
        if state is not None and state not in _STATES:
            raise invalid(f'state is "{state}". Write one of {", ".join(_STATES)}.')
        if url is not None and not url.startswith("/"):
            raise invalid(f'url is "{url}". Begin it with the path, such as /orders/17: leave scheme and host out.')
        digest = None if tenant is None else tenant_digest(_tenant(tenant))
        return cls(
            wanted=EntryFilter(
                route=given.text("route"),
                tag=given.text("tag"),
                tenant_digest=digest,
                url=url,
                upstream=None if url is None else _upstream(url, routes),
                older_than=given.duration("older_than"),
                younger_than=given.duration("younger_than"),
                larger_than=given.size("larger_than"),
                states=frozenset() if state is None else _STATES[state],
            ),
            cursor=given.cursor(),
            limit=given.number("limit", READ_PER_CALL),
            tenants={} if tenant is None or digest is None else {digest: tenant},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeOrder:
    """A request to purge, or to preview a purge. One of url, tag, route and everything is given, or tenant alone."""

    url: str | None = None
    tag: str | None = None
    route: str | None = None
    tenant: str | None = None
    everything: bool = False
    all_tenants: bool = False
    soft: bool = False
    dry_run: bool = False
    cursor: Cursor | None = None
    limit: int = READ_PER_CALL

    @property
    def kind(self) -> str:
        """The argument that chooses what to purge."""
        return "everything" if self.everything else next(name for name in _KINDS if getattr(self, name) is not None)

    @classmethod
    def read(cls, members: Mapping[str, object]) -> Self:
        """Return the request of a JSON object. Raises Problem."""
        given = Arguments(members, names_of(PURGE_ARGUMENTS))
        everything = given.flag("everything")
        tenant = given.text("tenant")
        chosen = [name for name in ("url", "tag", "route") if given.text(name) is not None]
        chosen += ["everything"] if everything else []
        if len(chosen) > 1:
            raise invalid(f"{' and '.join(chosen)} are given. Purge by one of them: send a request for each.")
        if not chosen and tenant is None:
            raise invalid(f"nothing says what to purge. Give one of {', '.join(_KINDS)}.")
        if tenant is not None and {"route", "everything"} & set(chosen):
            raise invalid(f"tenant goes with url or tag, or alone, not with {chosen[0]}. Leave one of both out.")
        order = cls(
            url=given.text("url"),
            tag=given.text("tag"),
            route=given.text("route"),
            tenant=None if tenant is None else _tenant(tenant),
            everything=everything,
            all_tenants=given.flag("all_tenants"),
            soft=given.flag("soft"),
            dry_run=given.flag("dry_run"),
            cursor=given.cursor(),
            limit=given.number("limit", READ_PER_CALL),
        )
        if order.all_tenants and order.tag is None:
            raise invalid("all_tenants goes with tag. Leave it out: other purges cover all tenants, or name one.")
        if not order.dry_run and (given.has("limit") or given.has("cursor")):
            raise invalid("limit and cursor go with dry_run: a purge ends everything that it covers at once.")
        return order

    def names(self, routes: Routes) -> PurgedNames:
        """Return the names of the stamps, with these routes for a URL. Raises NotPurgeable."""
        names, tenant = PurgeNames(routes), self.tenant or NO_TENANT
        if self.url is not None:
            if "*" in self.url.partition("?")[0]:
                raise NotPurgeable(
                    f'a purge by URL ends one URL, and "{self.url}" has a *. Purge many by their route or a tag'
                )
            return names.url(self.url, tenant=tenant)
        if self.tag is not None:
            return names.tag(self.tag, tenant=tenant, all_tenants=self.all_tenants)
        if self.route is not None:
            return names.route(self.route)
        return names.everything() if self.everything else names.tenant(tenant)


def _tenant(text: str) -> str:
    if not is_tenant(text):
        raise invalid(f"tenant is {text!a}. Write a text that can be printed.")
    return text


def _upstream(url: str, routes: Iterable[Routes]) -> tuple[str, str] | None:
    """Return the route and the target that a URL leads to, at the first function with such a route, or None."""
    for one in routes:
        with suppress(NotPurgeable):
            route, target = PurgeNames(one).upstream(url)
            return route.name, target
    return None
