"""Requests on their way through the model, and the fetches that they lead or wait for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.caching.decision import Forward, Validate
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.rows import Row


@dataclass(slots=True, kw_only=True)
class Attempt:
    """A request of the log, from its arrival to its answer.

    `since`: its arrival. `now`: the time of its last lookup. `had`: the slots for which it has fetched or waited.
    `missed`: the decision before that. `flight`, `slot`: the fetch that it leads, if it does.
    `has_waited`: whether it has waited for another request's fetch. `is_refresh`: whether the refresher makes it.
    """

    asked: AskedRequest
    row: Row
    since: float
    now: float
    had: frozenset[str] = frozenset()
    missed: Validate | Forward | None = None
    flight: OwnFetch | None = None
    slot: str = ""
    has_waited: bool = False
    is_refresh: bool = False


@dataclass(slots=True)
class OwnFetch:
    """A fetch that is under way for a slot, and the requests that wait for it.

    `failures`: how many fetches before it failed, for which these requests have waited.
    """

    failures: int = 0
    waiting: list[Attempt] = field(default_factory=list)


class ModelFlights:
    """The fetches that are under way, by the slot of a key that each will fill."""

    def __init__(self) -> None:
        self._fetches: dict[tuple[str, str], OwnFetch] = {}

    def of(self, key: str, slot: str) -> OwnFetch | None:
        """Return the fetch for a slot, or None."""
        return self._fetches.get((key, slot))

    def begin(self, attempt: Attempt, slot: str, fetch: OwnFetch) -> None:
        """Let an attempt lead the fetch for a slot."""
        attempt.flight, attempt.slot = fetch, slot
        self._fetches[attempt.asked.state.resource.key, slot] = fetch

    def end(self, attempt: Attempt) -> OwnFetch | None:
        """End the fetch that an attempt leads, and return it; None if it leads none."""
        fetch, attempt.flight = attempt.flight, None
        if fetch is not None:
            del self._fetches[attempt.asked.state.resource.key, attempt.slot]
        return fetch
