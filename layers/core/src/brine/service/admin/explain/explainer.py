"""Explains requests to a gateway: the outcome of each now, and the reasons. It only reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from brine.domain.routing.tenant import HEADER
from brine.ports.deadline import Deadline
from brine.service.admin.explain.cost_section import cost_of
from brine.service.admin.explain.explanation import Explanation
from brine.service.admin.explain.key_section import key_parts
from brine.service.admin.explain.limits_section import limits_of
from brine.service.admin.explain.rehearsal import rehearsal_of
from brine.service.admin.explain.route_section import route_choice, upstream_request_of
from brine.service.admin.explain.stored_section import stored_slots
from brine.service.admin.explain.verdict_section import refused_verdict, verdict_of

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.domain.routing.route import Route
    from brine.service.gateway import Gateway

SECONDS: Final = 29.0
"""Seconds that a request has, as on Lambda behind API Gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains requests to `gateway`.

    in_process: whether the requests reach this very gateway, so that its memory counts. Otherwise they reach other
    processes, and only the shared state counts.
    """

    gateway: Gateway
    in_process: bool = False

    def explain(self, request: Request, *, tenant: str | None = None, **options: Any) -> Explanation:
        """Return the outcome of this request now. A store that fails is part of the explanation.

        tenant: the tenant of the request, in the place of a header or a verified token. Other options as in
        `Gateway.serve`: `room`, `account` and `front_door`.
        """
        gateway = self.gateway
        notes: tuple[str, ...] = ()
        route = gateway.routes.match(request.path)
        if route is not None and tenant is not None:
            request, notes = _of_tenant(request, route, tenant)
        rehearsal = rehearsal_of(gateway, in_process=self.in_process)
        rehearsed = rehearsal.run(request, Deadline(gateway.clock() + SECONDS, gateway.clock), **options)
        calls = tuple(rehearsed.log.calls)  # before those that only the explanation makes
        choice = route_choice(gateway.routes, request.path)
        transaction, trace = rehearsed.transaction, rehearsed.trace
        explained = Explanation(
            at=gateway.clock(),
            method=request.method,
            target=request.target,
            route=choice,
            verdict=refused_verdict(rehearsed.answer, route, choice),
        )
        if transaction is None or trace is None:
            return explained
        responses = rehearsal.fetcher.responses
        slots = stored_slots(responses, transaction, trace)
        limits = limits_of(gateway, rehearsal, transaction, trace, slots)
        verdict = verdict_of(rehearsed, transaction, slots, trace.now, gateway.fetcher.hooks)
        pk = responses.store.pk(transaction.resource.key)
        return replace(
            explained,
            verdict=replace(verdict, notes=(*verdict.notes, *notes)),
            upstream=upstream_request_of(rehearsed, transaction, request, gateway.fetcher.name),
            key=key_parts(transaction, request, slots, pk),
            stored=slots.entries,
            more_variants=slots.more,
            limits=limits,
            cost=cost_of(rehearsed, transaction, slots, calls),
        )


def _of_tenant(request: Request, route: Route, tenant: str) -> tuple[Request, tuple[str, ...]]:
    """Return the request as one of this tenant, and the notes about that."""
    source = route.tenant
    if source is None:
        return request, (f"the route {route.name} has no tenants, so the tenant changes nothing",)
    if source.startswith(HEADER):
        text = tenant.encode().decode("latin-1")  # as a header is read
        return replace(request, fields=request.fields.replacing(source.removeprefix(HEADER), text)), ()
    return replace(request, principal={**request.principal, source: tenant}), ()
