"""The order of calls of brine.service.gateway, over dictionaries and with the time of a log.

Every rule is the domain's. Here is what the service does besides: look up, wait for another request's fetch, store at
its end, refresh. A property test compares the outcomes with those of the real gateway.
"""

from __future__ import annotations

import heapq
from functools import partial
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Final, assert_never

from brine.domain.caching.decide import decide
from brine.domain.caching.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.caching.receive import receive_error
from brine.service.gateway import may_follow
from brine_cli.costs.prices import TABLE_SECONDS
from brine_cli.replay.bill import item_size
from brine_cli.replay.model.answer_sizes import served
from brine_cli.replay.model.attempts import Attempt, OwnFetch
from brine_cli.replay.model.fetches import ModelFetch
from brine_cli.replay.model.model_refreshes import ModelRefreshes
from brine_cli.replay.model.outcomes import Outcome, fetched, without_origin
from brine_cli.replay.model.plain.exchanges import PlainExchanges
from brine_cli.replay.model.plain.fetches import PlainFetches
from brine_cli.replay.model.sending import send

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.caching.decision import Decision
    from brine.service.http_cache.answer import Result
    from brine.service.http_cache.lookup import Lookup
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.model.fetches import Origins, Turn
    from brine_cli.replay.model.model_refreshes import Draw
    from brine_cli.replay.model.model_store import ModelStore
    from brine_cli.replay.model.outcomes import Observer
    from brine_cli.replay.rows import Row

_FROM_STORE: Final = frozenset({"hit", "stale"})


