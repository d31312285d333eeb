"""The life of what a plain exchange has stored: until which age it is a hit, and how a request after that is sent.

Nothing of a plain exchange depends on the date. So the decisions about a stored response depend on its age alone, and
`decide` makes them once for all responses like it. Near the ages at which a decision changes, `decide` is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from brine.domain.caching.decide import decide
from brine.domain.caching.decision import Forward, Validate
from brine.domain.caching.freshness import freshness, is_lifetime_of_route
from brine.domain.caching.stale import longest_window, needs_validation, revalidation_window
from brine.domain.caching.storing import evict_at
from brine.domain.http.fields import Fields
from brine.domain.refreshing.jitter import jittered
from brine.service.gateway import may_follow
from brine.service.http_cache.lookup import Lookup
from brine_cli.replay.model.stored_hits import ROUNDING
from brine_cli.replay.rows import UNCHANGED

if TYPE_CHECKING:
    from brine.domain.caching.freshness import Freshness
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.routing.policy import Policy
    from brine.service.transaction import Transaction

LONG: Final = 1e8
"""Seconds that are longer than any lifetime or window."""


class PlainMiss(NamedTuple):
    """How a plain request goes to the origin. `follows`: whether it may wait for another one's fetch."""

    decision: Validate | Forward
    follows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLife:
    """Ages of a stored response in seconds. Between two of them, the rules decide about each request.

    `hit_until`: each plain request is a hit before this age. `renewed_from`: from this age on, it goes to the origin as
    in `renewals`: those of a client without a copy, and with the current one. `kept_until`: the response is in the
    store before this age. `gone_from`: it is not, from this age on. `arrives_until`: all this is true of responses
    that arrive at a younger age. `lifetime`, `jitter`: jitter makes all these ages greater or less: see `longer`.

    A response that is never fresh has its ages from its arrival on, and a lifetime of 0.
    """

    hit_until: float
    renewed_from: float
    kept_until: float
    gone_from: float
    arrives_until: float
    renewals: tuple[PlainMiss, PlainMiss]
    lifetime: float
    jitter: float

    def longer(self, stored: StoredResponse) -> float:
        """Return how many seconds longer the life of this response is. Less than 0 if it is shorter."""
        if not self.lifetime:
            return stored.response_time - stored.request_time
        return jittered(self.lifetime, stored, self.jitter) - self.lifetime


def life_of(stored: StoredResponse, transaction: Transaction) -> PlainLife | None:
    """Return the life of all responses like one from a plain exchange; None if it depends on more than the age."""
    jitter, policy = transaction.route.policy.jitter, replace(transaction.route.policy, jitter=0.0)
    new = replace(stored, request_time=0.0, response_time=0.0, fetch_started=0.0, applied_stamps=())
    state = freshness(new, policy, 0.0, transaction.request)
    jitter = jitter if is_lifetime_of_route(new, state.directives, policy) else 0.0
    if state.age != 0 or not _is_simple(state, policy):
        return None
    plain, unchanged = (plain_miss(new, transaction, Fields(lines)) for lines in ((), UNCHANGED))
    if plain is None or unchanged is None:
        return None
    kept, fresh_until = evict_at(new, policy), -inf
    if state.is_fresh and not policy.early_refresh:
        fresh_until = min(state.lifetime, kept - 1) - ROUNDING
    window = revalidation_window(state.directives, policy)
    return PlainLife(
        hit_until=fresh_until,
        renewed_from=state.lifetime + window + ROUNDING if state.is_fresh else -inf,
        kept_until=kept - 1 - ROUNDING,  # evictions are at whole seconds
        gone_from=kept + 1 + ROUNDING,
        arrives_until=state.lifetime * (1 - jitter) - ROUNDING if state.is_fresh else inf,
        renewals=(plain, unchanged),
        lifetime=state.lifetime,
        jitter=jitter,
    )


def _is_simple(state: Freshness, policy: Policy) -> bool:
    """Return whether the end of the response is at a certain age, or at a certain time after its arrival."""
    if state.is_fresh:
        return not needs_validation(state.directives)
    return state.lifetime == 0 and longest_window(state.directives, policy) == 0


def plain_miss(stored: StoredResponse | None, transaction: Transaction, fields: Fields) -> PlainMiss | None:
    """Return how a request with these fields is sent if it finds this response, very old, or none.

    None if it is not sent.
    """
    transaction = replace(transaction, request=replace(transaction.request, fields=fields))
    decision = decide(stored, transaction.request, transaction.route.policy, LONG, background_refresh=True)
    if not isinstance(decision, Validate | Forward):
        return None
    return PlainMiss(decision, may_follow(decision, Lookup(stored, stored), transaction))
