"""Serving a request: look up, decide, carry out the decision, explain the answer.

The rules are the domain's; here is only the order of calls. One clock reading holds for the whole request but for the
times of the exchange with the origin. Everything that must happen has happened when `serve` returns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, assert_never

from brine.domain.cache_key import cache_key
from brine.domain.cache_status import CacheStatus
from brine.domain.decide import decide
from brine.domain.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.freshness import remaining_freshness
from brine.domain.receive import receive, receive_error
from brine.domain.refresh import refresh_request
from brine.domain.respond import needs_body, relay, respond
from brine.domain.storing import evict_at
from brine.domain.target import BadTargetError, upstream_target
from brine.domain.upstream import upstream_fields
from brine.errors import OriginError
from brine.service import problems
from brine.service.answer import Answer
from brine.service.journal import Journal
from brine.service.response_cache import Found

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.decision import Decision, Reception
    from brine.domain.messages import Request, Response
    from brine.domain.route import Route, Routes
    from brine.domain.stored import StoredResponse
    from brine.ports import Deadline, Origin
    from brine.service.answer import Result
    from brine.service.handover import Handover
    from brine.service.response_cache import ResponseCache

RESERVE = 1.5
"""Seconds of the deadline that the origin may not use: storing and answering need them."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Answers requests from the cache or from the origins of its routes. `clock` gives seconds since 1970.

    Without `handover`, what would be served stale and refreshed by others is validated at once.
    """

    routes: Routes
    cache: ResponseCache
    origin: Origin
    clock: Callable[[], float]
    handover: Handover | None = None

    def serve(self, request: Request, deadline: Deadline) -> Answer:
        """The answer to a request. Never raises for what a client, an origin or a store does."""
        route = self.routes.match(request.path)
        if route is None:
            return problems.problem_answer(problems.ROUTE_UNKNOWN, f"no route covers {request.path}")
        if route.max_request_body is not None and len(request.body) > route.max_request_body:
            detail = f"the body has {len(request.body)} bytes, and {route.max_request_body} are allowed"
            return problems.problem_answer(problems.REQUEST_TOO_LARGE, detail, route=route.name)
        try:
            path, query = upstream_target(route, request)
        except BadTargetError as error:
            return problems.problem_answer(problems.TARGET_INVALID, str(error), route=route.name)
        return _Visit(self, route, replace(request, path=path, query=query), deadline).serve()

    def refresh(
        self, route: Route, request: Request, found: Found, decision: Validate | Forward, deadline: Deadline
    ) -> Answer:
        """Ask the origin about what was found, and store what it says. `request` has the origin's target."""
        visit = _Visit(self, route, request, deadline)
        visit.found = found
        return visit.fetch(decision)


