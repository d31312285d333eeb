"""Fetching: ask the origin, bring the store up to date with its response, and answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from brine.domain.bodies.stored_body import PartialBody
from brine.domain.caching.cache_key import resource_of
from brine.domain.caching.decide import refetch
from brine.domain.caching.freshness import remaining_freshness
from brine.domain.caching.hit_for_miss import hit_for_miss_marker
from brine.domain.caching.partial import PARTIAL, adds_bytes
from brine.domain.caching.receive import receive, receive_error
from brine.domain.caching.respond import relay
from brine.domain.caching.stale import ERRORS
from brine.domain.caching.storing import evict_at
from brine.domain.http.cdn_loop import PSEUDONYM
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.domain.purging.stamps import MARGIN, applied_stamps, key_stamp
from brine.domain.routing.target import normalised_target
from brine.domain.routing.upstream import forwarded_request
from brine.errors import BadRequest, OriginBudgetSpent, OriginError, OriginPaused
from brine.ports.caching import Lease
from brine.service import problems
from brine.service.diagnostics import Fault
from brine.service.flights.turns import Alone, Failure, Lead
from brine.service.http_cache.answer import answer
from brine.service.http_cache.key_guard import KeyGuard
from brine.service.http_cache.public_answer import ADDRESS_FIELDS, addresses_of, with_public_addresses

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.caching.decision import Forward, ForwardReason, ResponseDecision, Validate
    from brine.domain.caching.stored import StoredResponse
    from brine.ports.caching import Ending
    from brine.service.flights.turns import GiveUp
    from brine.service.hooks import HookTable
    from brine.service.http_cache.answer import Answer, Result
    from brine.service.http_cache.lookup import Lookup
    from brine.service.http_cache.responder import Responder
    from brine.service.http_cache.response_store import ResponseStore
    from brine.service.origins.routed import Upstreams
    from brine.service.problems import ProblemType
    from brine.service.single_flight import SingleFlight
    from brine.service.transaction import Trace, Transaction

_FAILED: Final = ERRORS | {429}
"""Statuses with which the origin fails. The callers that wait do not all try again."""


@dataclass(frozen=True, slots=True)
class Late:
    """The caller fetches without a lease, and takes one when there is something to store.

    Such requests are not collapsed: another one's response would not serve them. `join`: how the response is joined to
    parts that other requests have stored meanwhile.
    """

    join: Callable[[StoredResponse], StoredResponse | None] | None = None

    def joined(self, present: Lookup) -> StoredResponse | None:
        """Return the response, joined to the present one; None if it must not replace that."""
        return None if self.join is None or present.stored is None else self.join(present.stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches from origins for one cache. `clock` gives seconds since 1970; `name`: the gateway's in CDN-Loop.

    `shows_causes`: whether problem details say why an origin gave no response. That is for development: the cause may
    name addresses that clients need not know.
    """

    responses: ResponseStore
    responder: Responder
    origins: Upstreams
    single_flight: SingleFlight
    clock: Callable[[], float]
    name: str = PSEUDONYM
    key_guard: KeyGuard = field(default_factory=KeyGuard)
    hooks: HookTable | None = None
    shows_causes: bool = False

    def fetch(
        self,
        decision: Validate | Forward,
        lookup: Lookup,
        turn: Lead | Late | Alone,
        transaction: Transaction,
        trace: Trace,
    ) -> Answer:
        """Send the decision's request to the origin, store its response as the turn permits, and answer."""
        while True:
            began = self.clock()
            fields_sent = replace(transaction.request, fields=decision.fields)
            request = forwarded_request(
                fields_sent, transaction.route, self.name, transaction.cdn_loop, transaction.front_door
            )
            try:
                response = self.origins.fetch(transaction, request, transaction.origin_deadline, trace)
            except BadRequest as error:
                self._give_back(turn, trace, "settled")  # each caller's own request is refused, or sent
                kind = problems.REQUEST_INVALID
                return problems.traced_answer(kind, transaction, trace, text=str(error), detail=kind.name)
            except OriginError as error:
                trace.now = self.clock()  # a stored response has aged by the wait
                if not isinstance(error, OriginPaused) or error.is_sent:
                    trace.waited(trace.now - began)
                # Also without a request: one caller may have a unit of the budget, but not each of them needs one
                self._give_back(turn, trace, "failed", _failure(error, trace.now))
                return self._failed(error, decision, lookup, transaction, trace)
            trace.now = self.clock()
            trace.waited(trace.now - began)
            received = partial(
                receive,
                request=transaction.request,
                response=response,
                policy=transaction.route.policy,
                target=transaction.request.target,
                route=transaction.route.name,
                request_time=began,
                response_time=trace.now,
                origin=transaction.route.origin,
                addresses=None if transaction.request.may_use_cache else addresses_of(transaction),
            )
            reception = received(decision)
            if self._is_refused_by_hook(reception.keep, response, transaction, trace):
                reception = replace(reception, keep=None, drop=decision.stored is not None, refusal="hook")
            if reception.retry is not None:
                decision = reception.retry  # neither conditional nor for a part, so it has no retry itself
                continue
            reused = None
            if reception.reuse is not None:
                reused = self.responder.respond(reception.reuse, lookup, transaction, trace)
                if reused is None and not reception.stale:  # confirmed, but its body is lost: ask for it again
                    lookup, trace.layer = lookup.without_lost(trace.lost_bodies), None
                    decision = replace(refetch(transaction.request, transaction.route.policy), stored=lookup.stored)
                    continue
            if isinstance(turn, Late):
                turn = Late(partial(_joined, received, decision))
            kept = self._update(response, reception, lookup, turn, began, transaction, trace)
            return self._received(response, reception, reused, decision.reason, lookup, kept, transaction, trace)

    def _is_refused_by_hook(
        self, keep: StoredResponse | None, response: Response, transaction: Transaction, trace: Trace
    ) -> bool:
        if keep is None or self.hooks is None:
            return False
        return not self.hooks.may_store(_message(keep, response), transaction, trace)

    def _received(  # noqa: PLR0917 - the parts of one answer
        self,
        response: Response,
        reception: ResponseDecision,
        reused: Response | None,
        reason: ForwardReason,
        lookup: Lookup,
        kept: bool,
        transaction: Transaction,
        trace: Trace,
    ) -> Answer:
        """Answer with the stored response that the origin confirmed or stands in for an error, else with its own."""
        request = transaction.request
        result: Result = "miss" if request.may_use_cache else "pass"
        source = reception.reuse if reused is not None else reception.keep if kept else None
        if reused is not None:
            result = "stale" if reception.stale else "validated"
        made_from = reception.reuse if reused is not None else reception.keep or reception.unlimited
        if made_from is not None and transaction.ancestors:  # for the whole that is made from it
            applied = applied_stamps(made_from, lookup.stamps, lookup.tag_purges)
            made_from = replace(made_from, applied_stamps=applied)
        if reused is None and source is not None and self.responder.is_redirected(source, transaction):
            reused = self.responder.redirect(source, trace)
        if reused is None:
            relayed = relay(response, request, trace.now)
            has_addresses = ADDRESS_FIELDS & {name for name, _ in relayed.fields.lines}
            reused = with_public_addresses(relayed, transaction) if has_addresses else relayed
        return answer(
            reused,
            result,
            transaction,
            trace,
            source=made_from,
            fwd=reason,
            fwd_status=response.status,
            stored=kept,
            detail=reception.refusal,
            ttl=None if source is None else remaining_freshness(source, transaction.route.policy, trace.now, request),
        )

    def _update(  # noqa: PLR0917 - what a fetch came to
        self,
        response: Response,
        reception: ResponseDecision,
        lookup: Lookup,
        turn: Lead | Late | Alone,
        began: float,
        transaction: Transaction,
        trace: Trace,
    ) -> bool:
        """Bring the store up to date with the origin's response. Returns whether that is now stored."""
        lookup = self._invalidate(reception, lookup, began, transaction, trace)
        if reception.drop:
            # A later request has read at least this purge, so the response that it stored remains valid
            at = max(began, 0.0 if lookup.stored is None else lookup.stored.fetch_started)
            self.responses.invalidate(transaction.resource.key, trace, at=at)
            lookup = lookup.without_stored()
        if reception.keep is not None:
            return self._keep(reception.keep, lookup, turn, transaction, trace)
        mark = hit_for_miss_marker(transaction.request, response, reception, trace.now)
        if mark is not None and isinstance(turn, Lead) and lookup.main is None:
            self.responses.mark(mark, turn, transaction, trace)
        if response.status in _FAILED:
            self._give_back(turn, trace, "failed", Failure(problems.ORIGIN_ERROR.name))
        else:
            self._give_back(turn, trace, "settled")
        return False

    def _keep(
        self,
        stored: StoredResponse,
        lookup: Lookup,
        turn: Lead | Late | Alone,
        transaction: Transaction,
        trace: Trace,
    ) -> bool:
        """Store a response if the turn permits it. Returns whether it is stored."""
        placed = None if isinstance(turn, Alone) else self.responses.place(stored, lookup, transaction, trace)
        if placed is None:
            self._give_back(turn, trace, "settled")
            return False
        slot, stored = placed
        key = self.responses.lease_key(slot, transaction)
        if isinstance(turn, Lead) and turn.lease is not None and turn.lease.pk != key:
            try:
                return self._keep(stored, lookup, Late(), transaction, trace)  # Vary has changed: another slot
            finally:
                self._give_back(turn, trace, "settled")  # only now, so that the callers that wait find the response
        lead = self._late_lead(key, lookup, transaction, trace) if isinstance(turn, Late) else turn
        if not isinstance(lead, Lead):
            return False
        if isinstance(turn, Late):
            self.single_flight.hold(lead, transaction.lease_seconds, trace)
        try:
            if (
                isinstance(turn, Late)
                and (present := self._changed(slot, lookup, lead, transaction, trace)) is not None
            ):
                together = turn.joined(present)
                if together is None:
                    return False
                # With the stamps from before the fetch: a purge since then counts
                stored = together
                lookup = replace(present, stamps=lookup.stamps, tag_purges=lookup.tag_purges)
            until = evict_at(stored, transaction.route.policy)
            return self.responses.keep(stored, slot, lookup, lead, evict_at=until, transaction=transaction, trace=trace)
        finally:
            self.single_flight.give_back(lead, trace)

    def _late_lead(self, key: str, lookup: Lookup, transaction: Transaction, trace: Trace) -> Lead | None:
        """Take this lease now that there is something to store; None when it may not be stored."""
        if not self.key_guard.may_store(lookup, transaction, trace):
            return None
        lease = self.single_flight.acquire(key, trace)
        return Lead(lease) if isinstance(lease, Lease) else None

    def _changed(self, slot: str, lookup: Lookup, lead: Lead, transaction: Transaction, trace: Trace) -> Lookup | None:
        """Return a new lookup if this slot was filled since `lookup`; None if storing replaces no newer entry.

        A newer response of another variant is not replaced; whether the stored response was purged, the stamps tell.
        """
        if lead.lease is not None and lead.lease.committed <= lookup.seen.get(slot, 0):
            return None
        present = self.responses.find(transaction, trace, slot=slot, consistent=True)
        if present.main is None:
            return None if present.marker is None and not trace.faults.has("table") else present
        return None if present.seen.get(slot, 0) == lookup.seen.get(slot, 0) else present

    def _invalidate(
        self, reception: ResponseDecision, lookup: Lookup, began: float, transaction: Transaction, trace: Trace
    ) -> Lookup:
        """Purge the targets that an unsafe request made invalid. The origin's response to it stays valid."""
        if not reception.invalidate:
            return lookup
        route, own = transaction.route, transaction.resource
        at = trace.now + MARGIN
        for target in dict.fromkeys(normalised_target(route, target) for target in reception.invalidate):
            key = resource_of(route, own.tenant, target).key
            before = self.responses.invalidate(key, trace, at=at)
            if key == own.key and before is not None:
                lookup = lookup.after_invalidation(key_stamp(key), before, at, began)
        return lookup

    def _failed(
        self,
        error: OriginError,
        decision: Validate | Forward,
        lookup: Lookup,
        transaction: Transaction,
        trace: Trace,
    ) -> Answer:
        """Answer without the origin: with a stale response where that is permitted, else with a problem."""
        reason: ForwardReason | None = decision.reason
        kind = problems.origin_problem(error)
        trace.cause = error.cause
        retry_after, detail = None, kind.name
        if isinstance(error, OriginPaused):
            fault = _pause(error)
            trace.faults.add(fault)
            retry_after, detail = error.retry_after, str(fault)
            if not error.is_sent:
                reason = None  # nothing was forwarded
        return self._without_origin(
            kind, reason, decision, lookup, transaction, trace, retry_after=retry_after, detail=detail
        )

    def give_up(
        self,
        turn: GiveUp,
        decision: Validate | Forward,
        lookup: Lookup,
        transaction: Transaction,
        trace: Trace,
    ) -> Answer:
        """Answer a request that waited for other requests' fetches in vain."""
        trace.now = self.clock()
        failure, retry_after = turn.failure, None
        kind = problems.ORIGIN_TIMEOUT if failure is None else problems.fetch_problem(failure.kind)
        if failure is not None:
            trace.cause = failure.cause
            if failure.retry_at:
                retry_after = max(0.0, failure.retry_at - trace.now)
        return self._without_origin(
            kind,
            decision.reason,
            decision,
            lookup,
            transaction,
            trace,
            retry_after=retry_after,
            detail=kind.name,
            collapsed=True,
        )

    def _without_origin(  # noqa: PLR0917 - what there is to answer with
        self,
        kind: ProblemType,
        reason: ForwardReason | None,
        decision: Validate | Forward,
        lookup: Lookup,
        transaction: Transaction,
        trace: Trace,
        *,
        detail: str,
        retry_after: float | None = None,
        collapsed: bool = False,
    ) -> Answer:
        policy, request = transaction.route.policy, transaction.request
        stale = receive_error(decision, request, policy, trace.now)
        response = None if stale is None else self.responder.respond(stale, lookup, transaction, trace)
        if stale is None or response is None:
            return problems.traced_answer(
                kind,
                transaction,
                trace,
                text=trace.cause if self.shows_causes else None,
                retry_after=retry_after,
                fwd=reason,
                collapsed=collapsed,
                detail=detail,
            )
        ttl = remaining_freshness(stale, policy, trace.now, request)
        return answer(
            response,
            "stale",
            transaction,
            trace,
            source=stale,
            hit=reason is None,
            fwd=reason,
            collapsed=collapsed,
            ttl=ttl,
            detail=detail,
        )

    def _give_back(
        self, turn: Lead | Late | Alone, trace: Trace, ending: Ending, failure: Failure | None = None
    ) -> None:
        """Give an unused lease back before the answer is written, so that its faults are in the answer."""
        if isinstance(turn, Lead):
            self.single_flight.give_back(turn, trace, ending, failure)


