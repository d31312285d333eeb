"""The tallies of all routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.replay.tally import RouteTally

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ROUTE: Final = "(no route)"
"""The name for requests to paths that no route covers."""


class Tallies:
    """Tallies by the name of their route."""

    def __init__(self) -> None:
        self._by_route: dict[str, RouteTally] = {}

    def __iter__(self) -> Iterator[tuple[str, RouteTally]]:
        return iter(sorted(self._by_route.items()))

    def of(self, route: str | None) -> RouteTally:
        """Return the tally of a route; None stands for requests without one."""
        name = NO_ROUTE if route is None else route
        tally = self._by_route.get(name)
        if tally is None:
            tally = self._by_route[name] = RouteTally()
        return tally

    def add(self, other: Tallies) -> None:
        """Add those of another process."""
        for name, tally in other:
            self.of(name).add(tally)

    def total(self) -> RouteTally:
        """Return the sum of all routes."""
        total = RouteTally()
        for _, tally in self:
            total.add(tally)
        return total
