"""Admission: the route of a request, its tenant and its target at the origin, or the problem that ends it here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from brine.domain.http.ambiguous import without_ambiguous_names
from brine.domain.http.cdn_loop import loop_in
from brine.domain.http.hop_by_hop import end_to_end
from brine.domain.purging.invalidation import SAFE_METHODS
from brine.domain.routing.target import BadTargetError, upstream_target
from brine.domain.routing.tenant import NO_TENANT, tenant_of
from brine.service import problems

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.domain.routing.route import Route, Routes
    from brine.service.http_cache.answer import Answer

_MOST_PATHS: Final = 20
"""How many paths an error names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A request that a route takes. `received` has the client's path and query, `request` those of the origin."""

    route: Route
    tenant: str
    received: Request
    request: Request


def admit(routes: Routes, request: Request, name: str, *, names_routes: bool = False) -> Admitted | Answer:
    """Return the request with its route, or the answer that refuses it.

    `name`: the gateway's in CDN-Loop and Via. `names_routes`: whether a client without a route may read all paths.
    """
    route = routes.match(request.path)
    if route is None:
        detail = f"no route covers {request.path}"
        return problems.problem_answer(problems.ROUTE_UNKNOWN, detail + (_paths(routes) if names_routes else ""))
    if (shown := loop_in(request.fields, name)) is not None:  # before the cache: a hit would hide the loop for a while
        detail = f'the request came back to route "{route.name}": {shown}. Check which origin leads back to the gateway'
        return problems.problem_answer(problems.LOOP_DETECTED, detail, route=route.name)
    if request.method not in SAFE_METHODS and (method := request.method.upper()) in SAFE_METHODS:
        # It would invalidate stored responses, and an origin may take "get" for GET
        detail = f"methods are case-sensitive (RFC 9110 9.1): send {method}, not {request.method}"
        return problems.problem_answer(problems.METHOD_UNKNOWN, detail, route=route.name)
    # Fields for this hop alone never reach the origin, so they must select nothing and name no tenant
    request = replace(request, fields=without_ambiguous_names(end_to_end(request.fields)))
    tenant = NO_TENANT if route.tenant is None else tenant_of(route.tenant, request)
    if tenant is None:
        return problems.problem_answer(problems.TENANT_MISSING, route=route.name)
    if route.max_request_body is not None and len(request.body) > route.max_request_body:
        detail = f"the body has {len(request.body)} bytes, and {route.max_request_body} are allowed"
        return problems.problem_answer(problems.REQUEST_TOO_LARGE, detail, route=route.name)
    try:
        path, query = upstream_target(routes, route, request)
    except BadTargetError as error:
        return problems.problem_answer(problems.TARGET_INVALID, str(error), route=route.name)
    return Admitted(route=route, tenant=tenant, received=request, request=replace(request, path=path, query=query))


def _paths(routes: Routes) -> str:
    """Return the paths of the routes that clients reach, as the end of a sentence."""
    paths = sorted(route.prefix for route in routes if not route.internal)
    more = "" if len(paths) <= _MOST_PATHS else f" and {len(paths) - _MOST_PATHS} more"
    return f". The routes have the paths {', '.join(paths[:_MOST_PATHS])}{more}" if paths else ". There are no routes"
