"""One call of the results cache: from the key to a result, stored or computed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Literal, assert_never, cast

from brine.domain.results.stored import StoredException
from brine.errors import ResultUnavailable, StoreError
from brine.service.diagnostics import Fault
from brine.service.flights.turns import Alone, Failure, Follow, GiveUp, Lead
from brine.service.results.store import ResultLookup
from brine.service.transaction import ANSWER_RESERVE, Trace
from brine.service.uses import current_uses

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.caching.combine import PartLimits
    from brine.domain.results.cached_call import CachedCall
    from brine.domain.results.key import ResultEntry
    from brine.domain.results.lifetimes import ResultLifetimes
    from brine.domain.results.stored import StoredResult
    from brine.ports.caching import Ending
    from brine.ports.deadline import Deadline
    from brine.service.results.refreshes.requests import ResultRefreshes
    from brine.service.results.store import ResultStore
    from brine.service.single_flight import SingleFlight

type CallOutcome = Literal[
    "hit",
    "stale",
    "collapsed",
    "miss",
    "failed",
    "refreshed",
    "not-needed",
    "refresh-refused",
    "refresh-failed",
    "refresh-malformed",
]
"""How the result came about.

- `hit`: stored and fresh. `stale`: stored, and served in its grace.
- `collapsed`: stored, by another caller's computation that this one waited for.
- `miss`: computed. `failed`: the computation raised, or the wait for another caller's was in vain, and no stored
  result could be served instead.

Refreshes in the background have these outcomes:

- `refreshed`: computed and stored. `not-needed`: the result is fresh or gone, or another caller computes it.
- `refresh-refused`: computed, but the result may not be stored. `refresh-failed`: a retry may help.
- `refresh-malformed`: the refresh request could not be read, so it was dropped.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEvent:
    """The outcome of one call or refresh. `cache` and `function` name the cache and the cached function.

    `layer`: the place that a stored result came from. `raised`: whether the result is an exception, stored or new.
    `compute_time`: seconds, None if stored. `refresh_requested`: whether this call sent a refresh request.
    """

    outcome: CallOutcome
    layer: Literal["memory", "table"] | None = None
    stored: bool = False
    raised: bool = False
    compute_time: float | None = None
    faults: tuple[Fault, ...] = ()
    cache: str = ""
    function: str | None = None
    refresh_requested: bool = False


@dataclass(frozen=True, slots=True)
class Resolved[T]:
    """A result, and the event of the call that returned it."""

    value: T
    event: CacheEvent


@dataclass(frozen=True, slots=True)
class Usable:
    """A stored result that this call may serve, and the exception that it stands for, if it is one."""

    stored: StoredResult
    layer: Literal["memory", "table"]
    error: Exception | None = None


