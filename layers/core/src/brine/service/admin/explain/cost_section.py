"""The cost of a rehearsed request: the reads that it made, and the writes that it would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.caching.decision import Forward, Validate
from brine.service.admin.explain.costs import (
    SMALL_ITEM,
    CostEstimate,
    fill_calls,
    invalidation_call,
    read_calls,
    refresh_call,
)
from brine.service.http_cache.lookup import MAIN

if TYPE_CHECKING:
    from brine.service.admin.explain.read_only import ReadCall
    from brine.service.admin.explain.rehearsal import Rehearsed
    from brine.service.admin.explain.stored_section import StoredSlots
    from brine.service.transaction import Transaction


def cost_of(
    rehearsed: Rehearsed, transaction: Transaction, slots: StoredSlots, calls: tuple[ReadCall, ...]
) -> CostEstimate:
    """Return the calls of a request. `calls`: those that its rehearsal made to read."""
    made = read_calls(calls)
    if rehearsed.refresh == "requested":
        made = (*made, refresh_call())
    if rehearsed.answer is not None:
        layer = None if rehearsed.trace is None else rehearsed.trace.layer
        return CostEstimate(calls=made, kind="memory" if layer == "memory" else "table")
    if not transaction.request.may_use_cache:
        if transaction.request.method in {"OPTIONS", "TRACE"} or transaction.request.is_safe_query:
            return CostEstimate(calls=made, kind="miss")
        return CostEstimate(calls=(*made, invalidation_call()), kind="miss", assumption="the origin answers a success")
    if rehearsed.is_capped or not isinstance(rehearsed.decision, Validate | Forward):
        return CostEstimate(calls=made, kind="miss", assumption="the response is not stored")
    last = slots.selected if slots.selected is not None and slots.selected.status is not None else None
    size, in_bucket = (SMALL_ITEM, False) if last is None else (last.size, last.where != "table")
    told = "of 1 KB" if last is None else "of the size that is stored now"
    fill = fill_calls(size, in_bucket=in_bucket, is_variant=slots.slot != MAIN)
    return CostEstimate(calls=(*made, *fill), kind="miss", assumption=f"the response is stored, and {told}")
