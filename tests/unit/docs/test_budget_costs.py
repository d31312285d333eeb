"""The calls for budgets in docs/costs.md are those that processes make."""

from __future__ import annotations

import re
from pathlib import Path

from brine.adapters.config.route_keys.budget_values import origin_budget
from tests.support.markdown import codes, read_page
from tests.unit.service.origins.budget_crowd import BudgetCrowd, poisson

PAGE = Path(__file__).parents[3] / "docs/costs.md"
REQUESTS = 4_000


def cells(budget: str, environments: str, demand: str) -> tuple[str, str]:
    """The calls for each thousand requests that were sent, and the used part of the budget in percent."""
    value = dict(re.findall(r"(\w+) = ([^,}]+?)(?=[ ,}])", budget)) or budget.strip('"')
    if isinstance(value, dict):
        value = {key: item.strip('"') if '"' in item else int(item) for key, item in value.items()}
    crowd = BudgetCrowd(origin_budget(value), processes=int(environments))
    rate = float(demand)
    seconds = max(REQUESTS / rate, 4 * crowd.budget.period)
    crowd.run(poisson(crowd.random, seconds, rate, lambda _: crowd.random.randrange(crowd.processes)))
    used = crowd.used(crowd.budget.period, seconds)
    return f"{1000 * crowd.calls / len(crowd.sent):.0f}", f"{100 * used:.0f}%"


def test_calls_and_use_are_those_of_the_documentation() -> None:
    rows = [row for row in read_page(PAGE).rows if len(row) == 5 and row[0].startswith("`origin_budget")]
    assert len(rows) >= 6
    told = {row[:3]: (row[3], row[4]) for row in rows}
    assert told == {row: cells(codes(row[0])[0].removeprefix("origin_budget = "), *row[1:]) for row in told}
