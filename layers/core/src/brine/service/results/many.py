"""Many results of one cache at once: one lookup for all, and one computation of all that are missing."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.errors import StoreError
from brine.service.flights.turns import Follow, Lead
from brine.service.results.call import Call
from brine.service.results.parallel import in_parallel
from brine.service.transaction import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from brine.service.flights.turns import Turn
    from brine.service.results.store import ResultLookup


def look_up_many(calls: Sequence[OneOfMany[Any]]) -> None:
    """Look up the results of all these calls: in this process, and the rest in the table with one call."""
    if not calls:
        return
    trace = Trace(calls[0].clock(), calls[0].deadline)
    unsettled = [call for call in calls if not call.is_in_memory(trace)]
    with suppress(StoreError):
        if unsettled:
            lookups = calls[0].results.find_many([call.place for call in unsettled], trace)
            for call, lookup in zip(unsettled, lookups, strict=True):
                call.use(lookup)


@dataclass(slots=True, kw_only=True)
class OneOfMany[T](Call[T]):
    """A call that shares its lookup with other calls."""

    def is_in_memory(self, trace: Trace) -> bool:
        """Look in this process, without a call. Return whether a fresh result is there."""
        self._trace = trace
        self._use(self.results.recall(self.place, trace, may_call=False), "memory")
        return self._fresh() is not None

    def use(self, lookup: ResultLookup) -> None:
        """Take the outcome of a lookup in the table."""
        self._use(lookup, "table")

    def result_after_lookup(self) -> T:
        """Return the result as `result` does, without another lookup first."""
        return self._result_after_lookup()

    @property
    def is_fresh(self) -> bool:
        """Whether the lookup found a fresh result."""
        return self._fresh() is not None

    def enter_turn(self, stack: ExitStack) -> Turn:
        """Take the turn for this key without waiting for another caller. The turn lasts until the stack ends."""
        return stack.enter_context(
            self.single_flight.turn(**{**self._turn_options(), "has_stale": True})  # so it does not wait
        )

    def look_up_again(self, lead: Lead | None) -> None:
        """Look up again if another caller stored since the lookup."""
        if lead is not None and lead.must_look_up(self._seen):
            self._look_up(consistent=True)
            if self.is_fresh:  # the callers that wait for this key need not wait for the computation of other keys
                self._give_back(lead, "settled")

    def after_value(self, value: T, began: float, lead: Lead | None) -> T:
        """Store a computed value if this caller leads, and return it."""
        return self._after_value(value, began, lead)

    def after_error(self, error: Exception, began: float, lead: Lead | None) -> T:
        """Return a stale result in place of the error, or raise the error."""
        return self._after_error(error, began, lead)

    def after_nothing(self, began: float, lead: Lead | None) -> None:
        """Report that the computation left this key out."""
        if lead is not None:
            self._give_back(lead, "settled")
        self._nothing(began)
        self._report("miss", compute_time=self.clock() - began)

    def _failed(self, error: Exception, began: float) -> None:
        if isinstance(error, LeftOut):
            self._nothing(began)
        else:
            Call._failed(self, error, began)  # noqa: SLF001 - a class with slots has no `super()`

    def _give_back_failed(self, lead: Lead, error: Exception) -> None:
        if isinstance(error, LeftOut):  # that is no failure, and of no use to callers outside `get_many`
            self._give_back(lead, "settled")
        else:
            Call._give_back_failed(self, lead, error)  # noqa: SLF001 - a class with slots has no `super()`

    def _nothing(self, began: float) -> None:
        if self._uses is not None:
            from brine.service.results.limits import limits_of_nothing  # noqa: PLC0415 - only in functions

            self._uses.append(limits_of_nothing(self.place, began, self._lookup.stamps))


class LeftOut(Exception):
    """The computation of missing results left this key out."""


@dataclass(frozen=True, slots=True)
class Many[K, T]:
    """The calls for many keys after their lookup, and a function that computes several results at once."""

    calls: Mapping[K, OneOfMany[T]]
    compute_missing: Callable[[list[K]], Mapping[K, T]]

    def results(self) -> dict[K, T]:
        """Return the results by key, in the order of the calls, without those that `compute_missing` leaves out.

        It is called once, for all keys that no other caller computes. The other keys come last, while this caller holds
        no lease, so two callers never wait for each other.
        """
        values = {key: call.result_after_lookup() for key, call in self.calls.items() if call.is_fresh}
        missing = [key for key in self.calls if key not in values]
        leads: dict[K, Lead | None] = {}
        followed: list[K] = []
        with ExitStack() as stack:
            turns = in_parallel(lambda key: self.calls[key].enter_turn(stack), missing)
            for key, turn in zip(missing, turns, strict=True):
                lead = turn if isinstance(turn, Lead) else None
                self.calls[key].look_up_again(lead)
                if isinstance(turn, Follow) or self.calls[key].is_fresh:
                    followed.append(key)
                else:
                    leads[key] = lead
            if leads:
                values |= self._computed(leads)
        for key in followed:
            with suppress(LeftOut):
                values[key] = self.calls[key].result_after_lookup()
        return {key: values[key] for key in self.calls if key in values}

    def _computed(self, leads: Mapping[K, Lead | None]) -> dict[K, T]:
        clock = next(iter(self.calls.values())).clock
        began = clock()
        try:
            computed = self.compute_missing(list(leads))
        except Exception as error:  # noqa: BLE001 - raised again, unless all keys have a stale result
            return {key: self.calls[key].after_error(error, began, lead) for key, lead in leads.items()}
        for key in leads.keys() - computed.keys():
            self.calls[key].after_nothing(began, leads[key])
        kept = [key for key in leads if key in computed]
        values = in_parallel(lambda key: self.calls[key].after_value(computed[key], began, leads[key]), kept)
        return dict(zip(kept, values, strict=True))


def one_of[K, T](compute_missing: Callable[[list[K]], Mapping[K, T]], key: K) -> T:
    """Return the computed result of one key. Raises LeftOut."""
    computed = compute_missing([key])
    if key not in computed:
        raise LeftOut
    return computed[key]
