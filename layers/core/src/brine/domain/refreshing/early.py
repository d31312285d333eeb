"""Early refresh: a popular response is refreshed before it becomes stale, so no client waits for the origin.

The rule is XFetch (Vattani, Chierichetti and Lowenstein, Optimal Probabilistic Cache Stampede Prevention, 2015). Each
hit draws a random number. The probability of a refresh grows towards the end of freshness, in proportion to the time
that a fetch takes. So a popular response is almost certainly refreshed in time, and an unpopular one causes no cost.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from brine.domain.caching.freshness import freshness, is_lifetime_of_route

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.routing.policy import Policy


def is_early_refresh_due(stored: StoredResponse, policy: Policy, now: float, drawn: float) -> bool:
    """Return whether a hit on this fresh response triggers a refresh. `drawn`: a random number of [0, 1).

    Never when the lifetime is that of a server, because it limits how often the server gets requests.
    """
    return policy.early_refresh > 0 and drawn < early_refresh_chance(stored, policy, now)


def early_refresh_chance(stored: StoredResponse, policy: Policy, now: float) -> float:
    """Return the probability, from 0 to 1, that a hit on this response triggers an early refresh."""
    took = stored.response_time - stored.request_time
    if policy.early_refresh <= 0 or took <= 0:
        return 0.0
    state = freshness(stored, policy, now)
    is_ours = policy.refreshes_in_grace or is_lifetime_of_route(stored, state.directives, policy)
    if not state.is_fresh or not is_ours:
        return 0.0
    return _chance(took, policy.early_refresh, -state.staleness)


def is_drawn(drawn: float, *, took: float, beta: float, remaining: float) -> bool:
    """Return whether XFetch refreshes an entry that is fresh for `remaining` seconds. `took`: seconds of its making."""
    return drawn < _chance(took, beta, remaining)


def _chance(took: float, beta: float, remaining: float) -> float:
    # The paper's  now - took * beta * log(u) >= expiry,  solved for u
    return exp(-remaining / (took * beta))
