"""One request on its way through the gateway: what it found, what went wrong, and the answers made of that."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any, Literal

from brine.domain.caching.cache_key import resource_of
from brine.domain.caching.decide import decide
from brine.domain.caching.decision import Serve
from brine.domain.caching.redirect import LINK_SECONDS, is_redirected, link_fields, redirection, reference_to
from brine.domain.caching.respond import needs_body, respond
from brine.domain.caching.stored import BodyReference
from brine.domain.http.cache_status import CacheStatus
from brine.domain.refreshing.early import is_due_early
from brine.domain.refreshing.request import refresh_request
from brine.domain.routing.upstream import as_sent
from brine.service import problems
from brine.service.http_cache.answer import Answer
from brine.service.http_cache.found import Found
from brine.service.journal import Fault, Journal

if TYPE_CHECKING:
    from brine.domain.caching.decision import Decision
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.route import Route
    from brine.ports.deadline import Deadline
    from brine.service.gateway import Gateway
    from brine.service.http_cache.answer import Result
    from brine.service.http_cache.response_cache import ResponseCache


ANSWER_RESERVE = 0.3
"""Seconds of the deadline that no store may use: the answer must still be written."""


class Visit:
    """A request, its target already the origin's, and all that is known about it so far. Each request has its own."""

    __slots__ = (
        "_cache",
        "asked_early",
        "deadline",
        "found",
        "gateway",
        "journal",
        "layer",
        "now",
        "origin_time",
        "request",
        "resource",
        "retries",
        "room",
        "route",
    )

    def __init__(
        self, gateway: Gateway, route: Route, request: Request, deadline: Deadline, tenant: str, *, room: float = inf
    ) -> None:
        self.gateway = gateway
        self.route = route
        self.request = as_sent(request, route)
        self.deadline = deadline
        self.room = room
        self.now = gateway.clock()
        self.journal = Journal()
        self.resource = resource_of(route, tenant, request.target)
        self.found = Found()
        self.layer: Literal["memory", "table"] | None = None
        self.origin_time: float | None = None
        self.retries = 0
        self.asked_early = False
        self._cache: ResponseCache | None = None

    @property
    def cache(self) -> ResponseCache:
        """The gateway's cache, whose calls end in time for an answer."""
        if self._cache is None:
            self._cache = self.gateway.cache.within(self.store_deadline)
        return self._cache

    @property
    def store_deadline(self) -> Deadline:
        """When calls to stores must be over."""
        return self.deadline.within(inf, reserve=ANSWER_RESERVE)

    @property
    def key(self) -> str:
        """The cache key."""
        return self.resource.key

    def key_of(self, target: str) -> str:
        """The cache key of another target of this route and tenant."""
        return resource_of(self.route, self.resource.tenant, target).key

    def waited(self, seconds: float) -> None:
        """Add a wait for the origin: a request may lead to several."""
        self.origin_time = seconds + (self.origin_time or 0.0)

    def decide(self, *, background_refresh: bool | None = None) -> Decision:
        """What may be done with what was found; `background_refresh` goes before the choice of the route."""
        policy, found = self.route.policy, self.found
        if background_refresh is not None:
            policy = replace(policy, background_refresh=background_refresh)
        return decide(found.stored, self.request, policy, self.now, vary_mismatch=found.vary_mismatch)

    def may_fill(self) -> bool:
        """Whether the response may be stored, for all that the route's guard says. It asks at every new key.

        A new key is one under which nothing has been found, not even what is dead; and a new variant counts as one. A
        table that fails says nothing.
        """
        limit = self.route.policy.new_keys_per_minute
        is_known = self.found.generation > 0 and not self.found.vary_mismatch
        if limit is None or is_known or self.journal.has("table"):
            return True
        if self.gateway.key_guard.admits(self.route.name, limit, self.now):
            return True
        self.journal.note(Fault("new-keys", "capped"))
        return False

    def hand_over(self, stored: StoredResponse) -> bool:
        """Have the stored response refreshed by others. False when that must be done here."""
        handover = self.gateway.handover
        request = refresh_request(self.route, self.request, stored, self.resource)
        if handover is None or request is None:
            return False
        handover.ask(request, self.found.slot, self.now, self.journal)
        return True

    def hand_over_early(self, stored: StoredResponse) -> None:
        """Have the fresh stored response refreshed by others, if this is the hit to do it."""
        policy, handover = self.route.policy, self.gateway.handover
        if handover is None or not is_due_early(stored, policy, self.now, self.gateway.draw()):
            return
        request = refresh_request(self.route, self.request, stored, self.resource)
        if request is not None:
            request = replace(request, renews=stored.generation)
            self.asked_early = handover.ask(request, self.found.slot, self.now, self.journal)

    def look_up(self, *, consistent: bool = False) -> Decision:
        """Decide on what this process has; if that does not settle it, on what the table has."""
        self.found = self.gateway.cache.recall(self.resource, self.request, self.now)
        if self.found.uncollapsed:
            return self.decide()
        if self.found.stored is not None:
            decision = self.decide()
            if isinstance(decision, Serve) and isinstance(decision := self._decide_after_purges(), Serve):
                self.layer = "memory"
                return decision
            if self.journal.has("stamps"):
                return decision
        self.found = self.cache.find(self.resource, self.request, self.now, self.journal, consistent=consistent)
        self.layer = None if self.found.stored is None else "table"
        return self.decide()

    def _decide_after_purges(self) -> Decision:
        """Decide on what purges have left of what this process has."""
        place = self.resource, self.found, self.now
        judged = self.gateway.cache.judge_by_known(*place) or self.cache.judge(*place, self.journal)
        self.found = self.found.without_stored() if judged is None else judged
        return self.decide()

    def forget(self) -> Decision:
        """Go on as if nothing were stored: its body is lost."""
        self.found = self.found.without_stored()
        self.layer = None
        return self.decide()

    def respond_from(self, stored: StoredResponse) -> Response | None:
        """The response made from what is stored, or None when its body is needed and lost."""
        if self.is_redirected(stored):
            return self.redirect_to(stored)
        if isinstance(stored.body, BodyReference) and needs_body(stored, self.request):
            whole = self.cache.load(self.key, self.found, stored, self.journal)
            if whole is None:
                return None
            stored = whole
        return respond(stored, self.request, self.now)

    def is_redirected(self, stored: StoredResponse) -> bool:
        """Whether the client is to get the stored body from where it lies."""
        return self.route.large_bodies == "redirect" and is_redirected(stored, self.request, self.room)

    def redirect_to(self, stored: StoredResponse) -> Response | None:
        """The answer that leads to the stored body, or None when that is lost. One call."""
        url = self.cache.bodies.link(
            reference_to(stored), seconds=LINK_SECONDS, fields=link_fields(stored), journal=self.journal
        )
        return None if url is None else redirection(url, stored)

    def cache_status(self, **members: Any) -> CacheStatus:
        """Cache-Status for this request: what failed on the way is its detail, unless there is a weightier one."""
        if members.get("detail") is None and self.journal.faults:
            members["detail"] = str(self.journal.faults[-1])
        return CacheStatus(key=self.key if self.route.policy.show_key else None, **members)

    def answer(self, response: Response, status: CacheStatus, result: Result) -> Answer:
        """The answer that this response is, explained."""
        return Answer(
            response=replace(response, fields=status.added_to(response.fields)),
            result=result,
            route=self.route.name,
            layer=self.layer,
            stored=status.stored,
            origin_time=self.origin_time,
            retries=self.retries,
            early_refresh=self.asked_early,
            faults=tuple(self.journal.faults),
        )

    def problem(
        self, kind: problems.ProblemType, detail: str | None, status: CacheStatus, *, retry_after: float | None = None
    ) -> Answer:
        """The answer that tells of a problem."""
        response = problems.problem_response(kind, detail, retry_after=retry_after)
        return replace(self.answer(response, status, "problem"), problem=kind.name)
