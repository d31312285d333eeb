"""A whole follows its parts: what the responses that a function used permit for the response that it returns.

The whole is fresh for no longer than each part. It is private if a part is, and it is not stored if a part may not be
stored, or failed. A purge of a part is a purge of the whole (brine.domain.purging.dependencies).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, inf
from typing import TYPE_CHECKING

from brine.domain.caching.freshness import freshness
from brine.domain.caching.stale import forbids_stale, needs_validation
from brine.domain.http.cache_control import parse_response_directives
from brine.domain.purging.dependencies import MAX_DEPENDENCY_NAMES, dependencies_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request, Response
    from brine.domain.purging.dependency import Dependency
    from brine.domain.routing.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLimits:
    """What one part permits for the whole. `fresh_until`: seconds since 1970.

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
    """What the parts permit for the whole. `lifetime`: its freshness lifetime in seconds, None without any limit."""

    lifetime: float | None
    is_storable: bool = True
    is_private: bool = False
    must_revalidate: bool = False
    dependencies: tuple[Dependency, ...] = ()

    @property
    def cache_control(self) -> str | None:
        """Return these limits as a Cache-Control field, or None when there are none to say."""
        directives = []
        if self.is_private:
            directives.append("private")
        elif not self.is_storable:
            return "no-store"
        if self.lifetime is not None:
            directives.append(f"max-age={max(0, floor(self.lifetime))}")
        if self.must_revalidate:
            directives.append("must-revalidate")
        return ", ".join(directives) or None


def part_limits(
    source: StoredResponse | None,
    response: Response,
    resource: Resource,
    policy: Policy,
    request: Request,
    *,
    now: float,
) -> PartLimits:
    """Return what a part permits. `source`: its stored form, None when it may not be stored. `policy`: its route's."""
    directives = parse_response_directives(response.fields)
    is_private = directives.restricts_all("private")
    if source is None:
        return PartLimits(fresh_until=-inf, is_storable=False, is_private=is_private)
    state = freshness(source, policy, now, request)
    validates = needs_validation(state.directives)
    return PartLimits(
        fresh_until=now if validates else now + state.lifetime - state.age,
        is_private=is_private,
        must_revalidate=validates or forbids_stale(state.directives),
        dependencies=dependencies_on(source, resource),
    )


def combine(parts: Iterable[PartLimits], lifetime: float | None, began: float) -> WholeLimits:
    """Return what all parts permit for the whole.

    lifetime: the freshness lifetime of the whole's route in seconds, or None. began: a time before the first part was
    fetched, from which the age of the whole counts.
    """
    used = tuple(parts)
    dependencies = tuple(dict.fromkeys(one for part in used for one in part.dependencies))
    lifetimes = [part.fresh_until - began for part in used] + ([] if lifetime is None else [lifetime])
    names = {name for one in dependencies for name in one.names}
    return WholeLimits(
        lifetime=min(lifetimes, default=None),
        is_storable=all(part.is_storable for part in used) and len(names) <= MAX_DEPENDENCY_NAMES,
        is_private=any(part.is_private for part in used),
        must_revalidate=any(part.must_revalidate for part in used),
        dependencies=dependencies,
    )
