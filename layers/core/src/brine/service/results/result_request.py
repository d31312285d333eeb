"""A request to the results cache: the key of a result, and the function that computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from brine.domain.results.cached_call import CachedCall
    from brine.domain.results.key import Key


@dataclass(frozen=True, slots=True)
class ResultRequest[R]:
    """A request for the result of a key, and for its computation by `compute` if it is not stored. tags: of the result.

    cached_call: the call of a cached function that `compute` makes. With a refresh queue, a stale result is served at
    once, and the call is repeated in the background.
    tenant: the checked tenant of the result, None for that of the cache. function: the name of a cached function.
    """

    key: Key
    compute: Callable[[], R]
    tags: Collection[str]
    cached_call: CachedCall | None = None
    tenant: str | None = None
    function: str = ""
