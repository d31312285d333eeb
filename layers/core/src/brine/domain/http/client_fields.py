"""The fields about caching in an answer that leaves the gateway: they say what the caches of clients may keep.

The gateway's own store has other rules. For example, it keeps the response for a tenant under a key with this tenant.
No other cache knows the tenant, so only the private cache of the client may keep such an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.domain.http.cache_control import parse_directives
from brine.domain.http.dates import date_field
from brine.domain.http.field_syntax import delta_seconds, is_well_quoted, split_list

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.http.cache_control import Directives
    from brine.domain.http.fields import Fields

_OLD: Final = frozenset({"expires", "pragma"})
_OF_BODY: Final = frozenset(
    {
        *("accept-ranges", "age", "content-digest", "content-length", "content-md5"),
        *("etag", "last-modified", "repr-digest"),
    }
)
_LIFETIMES: Final = frozenset({"immutable", "max-age", "s-maxage", "stale-if-error", "stale-while-revalidate"})
_SHARED: Final = frozenset({"private", "proxy-revalidate", "public", "s-maxage"})


def without_targeted(fields: Fields) -> Fields:
    """Return the fields without those that only some shared caches obey, such as CDN-Cache-Control (RFC 9213)."""
    return fields.without(
        {name for name in fields.names if name.endswith("-cache-control") or name == "surrogate-control"}
    )


def with_cache_control_alone(fields: Fields) -> Fields:
    """Return the fields in which Cache-Control alone says how long the answer is fresh."""
    return without_targeted(fields).without(_OLD)


def personal(fields: Fields, *, is_partial: bool) -> Fields:
    """Return the fields of an answer that was changed for one client: no cache keeps it, and no 304 confirms it.

    is_partial: whether the body is still a range of the representation.
    """
    dropped = _OF_BODY if is_partial else _OF_BODY | {"content-range"}
    return with_cache_control_alone(fields).without(dropped).replacing("cache-control", "private, no-store")


def made_private(fields: Fields) -> Fields:
    """Return the fields with `private`: only the client's own cache may keep the answer, for as long as before."""
    fields = _readable(without_targeted(fields))
    if _is_never_kept(parse_directives(*fields.all("cache-control"))):
        return fields
    return fields.replacing("cache-control", ", ".join(["private", *_without(fields, _SHARED)]))


def limited_to(fields: Fields, seconds: float, now: float) -> Fields:
    """Return the fields with a remaining lifetime of at most `seconds`. Below 1, clients validate before each use."""
    fields = _readable(without_targeted(fields))
    directives = parse_directives(*fields.all("cache-control"))
    if _is_never_kept(directives):
        return fields
    others = _without(fields, _LIFETIMES)
    if seconds < 1:
        said = [*[one for one in others if _name(one) != "no-cache"], "no-cache"]
    else:
        most = int(seconds) + (delta_seconds(fields.get("age", "0")) or 0)
        shared, own = directives.seconds("s-maxage"), client_lifetime(fields, directives, now)
        said = others if own is None else [*others, f"max-age={min(own, most)}"]
        said += [] if shared is None else [f"s-maxage={min(shared, most)}"]
    return fields.without(_OLD).replacing("cache-control", ", ".join(said)) if said else fields.without(_OLD)


def client_lifetime(fields: Fields, directives: Directives, now: float) -> int | None:
    """Return the freshness lifetime in the cache of a client, which ignores s-maxage; None if the fields say nothing.

    directives: those of Cache-Control.
    """
    seconds = directives.seconds("max-age")
    if seconds is not None or "expires" not in fields:
        return seconds
    expires, date = date_field(fields, "expires", now), date_field(fields, "date", now)
    return 0 if expires is None else max(0, expires - int(now if date is None else date))


def _readable(fields: Fields) -> Fields:
    """Return the fields with a Cache-Control that can be taken apart: with an open quote, it may hide a directive."""
    if all(map(is_well_quoted, fields.all("cache-control"))):
        return fields
    return fields.replacing("cache-control", "no-store")


def _is_never_kept(directives: Directives) -> bool:
    """Return whether no cache keeps the answer. `must-understand` may lift `no-store` (RFC 9111 section 5.2.2.3)."""
    return directives.restricts("no-store") and not directives.restricts("must-understand")


def _without(fields: Fields, names: Collection[str]) -> list[str]:
    """Return the directives of Cache-Control without those of these names."""
    return [one for line in fields.all("cache-control") for one in split_list(line) if _name(one) not in names]


def _name(directive: str) -> str:
    return directive.partition("=")[0].strip(" \t").lower()
