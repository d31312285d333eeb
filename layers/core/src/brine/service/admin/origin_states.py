"""The circuits and the budgets of origins, as JSON for operators. No state is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.resilience.budget_ledger import Ledger
from brine.domain.routing.tenant import NO_TENANT
from brine.service.origins.budgets import budget_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.domain.resilience.budget import OriginBudget
    from brine.domain.routing.origin import OriginAddress
    from brine.domain.routing.route import Route
    from brine.ports.deadline import Deadline
    from brine.service.admin.sources import CacheTable


def circuit_states(tables: Iterable[CacheTable], now: float, deadline: Deadline) -> list[dict[str, object]]:
    """Return the circuit of each origin of the routes. Raises StoreError."""
    states = []
    for table in tables:
        by_origin: dict[OriginAddress, list[Route]] = {}
        for route in _fetching(table):
            by_origin.setdefault(route.origin, []).append(route)
        states += [_circuit(table, origin, routes, now, deadline) for origin, routes in by_origin.items()]
    return states


def _circuit(
    table: CacheTable, origin: OriginAddress, routes: list[Route], now: float, deadline: Deadline
) -> dict[str, object]:
    state = table.circuits.state(origin, deadline=deadline)
    stage = "closed" if state is None else state.stage(now)
    has_breaker = any(route.circuit_breaker for route in routes)
    told: dict[str, object] = {
        "origin": str(origin),
        "routes": list(dict.fromkeys(route.name for route in routes)),
        "state": stage if has_breaker else "off",
        "since": None,
        "open_until": None,
        "failed": None,
        "requests": None,
        "failure_share": None,
        "probes": None,
    }
    if state is None or stage == "closed":
        return told
    opening = state.opening
    return told | {
        "since": opening.at,
        "open_until": state.open_until,
        "failed": opening.failed,
        "requests": opening.requests,
        "failure_share": round(opening.failed / opening.requests, 3) if opening.requests else None,
        "probes": {"needed": state.probes, "claimed": state.claimed, "succeeded": state.succeeded},
    }


def budget_states(
    tables: Iterable[CacheTable], tenant: str | None, now: float, deadline: Deadline
) -> list[dict[str, object]]:
    """Return the budget of each route that has one. Routes with the same budget share an entry. Raises StoreError.

    tenant: the owner of the budgets, where each tenant has its own.
    """
    states = []
    for table in tables:
        by_key: dict[str, list[Route]] = {}
        for route in _fetching(table):
            if route.origin_budget is not None:
                key = budget_key(route.origin, route.origin_budget, tenant or NO_TENANT)
                by_key.setdefault(key, []).append(route)
        for key, routes in by_key.items():
            budget = routes[0].origin_budget
            assert budget is not None  # noqa: S101 - for the type checker
            is_known = not budget.per_tenant or tenant is not None
            ledger = (table.budgets.ledger(key, deadline=deadline) or Ledger()) if is_known else None
            states.append(_budget(budget, routes, ledger, tenant if budget.per_tenant else None, now))
    return states


def _budget(
    budget: OriginBudget, routes: list[Route], ledger: Ledger | None, tenant: str | None, now: float
) -> dict[str, object]:
    told: dict[str, object] = {
        "origin": str(routes[0].origin),
        "routes": list(dict.fromkeys(route.name for route in routes)),
        "name": budget.name or None,
        "requests": budget.requests,
        "period": budget.period,
        "burst": budget.burst,
        "per_tenant": budget.per_tenant,
        "tenant": tenant,
        "used": None,
        "free": None,
        "resets": None,
        "paused_until": None,
    }
    if ledger is None:
        return told
    used = min(max(0, ledger.requests.counted(budget, now, now)), budget.requests)
    free = budget.requests - used
    if ledger.capped_until > now:
        free = min(free, max(0, ledger.cap - ledger.requests.total))
    counting = [budget.leaves_at(slot) for slot, number in ledger.requests.slots.items() if number > 0]
    paused = ledger.paused_until if ledger.paused_until > now else None
    return told | {
        "used": used,
        "free": 0 if paused else free,
        "resets": max((at for at in counting if at > now), default=None) if used else None,
        "paused_until": paused,
    }


def _fetching(table: CacheTable) -> Iterable[Route]:
    """Yield the routes with an origin over HTTP, each name once for a function."""
    return (route for source in table.sources for route in source.routes if route.pattern is None)
