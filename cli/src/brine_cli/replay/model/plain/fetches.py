"""The shortcut for a plain request that goes to the origin, alone for its key, and stores what it gets.

It copies the decisions of others like it. When anything else happens to its key meanwhile, the fetch goes on in
`GatewayModel`, as all other requests do.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from brine.domain.caching.decision import Validate
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.purging.stamps import MAX_CONTENT_AGE
from brine.service.http_cache.lookup import MAIN
from brine_cli.replay.bill import item_size
from brine_cli.replay.model.answer_sizes import plainly_answered
from brine_cli.replay.model.outcomes import Outcome
from brine_cli.replay.model.plain.fetch import PlainFetch
from brine_cli.replay.model.plain.life import plain_miss
from brine_cli.replay.prices import TABLE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.caching.decision import Forward
    from brine.domain.caching.stored import StoredResponse
    from brine.service.http_cache.answer import Result
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.model.fetches import ModelFetch, Origins
    from brine_cli.replay.model.model_store import ModelStore
    from brine_cli.replay.model.outcomes import Observer
    from brine_cli.replay.model.plain.exchanges import PlainExchanges
    from brine_cli.replay.model.plain.life import PlainMiss
    from brine_cli.replay.rows import Row

_NOTHING: Mapping[str, int] = {}


class PlainFetches:
    """The fetches of the shortcut for one set of routes.

    later: calls a function at a time. complete: what the rules do at the end of a fetch.
    """

    def __init__(
        self,
        store: ModelStore,
        origins: Origins,
        exchanges: PlainExchanges,
        *,
        later: Callable[[float, Callable[[float], None]], None],
        complete: Callable[[ModelFetch, float], None],
        observe: Observer | None,
    ) -> None:
        self._store = store
        self._origins = origins
        self._exchanges = exchanges
        self._later = later
        self._complete = complete
        self._observe = observe
        self._absent: dict[tuple[str, bool], PlainMiss | None] = {}

    def begin(self, asked: AskedRequest, row: Row) -> bool:
        """Send a plain request to the origin. Returns False if the rules must decide about it."""
        state, at = asked.state, row[0]
        if state.fetching is not None or self._store.is_purged(state):
            return False
        main = state.entries.get(MAIN)
        before, seen = None, _NOTHING
        if main is None:
            miss = self._of_absent(asked)
        elif (life := state.life) is None or isinstance(main, HitForMiss):
            return False
        else:
            seen, age = {MAIN: main.generation}, at - main.request_time
            if age >= life.gone_from:
                miss = self._of_absent(asked)
            elif life.renewed_from <= age < life.kept_until and at - main.fetch_started <= MAX_CONTENT_AGE:
                before, miss = main, life.renewals[asked.is_unchanged]
            else:
                return False
        if miss is None or not miss.follows or self._store.flights.of(state.resource.key, MAIN) is not None:
            return False
        return self._send(asked, row, miss.decision, before, seen)

    def _of_absent(self, asked: AskedRequest) -> PlainMiss | None:
        """Return how a request for a key without a stored response is sent."""
        key = asked.transaction.route.name, asked.is_unchanged
        if key not in self._absent:
            self._absent[key] = plain_miss(None, asked.transaction, asked.transaction.request.fields)
        return self._absent[key]

    def _send(
        self,
        asked: AskedRequest,
        row: Row,
        decision: Validate | Forward,
        before: StoredResponse | PlainFetch | None,
        seen: Mapping[str, int],
    ) -> bool:
        is_validation = before is not None and isinstance(decision, Validate)
        size = before.size if before is not None and is_validation else None
        began, tally = row[0], asked.tally
        response, seconds = self._origins.response(row, asked, decision.fields, size, began)
        decided = self._exchanges.known(asked, response, before)
        if decided is None or decided.life is None or seconds >= decided.life.arrives_until:
            return False
        copied = decided.decision.keep
        if copied is None or seconds > asked.transaction.route.timeout:
            return False
        tally.looked_up(item_size(0 if before is None else before.size))
        tally.called(began, len(response.body), seconds)
        confirmed = before if response.status == 304 else None
        new = confirmed or response
        fetch = PlainFetch(
            asked=asked,
            row=row,
            decision=decision,
            before=before,
            seen=seen,
            response=response,
            copied=copied,
            life=decided.life,
            request_time=began,
            response_time=began + seconds,
            fetch_started=began if confirmed is None else confirmed.fetch_started,
            status=new.status,
            body=new.body,
            size=len(response.body) if confirmed is None else confirmed.size,
        )
        asked.state.fetching = fetch
        self._later(fetch.response_time, partial(self._end, fetch))
        return True

    def _end(self, fetch: PlainFetch, now: float) -> None:
        """Store the response, and answer with it."""
        asked = fetch.asked
        state, tally = asked.state, asked.tally
        if fetch.attempt is not None or self._store.is_purged(state):
            self._complete(self._in_full(fetch), now)
            return
        state.fetching = None
        fetch.generation = state.next_token(MAIN)
        self._store.put(asked, MAIN, fetch, fetch.life, began=fetch.request_time, now=now)
        result: Result = "miss" if fetch.response.status != 304 else "validated"
        fetch.before = None
        status, size = plainly_answered(fetch.status, fetch.fields, fetch.size, is_unchanged=asked.is_unchanged)
        tally.answered(result, size, TABLE_SECONDS + now - fetch.request_time)
        reason = fetch.decision.reason
        tally.reasons[reason] += 1
        if self._observe is not None:
            self._observe(fetch.row, Outcome(result=result, status=status, size=size, reason=reason, stored=True))

    def _in_full(self, fetch: PlainFetch) -> ModelFetch:
        """Return the fetch as the rules know it."""
        attempt = fetch.lead(self._store.flights)
        fetch.asked.state.fetching = None
        full = fetch.in_full(attempt)
        full.reception = self._exchanges.received(full, full.decision)
        return full
