"""The route of a request in an explanation, and the request that its origin gets."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from brine.domain.caching.decide import refresh_decision
from brine.domain.caching.decision import Forward, Validate
from brine.domain.explaining.field_changes import field_changes
from brine.domain.explaining.route_coverage import all_prefixes, covering_routes, near_prefixes, win_text
from brine.domain.http.conditions import CACHE_CONDITIONS
from brine.domain.routing.policy import Policy
from brine.domain.routing.upstream import forwarded_request
from brine.service.admin.explain.explanation import OtherRoute, RouteChoice, UpstreamRequest

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.routing.route import Route, Routes
    from brine.service.admin.explain.rehearsal import Rehearsed
    from brine.service.transaction import Transaction


def route_choice(routes: Routes, path: str) -> RouteChoice:
    """Return the route of a raw path, and the routes that it wins over; without one, the prefixes."""
    covering = covering_routes(routes, path)
    if not covering:
        return RouteChoice(name=None, near=near_prefixes(routes, path), known=all_prefixes(routes))
    route, *others = covering
    return RouteChoice(
        name=route.name,
        prefix=route.prefix,
        origin=_address(route),
        function=route.origin.is_function,
        others=tuple(OtherRoute(name=one.name, prefix=one.prefix, because=win_text(route, one)) for one in others),
        settings=_settings(route.policy),
    )


def upstream_request_of(
    rehearsed: Rehearsed, transaction: Transaction, received: Request, name: str
) -> UpstreamRequest:
    """Return the request that the origin gets, or would get if it were asked.

    name: the gateway's in Via and CDN-Loop.
    """
    route, sent = transaction.route, rehearsed.sent
    decided = _decided_fields(rehearsed, transaction)
    if sent is None:
        request = replace(transaction.request, method=_method(transaction, received), fields=decided)
        sent = forwarded_request(request, route, name, transaction.cdn_loop, transaction.front_door)
    arguments = {} if route.pattern is None else route.pattern.arguments(transaction.request.path)
    return UpstreamRequest(
        method=sent.method,
        origin=_address(route),
        target=sent.target,
        is_sent=rehearsed.sent is not None and (rehearsed.origin is None or rehearsed.origin.refusal is None),
        fields=field_changes(received.fields, decided, sent.fields, route),
        body_bytes=len(sent.body),
        arguments=tuple(arguments.items()),
        hooks=() if rehearsed.origin is None else rehearsed.origin.hooks,
        mapped_addresses=route.map_addresses and not route.origin.is_function,
    )


def _decided_fields(rehearsed: Rehearsed, transaction: Transaction) -> Fields:
    """Return the fields of the decision. For an answer from the store, they are those of the request that renews it."""
    request, decision, lookup = transaction.request, rehearsed.decision, rehearsed.lookup
    if isinstance(decision, Validate | Forward):
        return decision.fields
    if lookup is not None and lookup.stored is not None:
        return refresh_decision(lookup.stored, request).fields
    return request.fields.without(CACHE_CONDITIONS)


def _method(transaction: Transaction, received: Request) -> str:
    """Return the method for the origin: the cache handles a preflight as a GET."""
    return received.method if received.method == "OPTIONS" else transaction.request.method


def _address(route: Route) -> str:
    return f"the function of {route.name}" if route.origin.is_function else str(route.origin)


def _settings(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Return the caching settings that differ from the defaults, as text."""
    default = Policy()
    changed = {one.name: getattr(policy, one.name) for one in fields(policy)}
    return tuple((name, _text(value)) for name, value in changed.items() if value != getattr(default, name))


def _text(value: Any) -> str:
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(map(str, value))) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if not isinstance(value, dict) else ", ".join(f"{key}: {one:g}" for key, one in value.items())
