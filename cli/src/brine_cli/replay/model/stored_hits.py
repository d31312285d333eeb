"""The hits of one stored response, counted without a decision for each where the decision is certain."""

from __future__ import annotations

from math import floor, inf
from typing import TYPE_CHECKING, Final

from brine.domain.caching.freshness import current_age, freshness
from brine.domain.caching.stale import needs_validation
from brine.domain.purging.stamps import MAX_CONTENT_AGE
from brine_cli.replay.bill import api_requests, item_size

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy
    from brine_cli.replay.rows import Row
    from brine_cli.replay.tally import RouteTally

PURGE_DELTA: Final = 1.0
"""Seconds for which an environment relies on the purge times that it has read: the default of BRINE_PURGE_DELTA."""
ROUNDING: Final = 0.001
"""Seconds before the end of freshness from which on each request is decided: sums of times are not exact."""


class StoredHits:
    """The hits of one stored response since it was stored or last confirmed.

    `at`, `initial_age`: when it was received, and its age then.
    `uses`, `cold`: see RouteTally.hit_often. `plain`, `unchanged`: hits without a decision, with the body and with a
    304.
    """

    __slots__ = ("at", "cold", "initial_age", "last", "plain", "size", "status", "tally", "unchanged", "uses")

    def __init__(self, stored: StoredResponse, tally: RouteTally) -> None:
        self.tally = tally
        self.size = stored.size
        self.status = stored.status
        self.at = self.last = stored.response_time
        self.initial_age = current_age(stored, self.at)
        self.uses = self.cold = self.plain = self.unchanged = 0

    def age(self, now: float) -> int:
        """Return the age of the response in whole seconds."""
        return floor(self.initial_age + (now - self.at))

    def used(self, now: float) -> None:
        """Count a hit."""
        self.uses += 1
        self.cold += now - self.last > PURGE_DELTA
        self.last = now

    def count(self, row: Row, *, is_unchanged: bool) -> bool:
        """Count a plain request without a decision, if KeyState.hit_until is later. False if it needs one.

        is_unchanged: whether the client has the current response.
        """
        at, _, _, status, size, _, _ = row
        tally = self.tally
        if is_unchanged:
            if self.status != 200:
                return False
            self.unchanged += 1
        else:
            self.plain += 1
            if status == 200 == self.status and size >= 0:
                tally.compared += 1
                tally.changed += size != self.size
        self.uses += 1
        self.cold += at - self.last > PURGE_DELTA
        self.last = at
        tally.ages[floor(self.initial_age + (at - self.at))] += 1
        return True

    def settle(self, environments: int) -> None:
        """Add the hits to the tally."""
        tally, short = self.tally, self.plain + self.unchanged
        if short:
            tally.results["hit"] += short
            tally.sizes["hit"] += self.plain * self.size
            tally.invocations += short
            tally.api_units += self.unchanged + self.plain * api_requests(self.size)
        if self.uses:
            tally.hit_often(self.uses, self.cold, item_size(self.size), environments)


def certain_until(stored: StoredResponse, request: Request, policy: Policy, now: float, evict_at: float) -> float:
    """Return until when `decide` serves this response, which it serves at `now`, for plain requests like this one.

    Minus infinity if each request needs its own decision: early refreshes, soft purges and parts do.
    """
    if policy.early_refresh > 0 or stored.status == 206 or stored.stale_from < inf:
        return -inf
    state = freshness(stored, policy, now, request)
    if needs_validation(state.directives):
        return -inf
    return min(now + (state.lifetime - state.age), evict_at, stored.began + MAX_CONTENT_AGE) - ROUNDING
