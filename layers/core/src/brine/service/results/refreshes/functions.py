"""The cached functions of a cache by name, so that a refresh request can find the function that it names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from brine.ports.deadline import Deadline
    from brine.service.results.call import CacheEvent


class Refreshable(Protocol):
    """A cached function. `scheduled`: the arguments of the calls that a schedule refreshes."""

    @property
    def scheduled(self) -> Sequence[tuple[object, ...]]:
        """The arguments of each scheduled call."""

    def prepare(self) -> None:
        """Prepare the codec of the cache for the arguments. Call it before they are opened."""

    def renew(
        self,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        *,
        key: str | None = None,
        renews: int | None = None,
        deadline: Deadline | None = None,
    ) -> CacheEvent | None:
        """Compute and store the result of a call, and return the event; None if its key is not `key`.

        With `key`, only a stale result, or the one with the generation `renews`, is computed. Raises no exception of
        the function: the event has it as a fault.
        """


class CachedFunctions:
    """The cached functions of one cache, by "module:qualname". Several tenants' caches may share a function."""

    def __init__(self) -> None:
        self._by_name: defaultdict[str, list[Refreshable]] = defaultdict(list)

    def add(self, name: str, function: Refreshable) -> None:
        """Add a function."""
        self._by_name[name].append(function)

    def named(self, name: str) -> Sequence[Refreshable]:
        """Return the functions with this name, the latest first."""
        return self._by_name.get(name, [])[::-1]

    def scheduled(self) -> Iterator[tuple[Refreshable, tuple[object, ...]]]:
        """Yield each function that has scheduled calls, with the arguments of each call."""
        for functions in self._by_name.values():
            for function in functions:
                for args in function.scheduled:
                    yield function, args
