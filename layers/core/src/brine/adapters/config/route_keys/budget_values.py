"""Reads the budget of a route's origin: a rate such as "600/min", or a table with the rate."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.config.mistakes import read_item
from brine.adapters.config.tables import TableReader, table_name
from brine.adapters.config.values import choice, number_up_to, plain_name, whole
from brine.domain.durations import duration_seconds
from brine.domain.resilience.budget import OriginBudget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brine.adapters.config.mistakes import MistakeLog
    from brine.domain.routing.origin import OriginAddress
    from brine.domain.routing.route import Route

LONGEST_PERIOD: Final = 86_400.0
_RATE: Final = re.compile(r"([0-9]{1,9}) ?/ ?([0-9.]*[a-z]+)", re.ASCII)
_UNITS: Final = {"sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}


def origin_budget(value: object) -> OriginBudget:
    """Return the budget of a rate, or of a table."""
    if isinstance(value, str):
        return BUDGET({"rate": value})  # type: ignore[no-any-return]
    if isinstance(value, dict):
        return BUDGET(value)  # type: ignore[no-any-return]
    raise ValueError('not a rate. Write "600/min", or a table such as { rate = "600/min", burst = 50 }.')


def check_budgets(routes: Iterable[Route | None], log: MistakeLog) -> None:
    """Add a mistake to the log for each route that gives an origin another budget than an earlier route does."""
    first: dict[tuple[OriginAddress, str], Route] = {}
    for number, route in enumerate(routes):
        if route is None or route.origin_budget is None:
            continue
        other = first.setdefault((route.origin, route.origin_budget.name), route)
        if other.origin_budget != route.origin_budget:
            log.add(
                f'route "{other.name}" gives the same origin another budget. Routes to one origin share its budget: '
                "write the same value in both, or give this one a name of its own, such as "
                '{ rate = "30/min", name = "search" }.',
                *("route", number, "origin_budget"),
                table=table_name("route", number, {"name": route.name}),
                given="origin_budget",
            )


def _rate(value: object) -> tuple[int, float]:
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        period = match[2]
        try:
            seconds = _UNITS.get(period) or duration_seconds(period if period[0].isdigit() else f"1{period}")
        except ValueError:
            seconds = 0.0
        if int(match[1]) >= 1 and 1 <= seconds <= LONGEST_PERIOD:
            return int(match[1]), seconds
    raise ValueError('not a rate of at least 1 request in 1 second to 1 day. Write "10/s", "600/min" or "900/15m".')


def _burst(items: Mapping[str, Any], _: object) -> None:
    if "rate" in items and "burst" in items:
        read_item("burst", items["burst"], partial(_check_burst, items["rate"][0]))


def _budget(*, rate: tuple[int, float], per: str | None = None, **items: Any) -> OriginBudget:
    requests, period = rate
    return OriginBudget(requests=requests, period=period, per_tenant=per is not None, **items)


def _check_burst(requests: int, burst: int) -> None:
    if burst > requests:
        raise ValueError(f"more than the rate. Write at most {requests}, or leave it out.")


BUDGET: Final = TableReader(
    {
        "rate": _rate,
        "burst": whole(1, unit=" of requests"),
        "per": choice("tenant"),
        "refresh_share": number_up_to(1),
        "name": plain_name,
    },
    required=("rate",),
    example='"600/min", or { rate = "600/min", burst = 50 }',
    make=_budget,
    rules=(_burst,),
)
