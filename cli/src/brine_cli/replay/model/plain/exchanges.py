"""Exchanges that differ only in their time and their target: `receive` decides one of them, and it holds for all.

Most requests of an access log have no fields, and most of its responses have few. If neither has a date,
then the times of an exchange only move what is stored. So the decision is made once, and later exchanges
copy it with their own times. A property test compares the copies with decisions of their own.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Final

from brine.domain.caching.decision import ResponseDecision, Validate
from brine.domain.caching.stale import ERRORS
from brine.service.http_cache.lookup import MAIN
from brine_cli.replay.model.key_state import absent, is_selected_by_all
from brine_cli.replay.model.plain.copies import copy_of
from brine_cli.replay.model.plain.decided import DecidedExchange
from brine_cli.replay.model.plain.life import LONG, life_of

if TYPE_CHECKING:
    from brine.domain.caching.decision import Forward
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Response
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.model.fetches import ModelFetch
    from brine_cli.replay.model.key_state import MadeLater
    from brine_cli.replay.rows import Lines

_OF_TIME: Final = frozenset({"age", "content-length", "date", "expires", "last-modified"})
"""Fields whose meaning depends on the time of the exchange, or on its body."""
_REMEMBERED: Final = 20_000

type _Key = tuple[str, int, Lines, Lines | None, int]
"""The route, the status and the fields of the response, and the fields and the status of the stored one.

Unless the response is a 304, those of the stored one count only as far as there is one.
"""


class PlainExchanges:
    """The decisions about exchanges of one set of routes."""

    def __init__(self) -> None:
        self._decided: dict[_Key, DecidedExchange | None] = {}

    def received(self, fetch: ModelFetch, decision: Validate | Forward) -> ResponseDecision:
        """Return the decision of `receive` about the response of a fetch, and tell the fetch of the life."""
        asked, response, stored = fetch.attempt.asked, fetch.response, decision.stored
        if response is None or not asked.is_plain or not (stored is None or is_selected_by_all(stored)):
            return fetch.received(decision)
        key = _key(asked, response, stored)
        decided = self._decided.get(key, _NEW)
        if decided is _NEW:
            if len(self._decided) >= _REMEMBERED:
                self._decided.clear()
            decided = self._decided[key] = _decide(fetch, decision)
        seconds = fetch.end - fetch.began
        if decided is None or seconds >= decided.shorter_than:
            return fetch.received(decision)
        if seconds < decided.stored_within:
            fetch.life = decided.life
        return _moved(decided.decision, fetch, decision)

    def known(
        self, asked: AskedRequest, response: Response, stored: StoredResponse | MadeLater | None
    ) -> DecidedExchange | None:
        """Return the decision about a plain exchange if `received` has made it before."""
        return self._decided.get(_key(asked, response, stored))


def _key(asked: AskedRequest, response: Response, stored: StoredResponse | MadeLater | None) -> _Key:
    if stored is None:
        return asked.transaction.route.name, response.status, response.fields.lines, None, 0
    if response.status != 304:
        return asked.transaction.route.name, response.status, response.fields.lines, (), 0
    return asked.transaction.route.name, 304, response.fields.lines, stored.fields.lines, stored.status


_NEW: Final = DecidedExchange(ResponseDecision(), -inf)
"""Stands for an exchange without a decision so far."""


def _is_plain(fetch: ModelFetch, decision: Validate | Forward) -> bool:
    """Return whether the exchange has no date and no part in it."""
    response, stored = fetch.response, decision.stored
    if response is None or response.status == 206:
        return False
    if not _OF_TIME.isdisjoint(response.fields.names) or (stored is not None and response.status in ERRORS):
        return False
    if response.status != 304:
        return True
    return isinstance(decision, Validate) and _OF_TIME.isdisjoint(decision.stored.fields.names)


def _decide(fetch: ModelFetch, decision: Validate | Forward) -> DecidedExchange | None:
    """Decide about an exchange, and find out for which others that holds; None if for none.

    A longer exchange can only make a response less useful. So if one without any time and an endless one come to the
    same, all come to it. Otherwise the response must arrive fresh.
    """
    if not _is_plain(fetch, decision):
        return None
    own, late = (replace(fetch, end=fetch.began + seconds).received(decision) for seconds in (0.0, LONG))
    stored = own.keep or own.reuse
    if own.retry is not None or own.stale or (stored is not None and any(one.startswith("if-") for one in stored.vary)):
        return None
    timeless = _timeless(own)
    life = None if timeless.keep is None else life_of(timeless.keep, fetch.attempt.asked.transaction)
    if _kind(own) == _kind(late):
        return DecidedExchange.of(timeless, inf, life)
    return None if life is None else DecidedExchange.of(timeless, life.arrives_until, life)


def _kind(decision: ResponseDecision) -> tuple[object, ...]:
    return decision.keep is None, decision.reuse is None, decision.refusal, decision.drop, decision.stale


def _timeless(decision: ResponseDecision) -> ResponseDecision:
    """Return a decision without the Date that the gateway added: that is the time of the response anyway."""
    keep, reuse = (None if one is None else _without_date(one) for one in (decision.keep, decision.reuse))
    return replace(decision, keep=keep, reuse=reuse, unlimited=None)


def _without_date(stored: StoredResponse) -> StoredResponse:
    return replace(stored, fields=stored.fields.without({"date"}), selection=absent(stored.vary))


def _moved(decided: ResponseDecision, fetch: ModelFetch, decision: Validate | Forward) -> ResponseDecision:
    """Return the decision for the times and the target of this fetch."""
    if decided.keep is None and decided.reuse is None:
        return decided
    validated = decision.stored if decided.reuse is not None else None
    keep = None if decided.keep is None else _made(decided.keep, fetch, validated)
    reuse = None if decided.reuse is None else keep or _made(decided.reuse, fetch, validated)
    return ResponseDecision(reuse=reuse, keep=keep, drop=decided.drop, refusal=decided.refusal)


def _made(copied: StoredResponse, fetch: ModelFetch, validated: StoredResponse | None) -> StoredResponse:
    """Return a stored response like `copied`. validated: the one that a 304 has confirmed.

    It has the generation that it gets if no other response is stored meanwhile.
    """
    assert fetch.response is not None  # noqa: S101 - for the checker of types
    return copy_of(
        copied,
        target=fetch.attempt.asked.transaction.request.target,
        status=copied.status if validated is None else validated.status,
        body=fetch.response.body if validated is None else validated.body,
        request_time=fetch.began,
        response_time=fetch.end,
        fetch_started=fetch.began if validated is None else validated.fetch_started,
        generation=fetch.attempt.asked.state.next_token(MAIN),
        applied_stamps=() if validated is None else validated.applied_stamps,
    )
