"""A refresh of one stored result, apart from any caller.

A refresh request may come twice, late, or after the result was renewed. So the lease of the key is taken first, which
keeps one computation in flight, and then the stored result is read consistently. If that is missing, it was purged or
has expired, and it is not computed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from brine.errors import StoreError
from brine.ports.caching import Lease
from brine.service.diagnostics import Fault
from brine.service.flights.turns import Failure, Lead
from brine.service.results.call import CacheEvent
from brine.service.transaction import Trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.results.key import ResultEntry
    from brine.domain.results.lifetimes import ResultLifetimes
    from brine.domain.results.stored import StoredResult
    from brine.ports.deadline import Deadline
    from brine.service.results.call import CallOutcome
    from brine.service.results.store import ResultLookup, ResultStore
    from brine.service.single_flight import SingleFlight

_STORES: Final = frozenset({"table", "bodies", "keys", "stamps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The new computation of the result under the key in `place`.

    windows: the lifetimes of the result. seconds: the longest time that its computation may take. is_forced: compute it
    in any case. Otherwise `run` computes it only if it is stale, or if it has the generation `renews`.
    """

    place: ResultEntry
    compute: Callable[[], Any]
    windows: ResultLifetimes
    results: ResultStore
    single_flight: SingleFlight
    clock: Callable[[], float]
    seconds: float
    deadline: Deadline | None
    is_forced: bool = False
    renews: int | None = None

    def run(self) -> CacheEvent:
        """Renew the result and return the event. Raises nothing that the computation or a store raised."""
        trace = Trace(self.clock(), self.deadline)
        event = self._under_lease(trace)
        return replace(event, faults=tuple(trace.faults))

    def _under_lease(self, trace: Trace) -> CacheEvent:
        seconds = self.seconds if self.deadline is None else min(self.seconds, self.deadline.remaining())
        lease = self.single_flight.acquire(self.results.store.pk(self.place.key), trace)
        if not isinstance(lease, Lease):
            return CacheEvent(outcome="refresh-failed" if lease is None else "not-needed")
        lead = Lead(lease)
        with self.single_flight.held(lead, seconds, trace):
            try:
                lookup = self.results.find(self.place, trace, consistent=True)
            except StoreError:
                return CacheEvent(outcome="refresh-failed")
            outcome = self._without_computing(lookup, trace)
            return self._computed(lookup, lead, trace) if outcome is None else CacheEvent(outcome=outcome)

    def _without_computing(self, lookup: ResultLookup, trace: Trace) -> CallOutcome | None:
        """Return the outcome if there is nothing to compute, or None."""
        if self.is_forced:
            return None
        stored = lookup.stored
        if stored is None:
            return "refresh-failed" if _has_store_failed(trace) else "not-needed"
        is_due = stored.generation == self.renews if stored.is_fresh(trace.now) else stored.is_usable(trace.now)
        return None if is_due else "not-needed"

    def _computed(self, lookup: ResultLookup, lead: Lead, trace: Trace) -> CacheEvent:
        began = self.clock()
        value: object = None
        error: Exception | None = None
        try:
            value = self.compute()
        except Exception as raised:  # noqa: BLE001 - it is the event's fault, and the message is delivered again
            error = raised
        took = self.clock() - began
        if error is not None and type(error) not in self.windows.negative:
            trace.faults.add(Fault("refresh", "failed", place_of(error)))
            self.single_flight.give_back(lead, trace, "failed", Failure(type(error).__name__, error))
            return CacheEvent(outcome="refresh-failed", raised=True, compute_time=took)
        trace.now = self.clock()
        try:
            stored: StoredResult = (
                self.windows.stored(value, began, took) if error is None else self.windows.failure(error, began, took)
            )
        except TypeError as unfit:
            trace.faults.add(Fault("result", "unsupported", str(unfit)))
            return CacheEvent(outcome="refresh-refused", raised=True, compute_time=took)
        is_stored = self.results.keep(self.place, stored, lookup, lead, trace=trace)
        outcome: CallOutcome = "refreshed"
        if not is_stored:
            outcome = "refresh-failed" if _has_store_failed(trace) else "refresh-refused"
        return CacheEvent(outcome=outcome, stored=is_stored, raised=error is not None, compute_time=took)


def _has_store_failed(trace: Trace) -> bool:
    return any(fault.kind in _STORES and fault.cause != "NoBucket" for fault in trace.faults)


def place_of(error: Exception) -> str:
    """Return the class of an exception and the line that raised it. Its message might quote a value."""
    traceback, place = error.__traceback__, ""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        place = f" at {code.co_filename}:{traceback.tb_lineno}, in {code.co_name}"
        traceback = traceback.tb_next
    return type(error).__name__ + place
