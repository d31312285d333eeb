"""Single flight: of many callers that miss the same key, one fetches (RFC 9111 section 4, "collapsing").

Four rules. One caller per key in a process, and one lease per key among all environments. A caller that waited looks
up again; if the stored response does not serve it, it fetches without a turn. If the fetch fails, or its process dies,
one of the callers that wait takes over. Only the holder of the newest lease stores.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.service.flights.leasing import Flights
from brine.service.flights.turns import Lead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.service.flights.succession import TurnTaking
    from brine.service.flights.turns import Turn
    from brine.service.transaction import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleFlight(Flights):
    """Gives each caller its turn for a key. The arguments are those of `Flights`."""

    @contextmanager
    def turn(
        self,
        key: str,
        *,
        lease_seconds: Callable[[], float],
        wait_seconds: float,
        has_stale: bool,
        may_store: Callable[[], bool],
        trace: Trace,
        may_take_over: Callable[[], bool] = lambda: True,
        accepts_failure: bool = False,
    ) -> Iterator[Turn]:
        """Give the caller its turn, for as long as the context lasts; then others go on.

        lease_seconds: returns the seconds that the fetch may still take; called when the lease is taken. wait_seconds:
        how long the caller can wait. has_stale: it has a stale response to serve, so it does not wait. may_store:
        called for the first caller in a process, before it takes the lease. may_take_over: whether the caller has time
        for a fetch after one that had no outcome. accepts_failure: it has an answer for the failure of the origin, so
        it does not take over after that.
        """
        from brine.service.flights.succession import taken  # noqa: PLC0415 - no hit needs it

        taking = self.taking(
            key,
            lease_seconds=lease_seconds,
            wait_seconds=wait_seconds,
            has_stale=has_stale,
            may_store=may_store,
            trace=trace,
            may_take_over=may_take_over,
            accepts_failure=accepts_failure,
        )
        turn: Turn | None = None
        try:
            turn = taken(taking.steps(), self.polling.sleep)
            yield turn
        finally:
            try:
                if isinstance(turn, Lead) and turn.lease is not None:
                    self.give_back(turn, trace)
            finally:
                taking.end(turn)

    def taking(self, key: str, **options: Any) -> TurnTaking:
        """Return the way to a turn, for a caller that takes its steps itself. The arguments are those of `turn`."""
        from brine.service.flights.succession import TurnTaking  # noqa: PLC0415 - no hit needs it

        return TurnTaking(key=key, flights=self, **options)