def _failure(error: OriginError, now: float) -> Failure:
    """Return the failure for the callers that wait: the problem of the error, and when a request may be sent again."""
    retry_at = now + error.retry_after if isinstance(error, OriginPaused) else 0.0
    return Failure(problems.origin_problem(error).name, retry_at=retry_at, cause=error.cause)


def _pause(error: OriginPaused) -> Fault:
    """Return the fault of a request that may not be sent for now."""
    if not isinstance(error, OriginBudgetSpent):
        return Fault("origin-circuit", "open")
    return Fault("origin-budget", "paused") if error.by_origin else Fault("origin-budget", "spent")


def _message(stored: StoredResponse, received: Response) -> Response:
    """Return the response that hooks see: without the body, if that is in the body store already.

    Of a body in parts, they see the received part.
    """
    if isinstance(stored.body, PartialBody):
        spans = (("content-range", line) for line in received.fields.all("content-range"))
        fields = Fields.from_lowercase((*stored.fields.lines, *spans))
        return Response(status=received.status, fields=fields, body=received.body)
    return Response(
        status=stored.status, fields=stored.fields, body=stored.body if isinstance(stored.body, bytes) else b""
    )


def _joined(
    received: Callable[[Validate | Forward], ResponseDecision], decision: Validate | Forward, present: StoredResponse
) -> StoredResponse | None:
    """Return the received part joined to present parts; None if it adds no bytes to them or must not be joined."""
    if not isinstance(present.body, PartialBody) or present.status != PARTIAL:
        return None
    keep = received(replace(decision, stored=present)).keep
    return keep if keep is not None and adds_bytes(keep, present) else None