class GatewayModel:
    """Answers the requests of a log, in the order of their times.

    refresh_delay: seconds from a refresh request to the refresh. draw: picks the hits that request early refreshes.
    observe: called with each outcome. decides_each: copy no decision, for tests.
    """

    def __init__(
        self,
        store: ModelStore,
        origins: Origins,
        *,
        refresh_delay: float,
        draw: Draw,
        observe: Observer | None = None,
        decides_each: bool = False,
    ) -> None:
        self.due = inf
        self._store = store
        self._origins = origins
        self._observe = observe
        self._flights = store.flights
        self._exchanges = None if decides_each else PlainExchanges()
        self._shortcut: PlainFetches | None = None
        if self._exchanges is not None:
            self._shortcut = PlainFetches(store, origins, self._exchanges, self)
        self._refreshes = ModelRefreshes(store, delay=refresh_delay, draw=draw, later=self.later, fetch=self._fetch)
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = count()

    def ask(self, asked: AskedRequest, row: Row) -> None:
        """Answer a request, or let it wait for a fetch. Events until its time must be over: see `run`."""
        if self._shortcut is None or not asked.is_plain or not self._shortcut.begin(asked, row):
            self._answer(Attempt(asked=asked, row=row, since=row[0], now=row[0]))

    def run(self, until: float) -> None:
        """Let the fetches and refreshes end that do so until a time."""
        events = self._events
        while events and events[0][0] <= until:
            at, _, event = heapq.heappop(events)
            event(at)
        self.due = events[0][0] if events else inf

    def later(self, time: float, event: Callable[[float], None]) -> None:
        """Call a function at a time."""
        heapq.heappush(self._events, (time, next(self._numbers), event))
        self.due = self._events[0][0]

    def _decide(self, lookup: Lookup, attempt: Attempt, *, background_refresh: bool = True) -> Decision:
        transaction = attempt.asked.transaction
        return decide(
            lookup.stored,
            transaction.request,
            transaction.route.policy,
            attempt.now,
            vary_mismatch=lookup.vary_mismatch,
            background_refresh=background_refresh,
        )

    def _answer(self, attempt: Attempt) -> None:
        """Look up, decide, and act on the decision."""
        lookup = self._store.look_up(attempt.asked, attempt.now)
        decision = self._decide(lookup, attempt)
        if (
            isinstance(decision, ServeStale)
            and attempt.missed is None
            and not self._refreshes.request(decision.stored, lookup, attempt)
        ):
            decision = self._decide(lookup, attempt, background_refresh=False)
        match decision:
            case Serve() | ServeStale():
                self._serve(decision, lookup, attempt)
            case Refuse():
                self.end(
                    attempt.asked, attempt.row, Outcome(result="refused", status=decision.status, size=0), TABLE_SECONDS
                )
            case Validate() | Forward():
                self._miss(decision, lookup, attempt)
            case _:
                assert_never(decision)

    def _miss(self, decision: Validate | Forward, lookup: Lookup, attempt: Attempt) -> None:
        """Wait for the fetch of another request, or fetch."""
        slot, key = lookup.slot_to_fill, attempt.asked.state.resource.key
        if slot not in attempt.had and may_follow(decision, lookup, attempt.asked.transaction):
            if attempt.flight is not None:
                self._land(attempt, attempt.now)
            attempt.had = attempt.had | {slot}
            attempt.missed = decision
            flight = self._flights.of(key, slot)
            if flight is not None:
                stale = self._decide(lookup, attempt)
                if isinstance(stale, ServeStale):
                    attempt.missed = None
                    self._serve(stale, lookup, attempt)
                else:
                    flight.waiting.append(attempt)
                return
            self._flights.begin(attempt, slot, OwnFetch())
        turn: Turn = "late"
        if attempt.flight is not None:
            turn = "lead"
        elif attempt.has_waited and not lookup.is_uncollapsed:
            turn = "alone"
        self._fetch(decision, lookup, turn, attempt)

    def _serve(self, decision: Serve | ServeStale, lookup: Lookup, attempt: Attempt) -> None:
        """Answer from the store: a hit, or the response of another request that this one waited for."""
        asked, stored, now = attempt.asked, decision.stored, attempt.now
        tally, request = asked.tally, asked.transaction.request
        status, size = served(stored, request, now, decision.age)
        staleness = max(0, -decision.remaining_freshness)
        is_stale = isinstance(decision, ServeStale) or decision.remaining_freshness < 0
        result: Result = "stale" if isinstance(decision, ServeStale) else "hit"
        reason, seconds = None, 0.0
        if attempt.missed is not None:
            result, reason = "collapsed", attempt.missed.reason
            seconds = TABLE_SECONDS + now - attempt.since
            tally.followed(item_size(stored.size), now - attempt.since)
        else:
            asked.state.hits_of(lookup.slot, stored, tally).used(now)
            if result == "hit":
                self._refreshes.request_early(stored, lookup, attempt)
                self._store.shorten(stored, asked, now)
        tally.ages[decision.age] += 1
        if is_stale:
            tally.staleness[staleness] += 1
        outcome = Outcome(result=result, status=status, size=size, reason=reason, age=decision.age, staleness=staleness)
        self.end(attempt.asked, attempt.row, outcome, seconds)
        self._land(attempt, now)

    def _fetch(self, decision: Validate | Forward, lookup: Lookup, turn: Turn, attempt: Attempt) -> None:
        """Send the request to the origin. The response arrives later."""
        if attempt.asked.transaction.request.may_use_cache and not attempt.is_refresh:
            attempt.asked.tally.looked_up(item_size(0 if decision.stored is None else decision.stored.size))
        fetch = ModelFetch(
            attempt=attempt, decision=decision, lookup=lookup, turn=turn, began=attempt.now, end=attempt.now
        )
        send(fetch, self._origins, self._exchanges)
        self.later(fetch.end, partial(self.complete, fetch))

    def complete(self, fetch: ModelFetch, now: float) -> None:
        """Store the response of a fetch, answer with it, and let the requests go on that waited for it."""
        attempt = fetch.attempt
        attempt.now = now
        kept = self._store.update(fetch)
        if not attempt.is_refresh:
            self.end(attempt.asked, attempt.row, fetched(fetch, kept=kept), TABLE_SECONDS + now - attempt.since)
        self._land(attempt, now, fetch)

    def _land(self, attempt: Attempt, now: float, fetch: ModelFetch | None = None) -> None:
        """End the fetch that an attempt leads. If it failed, one of the requests that wait tries again."""
        flight = self._flights.end(attempt)
        if flight is None:
            return
        waiting = flight.waiting
        if fetch is None or not fetch.is_failed:
            for other in waiting:
                other.now, other.has_waited = now, True
                self._answer(other)
            return
        failures = flight.failures + 1
        rest = [other for other in waiting if not self._gives_up(other, fetch, failures, now)]
        if rest:
            first, *others = rest
            first.now = now
            self._flights.begin(first, attempt.slot, OwnFetch(failures, others))
            self._answer(first)

    def _gives_up(self, attempt: Attempt, fetch: ModelFetch, failures: int, now: float) -> bool:
        """Answer a request that waited in vain, if it does not fetch itself."""
        missed, transaction = attempt.missed, attempt.asked.transaction
        if missed is None:
            return False
        request, policy = transaction.request, transaction.route.policy
        if failures < 2 and receive_error(missed, request, policy, attempt.now) is None:
            return False
        attempt.now = now
        outcome = without_origin(missed, attempt, 504 if fetch.response is None else 502)
        self.end(attempt.asked, attempt.row, outcome, TABLE_SECONDS + now - attempt.since)
        return True

    def end(self, asked: AskedRequest, row: Row, outcome: Outcome, seconds: float) -> None:
        """Count an answer. seconds: the time of the function."""
        tally = asked.tally
        tally.answered(outcome.result, outcome.size, seconds)
        if outcome.reason is not None and outcome.result != "collapsed":
            tally.reasons[outcome.reason] += 1
        if outcome.refusal is not None:
            tally.refusals[outcome.refusal] += 1
        if outcome.result in _FROM_STORE and row[3] == outcome.status == 200 and row[4] >= 0:
            tally.compared += 1
            tally.changed += row[4] != outcome.size
        if self._observe is not None:
            self._observe(row, outcome)
