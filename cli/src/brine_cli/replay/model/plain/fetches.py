"""The shortcut for a plain request that goes to the origin while nothing else happens to its key.

It copies the decisions about others like it. When another request needs the fetch or its result, `GatewayModel` goes on
with both in full.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

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
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.model.fetches import ModelFetch, Origins
    from brine_cli.replay.model.model_store import ModelStore
    from brine_cli.replay.model.plain.exchanges import PlainExchanges
    from brine_cli.replay.model.plain.life import PlainMiss
    from brine_cli.replay.rows import Row

_NOTHING: Final[Mapping[str, int]] = {}


class Rules(Protocol):
    """What `GatewayModel` does for the shortcut."""

    def later(self, time: float, event: Callable[[float], None]) -> None:
        """Call a function at a time."""

    def complete(self, fetch: ModelFetch, now: float) -> None:
        """Store the response of a fetch, and answer all that wait for it."""

    def end(self, asked: AskedRequest, row: Row, outcome: Outcome, seconds: float) -> None:
        """Count an answer."""


class PlainFetches:
    """The fetches of the shortcut for one set of routes."""

    def __init__(self, store: ModelStore, origins: Origins, exchanges: PlainExchanges, rules: Rules) -> None:
        self._store = store
        self._origins = origins
        self._exchanges = exchanges
        self._rules = rules
        self._absent: dict[tuple[str, bool], PlainMiss | None] = {}

    def begin(self, asked: AskedRequest, row: Row) -> bool:
        """Send a plain request to the origin. Returns False if the rules must decide about it."""
        state, at = asked.state, row[0]
        if state.fetching is not None or self._store.is_purged(state):
            return False
        main, life = state.entries.get(MAIN), state.life
        if main is None:
            return self._lead(asked, row, self._of_absent(asked), None, _NOTHING)
        seen = {MAIN: main.generation}
        if isinstance(main, HitForMiss):
            miss = self._of_absent(asked)
            if miss is not None and at < main.until:
                return self._send(asked, row, miss.decision, None, seen, is_leading=False)
            return self._lead(asked, row, miss, None, seen)
        if life is None:
            return False
        age = at - main.request_time - state.longer
        if age >= life.gone_from:
            return self._lead(asked, row, self._of_absent(asked), None, seen)
        if life.renewed_from <= age < life.kept_until and at - main.fetch_started <= MAX_CONTENT_AGE:
            return self._lead(asked, row, life.renewals[asked.is_unchanged], main, seen)
        return False

    def _of_absent(self, asked: AskedRequest) -> PlainMiss | None:
        """Return how a request for a key without a stored response is sent."""
        key = asked.transaction.route.name, asked.is_unchanged
        if key not in self._absent:
            self._absent[key] = plain_miss(None, asked.transaction, asked.transaction.request.fields)
        return self._absent[key]

    def _lead(
        self,
        asked: AskedRequest,
        row: Row,
        miss: PlainMiss | None,
        before: StoredResponse | PlainFetch | None,
        seen: Mapping[str, int],
    ) -> bool:
        """Send a request for which others may wait, unless such a one is under way."""
        if miss is None or not miss.follows or self._store.flights.of(asked.state.resource.key, MAIN) is not None:
            return False
        return self._send(asked, row, miss.decision, before, seen, is_leading=True)

    def _send(
        self,
        asked: AskedRequest,
        row: Row,
        decision: Validate | Forward,
        before: StoredResponse | PlainFetch | None,
        seen: Mapping[str, int],
        *,
        is_leading: bool,
    ) -> bool:
        began, tally = row[0], asked.tally
        size = 0 if before is None else before.size
        validated = size if isinstance(decision, Validate) else None
        response, seconds = self._origins.response(row, asked, decision.fields, validated, began)
        decided = self._exchanges.known(asked, response, before)
        if decided is None or seconds > asked.transaction.route.timeout:
            return False
        if not (is_leading and seconds < decided.stored_within) and seconds >= decided.refused_within:
            return False
        tally.looked_up(item_size(size))
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
            decided=decided,
            request_time=began,
            response_time=began + seconds,
            fetch_started=began if confirmed is None else confirmed.fetch_started,
            status=new.status,
            body=new.body,
            size=len(response.body) if confirmed is None else size,
        )
        if is_leading:
            asked.state.fetching = fetch
        self._rules.later(fetch.response_time, partial(self._end, fetch, is_leading=is_leading))
        return True

    def _end(self, fetch: PlainFetch, now: float, *, is_leading: bool) -> None:
        """Store the response if it may be stored, and answer with it."""
        asked, decision = fetch.asked, fetch.decided.decision
        state, store, seconds = asked.state, self._store, now - fetch.request_time
        if is_leading:
            if fetch.attempt is not None or store.is_purged(state):
                self._rules.complete(self._in_full(fetch), now)
                return
            state.fetching = None
        if decision.keep is not None:
            fetch.generation = state.next_token(MAIN)
            store.put(asked, MAIN, fetch, fetch.decided.life, seconds, now)
        else:
            can_mark = is_leading and fetch.before is None
            store.refuse(asked, fetch.response, decision, seconds, now, has_lease=is_leading, can_mark=can_mark)
        fetch.before = None
        status, size = plainly_answered(
            fetch.status, fetch.response.fields, fetch.size, is_unchanged=asked.is_unchanged
        )
        outcome = Outcome(
            result="miss" if decision.reuse is None else "validated",
            status=status,
            size=size,
            reason=fetch.decision.reason,
            stored=decision.keep is not None,
            refusal=decision.refusal,
        )
        self._rules.end(asked, fetch.row, outcome, TABLE_SECONDS + now - fetch.request_time)

    def _in_full(self, fetch: PlainFetch) -> ModelFetch:
        """Return the fetch as the rules know it."""
        attempt = fetch.lead(self._store.flights)
        fetch.asked.state.fetching = None
        full = fetch.in_full(attempt)
        full.reception = self._exchanges.received(full, full.decision)
        return full
