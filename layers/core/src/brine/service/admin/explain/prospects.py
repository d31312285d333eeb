"""The outcomes of a request that the origin must answer, by the gateway's own rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine.domain.caching.decision import Validate
from brine.domain.caching.freshness import freshness
from brine.domain.caching.partial import PARTIAL
from brine.domain.caching.receive import receive, receive_error
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.service.admin.explain.explanation import OriginOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.domain.caching.decision import Forward, ResponseDecision
    from brine.domain.caching.stored import StoredResponse
    from brine.service.transaction import Transaction

_OF_ONE_MESSAGE: Final = frozenset({"age", "content-length", "content-range", "date"})
OF_SERVER: Final = "fails (no connection, no answer in time, or 500, 502, 503, 504)"
OF_FUNCTION: Final = "fails (it raises, or a part that it needs fails)"
BARE: Final = Response(status=200, fields=Fields([("content-type", "application/json")]))
"""A success without any field about caching."""


def origin_outcomes(
    decision: Validate | Forward,
    last: StoredResponse | None,
    transaction: Transaction,
    now: float,
    *,
    may_store: bool,
    storing_refused: str | None,
) -> tuple[OriginOutcome, ...]:
    """Return the outcome of the request for each kind of answer that the origin may give.

    last: the response that is or was stored, as an example of the origin's answers. may_store: whether a response
    may be stored at all; `storing_refused` says why not.
    """
    return tuple(_Outcomes(decision, transaction, now, may_store, storing_refused).all(last))


class _Outcomes:
    def __init__(
        self,
        decision: Validate | Forward,
        transaction: Transaction,
        now: float,
        may_store: bool,
        storing_refused: str | None,
    ) -> None:
        self._decision = decision
        self._transaction = transaction
        self._now = now
        self._may_store = may_store
        self._storing_refused = storing_refused

    def all(self, last: StoredResponse | None) -> Iterator[OriginOutcome]:
        """Yield the outcomes, the likely ones first."""
        if not self._transaction.request.may_use_cache:
            yield from self._of_uncached()
            return
        if isinstance(self._decision, Validate):
            yield self._of(Response(status=304), "answers 304 (the stored response is still valid)")
        if last is not None and last.status != PARTIAL:
            fields = last.fields.without(_OF_ONE_MESSAGE)
            said = fields.get("cdn-cache-control") or fields.get("cache-control")
            told = f"Cache-Control: {said}" if said else "no Cache-Control"
            response = Response(status=last.status, fields=fields, tags=last.tags)
            yield self._of(response, f"answers {last.status} as it did last time, with {told}")
        elif not self._transaction.route.origin.is_function:
            yield self._of(BARE, "answers 200 and says nothing about caching")
            lasting = replace(BARE, fields=BARE.fields.with_line("cache-control", "max-age=60"))
            yield self._of(lasting, "answers 200 with Cache-Control: max-age=60")
        yield self._of_failure()

    def _of(self, response: Response, assumed: str) -> OriginOutcome:
        reception = self._received(response)
        if reception.reuse is not None and not reception.stale:
            return self._kept(OriginOutcome(assumed=assumed, result="validated"), reception)
        return self._kept(OriginOutcome(assumed=assumed, result="miss"), reception)

    def _kept(self, outcome: OriginOutcome, reception: ResponseDecision) -> OriginOutcome:
        keep, why = reception.keep, None if reception.refusal is None else str(reception.refusal)
        if keep is not None and not self._may_store:
            keep, why = None, self._storing_refused
        if keep is None:
            return replace(outcome, why=why)
        state = freshness(keep, self._transaction.route.policy, self._now, self._transaction.request)
        return replace(outcome, stored=True, fresh_for=max(0.0, -state.staleness))

    def _of_failure(self) -> OriginOutcome:
        transaction = self._transaction
        is_function = transaction.route.origin.is_function
        assumed = OF_FUNCTION if is_function else OF_SERVER
        stale = receive_error(self._decision, transaction.request, transaction.route.policy, self._now)
        return OriginOutcome(assumed=assumed, result="problem" if stale is None else "stale")

    def _of_uncached(self) -> Iterator[OriginOutcome]:
        request = self._transaction.request
        refusal = None if request.content_query is None else request.content_query.refusal
        invalidated = self._received(Response(status=200)).invalidate
        why = f"it invalidates {', '.join(invalidated)}" if invalidated else refusal
        yield OriginOutcome(assumed="answers with a success", result="pass", why=why)
        yield OriginOutcome(assumed="answers with an error", result="pass", why="it invalidates nothing")

    def _received(self, response: Response) -> ResponseDecision:
        transaction = self._transaction
        return receive(
            self._decision,
            transaction.request,
            response,
            transaction.route.policy,
            target=transaction.request.target,
            route=transaction.route.name,
            request_time=self._now,
            response_time=self._now,
            origin=transaction.route.origin,
        )
