"""The state of a stored response or result at one time, by the same rules as an answer's."""

from __future__ import annotations

from dataclasses import replace
from math import floor, inf
from typing import TYPE_CHECKING

from brine.domain.caching.freshness import freshness
from brine.domain.caching.stale import longest_window, needs_validation
from brine.domain.http.conditions import has_validator
from brine.domain.routing.policy import Policy

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.listing.facts import EntryState
    from brine.domain.results.stored import StoredResult


def response_state(
    stored: StoredResponse, policy: Policy, now: float, *, stale_from: float = inf
) -> tuple[EntryState, int]:
    """Return the state of a response that was not purged, and its remaining freshness in whole seconds.

    stale_from: the time of the soft purge that ended its freshness.
    """
    found = freshness(stored if stale_from == inf else replace(stored, stale_from=stale_from), policy, now)
    if needs_validation(found.directives):
        return "keep", found.remaining
    if found.is_fresh:
        return "fresh", found.remaining
    in_grace = found.staleness < longest_window(found.directives, policy)
    return ("grace" if in_grace else "keep"), found.remaining


def result_state(stored: StoredResult, now: float, *, stale_from: float = inf) -> tuple[EntryState, int]:
    """Return the state of a result that was not purged, and its remaining freshness in whole seconds."""
    stored = replace(stored, stale_from=stale_from)
    remaining = floor(min(stored.fresh_until, stale_from) - now)
    if stored.is_fresh(now):
        return "fresh", remaining
    return ("grace" if stored.is_usable(now) else "keep"), remaining


def policy_in_code(stored: StoredResponse, expires_at: int) -> Policy:
    """Return the policy for the state of a response of a route that only the code of a function has.

    Its lifetime is in its fields. Its grace is the rest of the time until `expires_at`, the end of its envelope, after
    the lifetime and the keep time, which no code changes.
    """
    policy = Policy(refreshes_in_grace=True)
    keep = policy.keep if has_validator(stored.fields) else 0.0
    staleness = freshness(stored, policy, stored.response_time).staleness
    return replace(policy, grace=max(0.0, expires_at - keep - stored.response_time + staleness))
