"""The shortcut for a plain request that goes to the origin while nothing else happens to its key.

It copies the decisions about others like it. When another request needs the fetch or its result, `GatewayModel` goes on
with both in full.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from brine.domain.caching.decision import Validate
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.purging.stamps import MAX_CONTENT_AGE
from brine.service.http_cache.lookup import MAIN
from brine_cli.costs.prices import TABLE_SECONDS
from brine_cli.replay.bill import item_size
from brine_cli.replay.model.answer_sizes import plainly_answered
from brine_cli.replay.model.outcomes import Outcome
from brine_cli.replay.model.plain.fetch import PlainFetch
from brine_cli.replay.model.plain.life import plain_miss

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.caching.stored import StoredResponse
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.model.fetches import ModelFetch, Origins
    from brine_cli.replay.model.key_state import MadeLater
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


class _PlainRequest(NamedTuple):
    """What a plain request finds that goes to the origin. `before`: the stored response that it renews."""

    miss: PlainMiss
    before: StoredResponse | MadeLater | None
    seen: Mapping[str, int]


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
        state = asked.state
        if state.fetching is not None or self._store.is_purged(state):
            return False
        found = self._look_up(asked, row[0])
        if found is None or (found.miss.follows and self._store.flights.of(state.resource.key, MAIN) is not None):
            return False
        return self._send(asked, row, found)

    def _look_up(self, asked: AskedRequest, now: float) -> _PlainRequest | None:
        """Return what a request finds that certainly goes to the origin; None for any other one."""
        state = asked.state
        main, life = state.entries.get(MAIN), state.life
        if main is None:
            return self._of_absent(asked, _NOTHING)
        seen = {MAIN: main.generation}
        if isinstance(main, HitForMiss):
            found = self._of_absent(asked, seen)
            if found is None or now >= main.until:
                return found
            return found._replace(miss=found.miss._replace(follows=False))
        if life is None:
            return None
        age = now - main.request_time - state.longer
        if age >= life.gone_from:
            return self._of_absent(asked, seen)
        if life.renewed_from <= age < life.kept_until and now - main.fetch_started <= MAX_CONTENT_AGE:
            return _PlainRequest(life.renewals[asked.is_unchanged], main, seen)
        return None

    def _of_absent(self, asked: AskedRequest, seen: Mapping[str, int]) -> _PlainRequest | None:
        """Return what a request finds for a key without a stored response."""
        key = asked.transaction.route.name, asked.is_unchanged
        if key not in self._absent:
            self._absent[key] = plain_miss(None, asked.transaction, asked.transaction.request.fields)
        miss = self._absent[key]
        return None if miss is None else _PlainRequest(miss, None, seen)

    def _send(self, asked: AskedRequest, row: Row, found: _PlainRequest) -> bool:
        """Send a request, unless its response is no plain one."""
        (decision, follows), before, seen = found
        began, tally = row[0], asked.tally
        size = 0 if before is None else before.size
        validated = size if isinstance(decision, Validate) else None
        response, seconds = self._origins.response(row, asked, decision.fields, validated, began)
        decided = self._exchanges.known(asked, response, before)
        if decided is None or seconds > asked.transaction.route.timeout:
            return False
        if seconds >= decided.stored_within and seconds >= decided.refused_within:
            return False
        tally.looked_up(item_size(size))
        tally.called(began, len(response.body), seconds)
        confirmed = before if response.status == 304 else None
        new = confirmed or response
        fetch = PlainFetch(
            asked=asked,
            row=row,
            turn="lead" if follows else "late",
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
        if follows:
            asked.state.fetching = fetch
        self._rules.later(fetch.response_time, partial(self._end, fetch))
        return True

    def _end(self, fetch: PlainFetch, now: float) -> None:
        """Store the response if it may be stored, and answer with it."""
        asked, decision = fetch.asked, fetch.decided.decision
        state, store, seconds = asked.state, self._store, now - fetch.request_time
        if not self._is_alone(fetch):
            full = fetch.in_full(store.flights)
            if state.fetching is fetch:
                state.fetching = None
            full.reception = self._exchanges.received(full, full.decision)
            self._rules.complete(full, now)
            return
        is_lead = fetch.turn == "lead"
        if is_lead:
            state.fetching = None
        if decision.keep is not None:
            fetch.generation = state.next_token(MAIN)
            store.put(asked, MAIN, fetch, fetch.decided.life, seconds, now)
        else:
            can_mark = is_lead and fetch.before is None
            store.refuse(asked, fetch.response, decision, seconds, now, has_lease=is_lead, can_mark=can_mark)
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

    def _is_alone(self, fetch: PlainFetch) -> bool:
        """Return whether nothing has happened to the key since the fetch began."""
        state, store = fetch.asked.state, self._store
        if store.is_purged(state):
            return False
        if fetch.turn == "lead":
            return fetch.attempt is None
        is_filled = state.tokens.get(MAIN, 0) > fetch.seen.get(MAIN, 0)
        return not is_filled and state.fetching is None and store.flights.of(state.resource.key, MAIN) is None