@dataclass(slots=True, kw_only=True)
class Call[T]:
    """A call for the result under the key in `place`. `event` is set when the call is over.

    windows: the lifetimes of the result. seconds: the longest time that its computation may take.
    cached_call: the call of a cached function that computes the result. With `refreshes`, a stale result is served at
    once, and this call is repeated in the background.
    """

    place: ResultEntry
    compute: Callable[[], T]
    windows: ResultLifetimes
    results: ResultStore
    single_flight: SingleFlight
    clock: Callable[[], float]
    seconds: float
    deadline: Deadline | None
    cache: str = ""
    cached_call: CachedCall | None = None
    refreshes: ResultRefreshes | None = None
    event: CacheEvent = field(init=False, default=CacheEvent(outcome="failed", raised=True))
    _uses: list[PartLimits] | None = field(init=False, repr=False, default_factory=current_uses.get)
    _trace: Trace = field(init=False)
    _lookup: ResultLookup = field(init=False, default_factory=ResultLookup)
    _found: Usable | None = field(init=False, default=None)
    _seen: int = field(init=False, default=0)

    def result(self) -> T:
        """Return the result, stored or computed. Raises the exceptions of the computation."""
        self._trace = Trace(self.clock(), self.deadline)
        self._look_up()
        return self._result_after_lookup()

    def _result_after_lookup(self) -> T:
        if (found := self._fresh()) is not None:
            self._request_early_refresh(found)
            return self._served(found, "hit")
        if (found := self._usable()) is not None and self._request_refresh():
            return self._served(found, "stale")
        with self.single_flight.turn(**self._turn_options()) as turn:
            match turn:
                case Follow():
                    if turn.waited:
                        self._look_up(consistent=True)
                    found = self._usable()
                    if found is not None:
                        return self._served(found, "collapsed" if turn.waited else "stale")
                case Lead() if turn.must_look_up(self._seen):
                    self._look_up(consistent=True)
                    if (found := self._fresh()) is not None:
                        self._give_back(turn, "settled")
                        return self._served(found, "collapsed")
                case GiveUp(failure):
                    return self._given_up(failure)
                case Lead() | Alone():
                    pass
                case _:
                    assert_never(turn)
            return self._computed(turn if isinstance(turn, Lead) else None)

    def _turn_options(self) -> dict[str, Any]:
        """Return the arguments of `SingleFlight.turn`."""
        remaining = inf if self.deadline is None else self.deadline.remaining()
        return {
            "key": self.results.store.pk(self.place.key),
            "lease_seconds": self._seconds_left,
            "wait_seconds": max(0.0, remaining - ANSWER_RESERVE),
            "has_stale": self._usable() is not None,
            "may_store": lambda: True,
            "trace": self._trace,
        }

    def _given_up(self, failure: Failure | None) -> T:
        """Return a stale result after a wait in vain, or raise: the exception of a computation in this process."""
        if (found := self._usable()) is not None:
            return self._served(found, "stale")
        error = None if failure is None else failure.error
        if error is None:
            error = ResultUnavailable(
                "another caller computes this result, and did not end before the deadline of this call"
                if failure is None
                else f"two computations by other callers raised {failure.kind}; retry later, or name the exception in "
                "`negative` to have it stored as a result"
            )
        self._failed(error, self.clock())
        self._report("failed", raised=True)
        raise error

    def _look_up(self, *, consistent: bool = False) -> None:
        """Look in this process; if that does not settle it, in the table. If that fails, the first lookup counts."""
        self._trace.now = self.clock()
        self._use(self.results.recall(self.place, self._trace), "memory")
        if self._fresh() is not None or self._trace.faults.has("stamps"):
            return
        with suppress(StoreError):
            self._use(self.results.find(self.place, self._trace, consistent=consistent), "table")

    def _use(self, lookup: ResultLookup, layer: Literal["memory", "table"]) -> None:
        self._lookup = lookup
        self._seen = max(self._seen, lookup.generation)
        stored = lookup.stored
        error = (
            self.windows.rebuild_exception(stored.value)
            if stored is not None and isinstance(stored.value, StoredException)
            else None
        )
        is_missing = stored is None or (isinstance(stored.value, StoredException) and error is None)
        self._found = None if is_missing or stored is None else Usable(stored, layer, error)

    def _computed(self, lead: Lead | None) -> T:
        """Compute, and store the result if this caller leads."""
        began = self.clock()
        try:
            value = self.compute()
        except Exception as error:  # noqa: BLE001 - raised again, unless a stale result is served
            return self._after_error(error, began, lead)
        return self._after_value(value, began, lead)

    def _after_value(self, value: T, began: float, lead: Lead | None) -> T:
        took = self.clock() - began
        stored = self.windows.stored(value, began, took)
        self._used(stored, is_new=True)
        kept = self._keep(stored, lead)
        self._report("miss", stored=kept, compute_time=took)
        return value

    def _after_error(self, error: Exception, began: float, lead: Lead | None) -> T:
        """Return a stale result in place of the error, or raise the error."""
        took = self.clock() - began
        if type(error) in self.windows.negative:
            kept = self._keep_failure(error, began, took, lead)
            self._report("miss", stored=kept, raised=True, compute_time=took)
            raise error
        if lead is not None:
            self._give_back_failed(lead, error)
        if (found := self._usable()) is not None:
            return self._served(found, "stale", compute_time=took)
        self._failed(error, began)
        self._report("failed", raised=True, compute_time=took)
        raise error

    def _keep(self, stored: StoredResult, lead: Lead | None) -> bool:
        """Return whether the result is stored now."""
        if lead is None:
            return False
        self._trace.now = self.clock()
        kept = self.results.keep(self.place, stored, self._lookup, lead, trace=self._trace)
        self._give_back(lead)
        return kept

    def _keep_failure(self, error: Exception, began: float, took: float, lead: Lead | None) -> bool:
        """Return whether the exception is stored now as a result."""
        try:
            stored = self.windows.failure(error, began, took)
        except TypeError as unfit:
            self._trace.faults.add(Fault("result", "unsupported", str(unfit)))
            self._failed(error, began)
            if lead is not None:
                self._give_back_failed(lead, error)
            return False
        self._used(stored, is_new=True)
        return self._keep(stored, lead)

    def _request_refresh(self) -> bool:
        """Return whether the stale result is refreshed in the background, so that this caller need not compute."""
        if self.refreshes is None or self.cached_call is None:
            return False
        is_sent = self.refreshes.enqueue(self.cached_call, self.place.key, self._trace)
        self._trace.refresh_requested = is_sent is True
        return is_sent is not None

    def _request_early_refresh(self, found: Usable) -> None:
        if self.refreshes is not None and self.cached_call is not None:
            self._trace.refresh_requested = self.refreshes.enqueue_early(
                self.cached_call, self.place.key, found.stored, self._trace
            )

    def _seconds_left(self) -> float:
        return self.seconds if self.deadline is None else min(self.seconds, self.deadline.remaining())

    def _give_back(self, lead: Lead, ending: Ending | None = None, failure: Failure | None = None) -> None:
        self.single_flight.give_back(lead, self._trace, ending, failure)

    def _give_back_failed(self, lead: Lead, error: Exception) -> None:
        """Give the lease back after a computation that raised: one of the callers that wait computes."""
        self._give_back(lead, "failed", Failure(type(error).__name__, error))

    def _fresh(self) -> Usable | None:
        found = self._found
        return found if found is not None and found.stored.is_fresh(self.clock()) else None

    def _usable(self) -> Usable | None:
        found = self._found
        return found if found is not None and found.stored.is_usable(self.clock()) else None

    def _used(self, stored: StoredResult, *, is_new: bool = False) -> None:
        """Report a result to the function of a route that called, if one did."""
        if self._uses is not None:
            from brine.service.results.limits import limits_of, limits_of_computed  # noqa: PLC0415 - only in functions

            computed = limits_of_computed(self.place, stored, self._lookup.stamps) if is_new else None
            self._uses.append(computed or limits_of(self.place, stored))

    def _failed(self, error: Exception, began: float) -> None:  # noqa: ARG002 - a call of many tells more apart
        """Report a computation that raised to the function of a route that called, if one did."""
        if self._uses is not None:
            from brine.service.results.limits import NOT_COMPUTED  # noqa: PLC0415 - only in functions

            self._uses.append(NOT_COMPUTED)

    def _served(self, found: Usable, outcome: CallOutcome, *, compute_time: float | None = None) -> T:
        self._used(found.stored)
        self._report(outcome, layer=found.layer, raised=found.error is not None, compute_time=compute_time)
        if found.error is not None:
            raise found.error
        return cast("T", found.stored.value)  # one key has results of one type

    def _report(self, outcome: CallOutcome, **members: Any) -> None:
        self.event = CacheEvent(
            outcome=outcome,
            faults=tuple(self._trace.faults),
            cache=self.cache,
            function=None if self.cached_call is None else self.cached_call.function,
            refresh_requested=self._trace.refresh_requested,
            **members,
        )
