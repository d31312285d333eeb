"""The limits of a request now: circuit, budget, new keys, leases and refreshes. It only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.caching.decision import Serve
from brine.domain.refreshing.early import early_refresh_chance
from brine.errors import OriginBudgetSpent
from brine.service.admin.explain.explanation import RequestLimits

if TYPE_CHECKING:
    from brine.service.admin.explain.rehearsal import Rehearsal
    from brine.service.admin.explain.stored_section import StoredSlots
    from brine.service.gateway import Gateway
    from brine.service.transaction import Trace, Transaction


def limits_of(
    gateway: Gateway, rehearsal: Rehearsal, transaction: Transaction, trace: Trace, slots: StoredSlots
) -> RequestLimits:
    """Return the limits of a request that was rehearsed, also those that it did not reach."""
    rehearsed, policy = rehearsal.rehearsed, transaction.route.policy
    origins = rehearsal.fetcher.origins
    state = rehearsed.origin or origins.state(transaction, trace, trace.now, by_store=not rehearsal.in_process)
    budget = None
    if isinstance(state.refusal, OriginBudgetSpent):
        budget = "the origin asked for a pause" if state.refusal.by_origin else "it is spent"
    held = rehearsed.held
    if held is None and transaction.request.may_use_cache:
        responses = rehearsal.fetcher.responses
        held = responses.store.leases.holder(responses.lease_key(slots.slot, transaction), trace)
    decision = rehearsed.decision
    return RequestLimits(
        circuit=state.circuit,
        open_until=state.open_until or None,
        has_budget=state.has_budget,
        budget=budget,
        retry_after=None if state.refusal is None else state.refusal.retry_after,
        new_keys_per_minute=policy.new_keys_per_minute,
        is_new_key=transaction.request.may_use_cache and slots.selected is None,
        lease_until=None if held is None or held.expires_at <= trace.now else held.expires_at,
        has_queue=gateway.refreshes is not None,
        refresh=rehearsed.refresh,
        early_refresh_chance=early_refresh_chance(decision.stored, policy, trace.now)
        if isinstance(decision, Serve) and gateway.refreshes is not None
        else 0.0,
    )
