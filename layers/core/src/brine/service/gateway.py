"""Serving a request: the one entry to the use case that Brine exists for.

The rules are the domain's; here and in visit, carry_out and collapse is only the order of calls. One clock reading
holds for the whole request, but for waiting and the exchange with the origin. Everything that must happen has happened
when `serve` returns.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING

from brine.domain.http.ambiguous import without_ambiguous_names
from brine.domain.http.cdn_loop import PSEUDONYM, is_loop
from brine.domain.http.hop_by_hop import end_to_end
from brine.domain.purging.invalidation import SAFE_METHODS
from brine.domain.routing.target import BadTargetError, upstream_target
from brine.domain.routing.tenant import NO_TENANT, tenant_of
from brine.service import problems
from brine.service.flights import Flights
from brine.service.http_cache.carry_out import carry_out
from brine.service.http_cache.key_guard import KeyGuard
from brine.service.http_cache.visit import Visit
from brine.service.origins.ask import Resilience
from brine.service.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.http.messages import Request
    from brine.domain.routing.route import Routes
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Origin
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.handover import Handover
    from brine.service.http_cache.response_cache import ResponseCache
    from brine.service.transcoding.transcoder import Transcoder


@dataclass(frozen=True, slots=True)
class Gateway:
    """Answers requests from the cache or from the origins of its routes. `clock` gives seconds since 1970.

    Without `handover`, what would be served stale and refreshed by others is validated at once, nothing refreshed
    early. `draw` gives random numbers of [0, 1), which pick the hits that ask for early refreshes. `transcoders`: what
    converts between formats, by the names of the routes that ask for it. `name`: the gateway's own in CDN-Loop.
    """

    routes: Routes
    cache: ResponseCache
    origin: Origin
    clock: Callable[[], float]
    handover: Handover | None = None
    waiting: Waiting = field(default_factory=Waiting)
    flights: Flights = field(default_factory=Flights)
    resilience: Resilience = field(default_factory=Resilience)
    key_guard: KeyGuard = field(default_factory=KeyGuard)
    draw: Callable[[], float] = random.random
    name: str = PSEUDONYM
    transcoders: Mapping[str, Transcoder] = field(default_factory=dict)

    def serve(self, request: Request, deadline: Deadline, *, room: float = inf, account: str = "") -> Answer:
        """The answer to a request. Never raises for what a client, an origin or a store does.

        `room`: the bytes of a body that the answer can carry, beyond which routes may have clients redirected.
        `account`: the AWS account that the gateway is in; principals of others are known by theirs.
        """
        route = self.routes.match(request.path)
        if route is None:
            return problems.problem_answer(problems.ROUTE_UNKNOWN, f"no route covers {request.path}")
        if is_loop(request.fields, self.name):
            return problems.problem_answer(problems.LOOP_DETECTED, route=route.name)
        if request.method not in SAFE_METHODS and (method := request.method.upper()) in SAFE_METHODS:
            # it would invalidate, and an origin may take "get" for GET
            detail = f"methods are case-sensitive (RFC 9110 9.1): send {method}, not {request.method}"
            return problems.problem_answer(problems.METHOD_UNKNOWN, detail, route=route.name)
        # What is for this hop alone never reaches the origin, so nothing may be selected, or told apart, by it
        request = replace(request, fields=without_ambiguous_names(end_to_end(request.fields)))
        tenant = NO_TENANT if route.tenant is None else tenant_of(route.tenant, request)
        if tenant is None:
            return problems.problem_answer(problems.TENANT_MISSING, route=route.name)
        if route.max_request_body is not None and len(request.body) > route.max_request_body:
            detail = f"the body has {len(request.body)} bytes, and {route.max_request_body} are allowed"
            return problems.problem_answer(problems.REQUEST_TOO_LARGE, detail, route=route.name)
        try:
            path, query = upstream_target(self.routes, route, request)
        except BadTargetError as error:
            return problems.problem_answer(problems.TARGET_INVALID, str(error), route=route.name)
        transcoder = self.transcoders.get(route.name)
        room = room if transcoder is None else inf

        def upstream(asked: Request, *, anew: bool = False) -> Answer:
            visit = Visit(self, route, replace(asked, path=path, query=query), deadline, tenant, room=room)
            decision = visit.look_up() if asked.may_use_cache else visit.decide()
            return carry_out(visit, visit.forget() if anew else decision)

        if transcoder is None:
            return upstream(request)
        target = path if query is None else f"{path}?{query}"
        return transcoder.serve(request, upstream, target, deadline=deadline, account=account)
