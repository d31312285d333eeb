"""One request on its way through the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.caching.decision import Forward, Validate
    from brine_cli.replay.model.asked import Asked
    from brine_cli.replay.model.key_state import OwnFetch
    from brine_cli.replay.rows import Row


@dataclass(slots=True, kw_only=True)
class Attempt:
    """A request of the log, from its arrival to its answer.

    `since`: its arrival. `now`: the time of its last lookup. `had`: the slots for which it has fetched or waited.
    `missed`: the decision before that. `flight`, `slot`: the fetch that it leads, if it does.
    `has_waited`: whether it has waited for another request's fetch. `is_refresh`: whether the refresher makes it.
    """

    asked: Asked
    row: Row
    since: float
    now: float
    had: frozenset[str] = frozenset()
    missed: Validate | Forward | None = None
    flight: OwnFetch | None = None
    slot: str = ""
    has_waited: bool = False
    is_refresh: bool = False
