"""Warnings about several routes together."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from brine.domain.routing.paths import lenient_path
from brine_cli.checking.warnings.warning import Warned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from brine_cli.checking.configuration.readers import ReadRoute
    from brine_cli.checking.warnings.warning import RoutesRule, Surroundings


def _same_reading(routes: Sequence[ReadRoute], _: Surroundings) -> Iterator[Warned]:
    first: dict[str, ReadRoute] = {}
    for one in _for_clients(routes):
        other = first.setdefault(lenient_path(one.route.prefix) or one.route.prefix, one)
        if other is not one:
            yield Warned(
                *("BR102", one, ("prefix",), f'many servers read it as the prefix of "{other.route.name}".'),
                "Choose prefixes that differ in more than case and encoding.",
            )


def _same_resources(routes: Sequence[ReadRoute], _: Surroundings) -> Iterator[Warned]:
    for one, other in combinations(routes, 2):
        if one.route.origin != other.route.origin or _has_variable_path(one) or _has_variable_path(other):
            continue
        inner, outer = (one, other) if len(one.route.base_path) > len(other.route.base_path) else (other, one)
        if _is_below(inner.route.base_path, outer.route.base_path) and not _leads_elsewhere(inner, outer):
            yield Warned(
                *(
                    "BR103",
                    inner,
                    ("origin",),
                    f'the route "{outer.route.name}" leads to the same paths of this origin.',
                ),
                "A change through one route does not invalidate the responses of the other. Use one route, or short "
                "lifetimes.",
            )


def _leads_elsewhere(inner: ReadRoute, outer: ReadRoute) -> bool:
    """Return whether the outer route never gets the paths of the inner one: the inner prefix covers all of them."""
    if inner.route.internal or outer.route.internal:
        return False
    below = inner.route.base_path.removeprefix(outer.route.base_path)
    return inner.route.prefix == f"{outer.route.prefix.rstrip('/')}{below}" and bool(below)


def _nested_without_tenant(routes: Sequence[ReadRoute], _: Surroundings) -> Iterator[Warned]:
    for inner in _for_clients(routes):
        outer = max(
            (
                one
                for one in _for_clients(routes)
                if one is not inner and _is_below(inner.route.prefix, one.route.prefix)
            ),
            key=lambda one: len(one.route.prefix),
            default=None,
        )
        if outer is not None and outer.route.tenant and not inner.route.tenant:
            yield Warned(
                *(
                    "BR104",
                    inner,
                    ("prefix",),
                    f'the route "{outer.route.name}" around it has a tenant, this one none.',
                ),
                "A route takes no settings from another one. Write the tenant here too, if responses differ by tenant.",
            )


def _circuits(routes: Sequence[ReadRoute], _: Surroundings) -> Iterator[Warned]:
    first: dict[object, ReadRoute] = {}
    for one in routes:
        if one.route.circuit_breaker is None:
            continue
        other = first.setdefault(one.route.origin, one)
        if one.route.circuit_breaker != other.route.circuit_breaker:
            told = one if "circuit_breaker" in one.table else other
            named = other if told is one else one
            yield Warned(
                *("BR130", told, ("circuit_breaker",)),
                f'the route "{named.route.name}" shares the circuit of this origin, and has other settings.',
                "Write the same circuit_breaker in both.",
            )


def _budgets(routes: Sequence[ReadRoute], _: Surroundings) -> Iterator[Warned]:
    limited: dict[object, ReadRoute] = {}
    for one in routes:
        if one.route.origin_budget is not None and not one.route.origin_budget.name:
            limited.setdefault(one.route.origin, one)
    for one in routes:
        other = limited.get(one.route.origin)
        if one.route.origin_budget is None and other is not None:
            yield Warned(
                *("BR131", one, ("origin",)),
                f'its requests do not count for the budget of this origin (route "{other.route.name}").',
                "Write the same origin_budget here.",
            )


def _for_clients(routes: Sequence[ReadRoute]) -> list[ReadRoute]:
    return [one for one in routes if not one.route.internal]


def _has_variable_path(one: ReadRoute) -> bool:
    return "${" in str(one.table.get("origin", "")).partition("://")[2].partition("/")[2]


def _is_below(path: str, other: str) -> bool:
    """Return whether a path is another one, or is under it, divided at a "/"."""
    return path == other or path.startswith(f"{other.rstrip('/')}/")


RULES: Final[tuple[RoutesRule, ...]] = (
    _same_reading,
    _same_resources,
    _nested_without_tenant,
    _circuits,
    _budgets,
)
