"""A whole follows its parts: what the responses that a function used permit for the response that it returns.

The whole is fresh for no longer than each part. It is private if a part is, and it is not stored if a part may not be
stored, or failed. A purge of a part is a purge of the whole (brine.domain.purging.dependencies).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, inf
from typing import TYPE_CHECKING, Final

from brine.domain.caching.freshness import explicit_lifetime, freshness, route_lifetime
from brine.domain.caching.stale import forbids_stale, needs_validation
from brine.domain.http.cache_control import parse_directives, parse_response_directives
from brine.domain.http.client_fields import client_lifetime, with_cache_control_alone
from brine.domain.purging.dependencies import MAX_DEPENDENCY_NAMES, dependencies_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.freshness import Freshness
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.cache_control import Directives, Duration, Restriction
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request, Response
    from brine.domain.purging.dependency import Dependency
    from brine.domain.routing.policy import Policy

_RESTRICTIONS: Final[tuple[Restriction, ...]] = (
    "no-store",
    "must-revalidate",
    "proxy-revalidate",
    "must-understand",
    "no-transform",
)
_WINDOWS: Final[tuple[Duration, ...]] = ("stale-while-revalidate", "stale-if-error")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLimits:
    """What one part permits for the whole. `fresh_until`: seconds since 1970, infinite without a limit.

    is_storable: whether the part may be stored. is_private: whether it is for one user. must_revalidate: whether it may
    never be served stale.
    """

    fresh_until: float
    is_storable: bool = True
    is_private: bool = False
    must_revalidate: bool = False
    dependencies: tuple[Dependency, ...] = ()


FAILED = PartLimits(fresh_until=-inf, is_storable=False)
"""The limits of a part that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeLimits:
    """What the parts permit for the whole. `lifetime`: its freshness lifetime in seconds, None without any limit.

    `began`: a time before the first part was fetched, in seconds since 1970.
    """

    lifetime: float | None
    began: float = 0.0
    is_storable: bool = True
    is_private: bool = False
    must_revalidate: bool = False
    dependencies: tuple[Dependency, ...] = ()


def part_limits(
    source: StoredResponse | None,
    response: Response,
    resource: Resource,
    policy: Policy,
    request: Request,
    *,
    now: float,
    served_stale: bool = False,
) -> PartLimits:
    """Return what a part permits. `source`: its stored form, None when it may not be stored. `policy`: its route's.

    served_stale: whether the part is a stale stored response, which limits the whole even without a lifetime.
    """
    directives = parse_response_directives(response.fields)
    is_private = directives.restricts_all("private")
    if source is None:
        return PartLimits(fresh_until=-inf, is_storable=False, is_private=is_private)
    state = freshness(source, policy, now, request)
    validates = needs_validation(state.directives)
    fresh_until = now if validates else now + state.lifetime - state.age
    return PartLimits(
        fresh_until=inf if not (validates or served_stale) and _says_nothing(source, state, policy) else fresh_until,
        is_private=is_private,
        must_revalidate=validates or forbids_stale(state.directives),
        dependencies=dependencies_on(source, resource),
    )


def _says_nothing(source: StoredResponse, state: Freshness, policy: Policy) -> bool:
    """Return whether neither origin nor route say how long a success is fresh: then the whole decides.

    A gateway must not store such a response for clients. The author of a function knows what it is for.
    """
    explicit = explicit_lifetime(source.fields, state.directives, source.response_time)
    if explicit is not None or source.status >= 300 or source.stale_from < inf:
        return False
    return state.lifetime <= 0 and route_lifetime(source.status, policy) is None


def combine(parts: Iterable[PartLimits], lifetime: float | None, began: float) -> WholeLimits:
    """Return what all parts permit for the whole.

    lifetime: the freshness lifetime of the whole's route in seconds, or None. began: a time before the first part was
    fetched, from which the age of the whole counts.
    """
    used = tuple(parts)
    dependencies = tuple(dict.fromkeys(one for part in used for one in part.dependencies))
    lifetimes = [part.fresh_until - began for part in used if part.fresh_until < inf]
    if lifetime is not None:
        lifetimes.append(lifetime)
    names = {name for one in dependencies for name in one.names}
    return WholeLimits(
        lifetime=min(lifetimes, default=None),
        began=began,
        is_storable=all(part.is_storable for part in used) and len(names) <= MAX_DEPENDENCY_NAMES,
        is_private=any(part.is_private for part in used),
        must_revalidate=any(part.must_revalidate for part in used),
        dependencies=dependencies,
    )


def limited_fields(fields: Fields, whole: WholeLimits) -> Fields:
    """Return the fields of a function's response. Its directives for caches permit no more than the parts do.

    A directive of the function that forbids something remains. With a limit, Cache-Control alone says how long clients
    may keep the response: they do not know s-maxage, and would obey Expires.
    """
    if not whole.is_storable and not whole.is_private:
        return with_cache_control_alone(fields).replacing("cache-control", "no-store")
    for_gateway = parse_response_directives(fields)
    own = parse_directives(*fields.all("cache-control")) if for_gateway.targeted else for_gateway
    text = _limited(own, whole, client_lifetime(fields, own, whole.began))
    if whole.lifetime is not None:
        fields = with_cache_control_alone(fields)
    if for_gateway.targeted:
        fields = fields.replacing("cdn-cache-control", _limited(for_gateway, whole, for_gateway.seconds("max-age")))
    return fields.replacing("cache-control", text) if text else fields


def _limited(own: Directives, whole: WholeLimits, lifetime: int | None) -> str:
    """Return the directives of a function as a field value, limited by the parts.

    lifetime: how long those who ignore s-maxage may keep the response by the function's own fields, or None.
    """
    is_private = whole.is_private or own.restricts_all("private")
    said = ["private"] if is_private else ["public"] if own.permits("public") else []
    if own.limited_to:
        said.append(f'private="{", ".join(sorted(own.limited_to))}"')
    said += [name for name in _RESTRICTIONS if own.restricts(name)]
    if own.restricts_all("no-cache"):
        said.append("no-cache")
    if whole.must_revalidate and "must-revalidate" not in said:
        said.append("must-revalidate")
    most = inf if whole.lifetime is None else floor(max(0.0, whole.lifetime))
    shared = None if is_private else own.seconds("s-maxage")
    longest = min(most, inf if lifetime is None else lifetime)
    if longest < inf and (whole.lifetime is not None or own.seconds("max-age") is not None):
        said.append(f"max-age={longest}")
    if shared is not None:
        said.append(f"s-maxage={min(shared, most)}")
    said += [f"{name}={seconds}" for name in _WINDOWS if (seconds := own.seconds(name)) is not None]
    is_shortened = whole.lifetime is not None and (lifetime is None or lifetime > most)
    return ", ".join(said + (["immutable"] if own.permits("immutable") and not is_shortened else []))
