"""Refresh requests of the model, and the refreshes that follow after a while (RFC 5861 section 3)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from brine.domain.refreshing.early import is_early_refresh_due
from brine.domain.refreshing.request import refresh_request
from brine.service.http_cache.refresher import due_refresh
from brine.service.refresh_pauses import RefreshPauses
from brine.service.transaction import Transaction
from brine_cli.costs.prices import TABLE_SECONDS
from brine_cli.replay.bill import REFRESH_STAMPS, item_size
from brine_cli.replay.model.asked import NO_DEADLINE, AskedRequest
from brine_cli.replay.model.attempts import Attempt, OwnFetch

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.caching.decision import Forward, Validate
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.refreshing.request import RefreshRequest
    from brine.service.http_cache.lookup import Lookup
    from brine_cli.replay.model.fetches import Turn
    from brine_cli.replay.model.model_store import ModelStore


type Draw = Callable[[str, float], float]
"""Gives a number of [0, 1) for the hit of a cache key at a time."""


class FetchCall(Protocol):
    """Sends the request of a decision for an attempt."""

    def __call__(self, decision: Validate | Forward, lookup: Lookup, turn: Turn, attempt: Attempt) -> None: ...


class ModelRefreshes:
    """The queue of refresh requests, and the refresher behind it.

    delay: seconds until the refresher has a request. draw: picks the hits that request early refreshes. later: calls a
    function at a time.
    """

    def __init__(
        self,
        store: ModelStore,
        *,
        delay: float,
        draw: Draw,
        later: Callable[[float, Callable[[float], None]], None],
        fetch: FetchCall,
    ) -> None:
        self._store = store
        self._delay = delay
        self._draw = draw
        self._later = later
        self._fetch = fetch
        self._pauses = RefreshPauses()

    def request(self, stored: StoredResponse, lookup: Lookup, attempt: Attempt) -> bool:
        """Request the refresh of a stale response. False when the refresher may not make it."""
        transaction = attempt.asked.transaction
        wanted = refresh_request(transaction.route, transaction.request, stored, transaction.resource)
        if wanted is None:
            return False
        wanted = replace(wanted, renews=stored.generation)
        if self._pauses.is_over((wanted.key, lookup.slot, wanted.renews), attempt.now):
            attempt.asked.tally.messages += 1
            self._later(attempt.now + self._delay, partial(self._refresh, wanted, attempt))
        return True

    def request_early(self, stored: StoredResponse, lookup: Lookup, attempt: Attempt) -> None:
        """Request the refresh of a fresh response, if chance picks this hit for it."""
        transaction = attempt.asked.transaction
        policy = transaction.route.policy
        if policy.early_refresh > 0 and is_early_refresh_due(
            stored, policy, attempt.now, self._draw(transaction.resource.key, attempt.now)
        ):
            self.request(stored, lookup, attempt)

    def _refresh(self, wanted: RefreshRequest, hit: Attempt, now: float) -> None:
        """Renew a stored response, unless that has happened or happens already."""
        route = hit.asked.transaction.route
        transaction = Transaction.begin(route, wanted.request, wanted.tenant, NO_DEADLINE, is_refresh=True)
        asked = AskedRequest(transaction, hit.asked.state, hit.asked.tally)
        lookup = self._store.look_up(asked, now)
        item = item_size(0 if lookup.stored is None else lookup.stored.size)
        tally = asked.tally
        tally.reads += 2 * item.read_units + REFRESH_STAMPS
        tally.invocations += 1
        tally.function_seconds += TABLE_SECONDS
        slot = lookup.slot_to_fill
        if (
            lookup.stored is None
            or transaction.resource.key != wanted.key
            or self._store.flights.of(wanted.key, slot) is not None
        ):
            return
        due = due_refresh(lookup.stored, transaction.request, route.policy, renews=wanted.renews, now=now)
        if due is None:
            return
        attempt = Attempt(asked=asked, row=hit.row, since=now, now=now, is_refresh=True)
        self._store.flights.begin(attempt, slot, OwnFetch())
        tally.refreshes += 1
        self._fetch(due, lookup, "lead", attempt)
