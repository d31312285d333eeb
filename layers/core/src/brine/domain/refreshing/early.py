"""Early refresh: what is asked for all the time is renewed before it is stale, so that nobody waits for the origin.

The rule is XFetch (Vattani, Chierichetti and Lowenstein, Optimal Probabilistic Cache Stampede Prevention, 2015). Each
hit draws, and the closer the end of freshness is, measured by how long the fetch takes, the likelier it loses. So a
response that is asked for often is nearly certain to be refreshed in time, and one that is not costs nothing.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from brine.domain.caching.freshness import freshness, is_lifetime_of_route

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.routing.policy import Policy


def is_due_early(stored: StoredResponse, policy: Policy, now: float, drawn: float) -> bool:
    """Whether a hit on this fresh response is the one to have it refreshed. `drawn`: a random number of [0, 1).

    Never where the origin gave the lifetime: it says how often it wants to be asked.
    """
    took = stored.response_time - stored.request_time
    if policy.early_refresh <= 0 or took <= 0:
        return False
    state = freshness(stored, policy, now)
    if not state.is_fresh or not is_lifetime_of_route(stored, state.directives, policy):
        return False
    # The paper's  now - took * beta * log(u) >= expiry,  solved for u
    return drawn < exp(state.overdue / (took * policy.early_refresh))