class _Visit:
    """One request on its way through the gateway, its target already the origin's."""

    __slots__ = ("deadline", "found", "gateway", "journal", "key", "layer", "now", "origin_time", "request", "route")

    def __init__(self, gateway: Gateway, route: Route, request: Request, deadline: Deadline) -> None:
        self.gateway = gateway
        self.route = route
        self.request = request
        self.deadline = deadline
        self.now = gateway.clock()
        self.journal = Journal()
        self.key = self.key_of(request.target)
        self.found = Found()
        self.layer: Literal["memory", "table"] | None = None
        self.origin_time: float | None = None

    def key_of(self, target: str) -> str:
        return cache_key(tenant="", route=self.route, method="GET", target=target)

    def serve(self) -> Answer:
        decision = self.look_up() if self.request.is_for_cache else self.decide()
        return self.carry_out(decision)

    def decide(self, *, here: bool = False) -> Decision:
        """`here`: what is stale must be validated by this visit."""
        found = self.found
        policy = replace(self.route.policy, background_refresh=False) if here else self.route.policy
        return decide(found.stored, self.request, policy, self.now, vary_mismatch=found.vary_mismatch)

    def look_up(self) -> Decision:
        """Decide on what this process has; if that does not settle it, on what the table has."""
        cache = self.gateway.cache
        self.found = cache.recall(self.key, self.request)
        if self.found.stored is not None:
            decision = self.decide()
            if isinstance(decision, Serve):
                self.layer = "memory"
                return decision
        self.found = cache.find(self.key, self.request, self.now, self.journal)
        if self.found.stored is not None:
            self.layer = "table"
        return self.decide()

    def carry_out(self, decision: Decision) -> Answer:
        match decision:
            case ServeStale() if not self.hand_over(decision.stored):
                return self.carry_out(self.decide(here=True))
            case Serve() | ServeStale():
                response = self.answer_from(decision.stored)
                if response is None:
                    return self.without_stored()
                status = self.cache_status(hit=True, ttl=decision.remaining_freshness)
                return self.answer(response, status, "hit" if isinstance(decision, Serve) else "stale")
            case Validate() | Forward():
                return self.fetch(decision)
            case Refuse():
                answer = self.problem(problems.NOT_STORED, decision.detail, self.cache_status(detail="only-if-cached"))
                return replace(answer, result="refused")
            case _:
                assert_never(decision)

    def hand_over(self, stored: StoredResponse) -> bool:
        """Have the stored response refreshed by others. False when that must be done here."""
        handover = self.gateway.handover
        request = refresh_request(self.route, self.request, stored, self.key)
        if handover is None or request is None:
            return False
        handover.ask(request, self.found.slot, self.now, self.journal)
        return True

    def without_stored(self) -> Answer:
        """Go on as if nothing were stored: its body is lost."""
        self.found = Found()
        self.layer = None
        return self.carry_out(self.decide())

    def answer_from(self, stored: StoredResponse) -> Response | None:
        """The response made from what is stored, or None when its body is needed and lost."""
        if needs_body(stored, self.request):
            whole = self.gateway.cache.load(self.key, self.found.slot, stored, self.journal)
            if whole is None:
                return None
            stored = whole
        return respond(stored, self.request, self.now)

    def fetch(self, decision: Validate | Forward) -> Answer:
        clock = self.gateway.clock
        fields = upstream_fields(replace(self.request, fields=decision.fields), self.route.forward_headers)
        patience = self.deadline.within(self.route.timeout, reserve=RESERVE)
        began = clock()
        try:
            response = self.gateway.origin.fetch(self.route.origin, replace(self.request, fields=fields), patience)
        except OriginError as error:
            self.origin_time = clock() - began
            return self.origin_failed(decision, error)
        self.now = clock()
        self.origin_time = self.now - began
        reception = receive(
            decision,
            self.request,
            response,
            self.route.policy,
            target=self.request.target,
            route=self.route.name,
            request_time=began,
            response_time=self.now,
            origin=self.route.origin,
        )
        if reception.retry is not None:
            return self.fetch(reception.retry)  # never conditional and never for a part: it cannot come back here
        kept = self.apply(reception)
        return self.answer_received(decision, response, reception, kept=kept)

    def apply(self, reception: Reception) -> bool:
        """Bring the store to where the origin's response puts it. Whether the response is now stored."""
        cache = self.gateway.cache
        for target in reception.invalidate:
            cache.drop(self.key_of(target), self.journal)
        if reception.drop:
            cache.drop(self.key, self.journal)
            self.found = Found()
        if (stored := reception.keep) is None:
            return False
        return cache.keep(
            self.key,
            stored,
            self.found,
            self.request,
            evict_at=evict_at(stored, self.route.policy),
            now=self.now,
            journal=self.journal,
        )

    def answer_received(
        self, decision: Validate | Forward, response: Response, reception: Reception, *, kept: bool
    ) -> Answer:
        status = self.cache_status(
            fwd=decision.reason, fwd_status=response.status, stored=kept, detail=reception.refusal
        )
        if reception.reuse is not None:
            answer = self.answer_from(reception.reuse)
            if answer is not None:
                ttl = remaining_freshness(reception.reuse, self.route.policy, self.now)
                return self.answer(answer, replace(status, ttl=ttl), "stale" if reception.stale else "validated")
            if not reception.stale:
                return self.without_stored()  # the origin confirmed a body that is lost: fetch it anew
        if kept and reception.keep is not None:
            status = replace(status, ttl=remaining_freshness(reception.keep, self.route.policy, self.now))
        result: Result = "miss" if self.request.is_for_cache else "pass"
        return self.answer(relay(response, self.request, self.now), status, result)

    def origin_failed(self, decision: Validate | Forward, error: OriginError) -> Answer:
        kind = problems.origin_problem(error)
        stale = receive_error(decision, self.request, self.route.policy, self.now)
        if stale is not None and (response := self.answer_from(stale)) is not None:
            ttl = remaining_freshness(stale, self.route.policy, self.now)
            status = self.cache_status(fwd=decision.reason, ttl=ttl, detail=kind.name)
            return self.answer(response, status, "stale")
        return self.problem(kind, None, self.cache_status(fwd=decision.reason, detail=kind.name))

    def cache_status(self, **members: Any) -> CacheStatus:
        """Cache-Status for this request: what failed on the way is its detail, unless there is a weightier one."""
        if members.get("detail") is None and self.journal.faults:
            members["detail"] = str(self.journal.faults[-1])
        return CacheStatus(key=self.key if self.route.policy.show_key else None, **members)

    def answer(self, response: Response, status: CacheStatus, result: Result) -> Answer:
        return Answer(
            response=_explained(response, status),
            result=result,
            route=self.route.name,
            layer=self.layer,
            stored=status.stored,
            origin_time=self.origin_time,
            faults=tuple(self.journal.faults),
        )

    def problem(self, kind: problems.Kind, detail: str | None, status: CacheStatus) -> Answer:
        answer = self.answer(problems.problem(kind, detail), status, "problem")
        return replace(answer, problem=kind.name)


def _explained(response: Response, status: CacheStatus) -> Response:
    return replace(response, fields=status.added_to(response.fields))
