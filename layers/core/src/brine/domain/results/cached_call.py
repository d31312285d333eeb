"""A call of a cached function, as a refresh repeats it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CachedCall:
    """The name of a cached function, "module:qualname", and the arguments of one call.

    early_refresh: the factor of XFetch (brine.domain.refreshing.early); 0 means that no fresh result is refreshed.
    """

    function: str
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] | None = None
    early_refresh: float = 0.0
