from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from brine.adapters.config.routes import parse_routes
from brine.domain.resilience.budget import OriginBudget
from brine.errors import ConfigError

SCHEMA = json.loads((Path(__file__).parents[4] / "layers/routes/routes.schema.json").read_text())
HEAD = '[[route]]\nname = "a"\nprefix = "/a"\norigin = "http://a.test"\n'
NEXT = HEAD.replace('"a"', '"b"').replace('"/a"', '"/b"')


@pytest.mark.parametrize(
    ("value", "budget"),
    [
        ('"600/min"', OriginBudget(requests=600, period=60)),
        ('"10/s"', OriginBudget(requests=10, period=1)),
        ('"10 / second"', OriginBudget(requests=10, period=1)),
        ('"5000/hour"', OriginBudget(requests=5000, period=3600)),
        ('"1/day"', OriginBudget(requests=1, period=86_400)),
        ('"900/15m"', OriginBudget(requests=900, period=900)),
        ('"100/1.5s"', OriginBudget(requests=100, period=1.5)),
        ('{ rate = "600/min" }', OriginBudget(requests=600, period=60)),
        (
            '{ rate = "600/min", burst = 50, refresh_share = 0.1, name = "search" }',
            OriginBudget(requests=600, period=60, burst=50, refresh_share=0.1, name="search"),
        ),
    ],
)
def test_a_budget_is_a_rate_or_a_table(value: str, budget: OriginBudget) -> None:
    text = f"{HEAD}origin_budget = {value}"
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    (route,) = parse_routes(text, {})
    assert route.origin_budget == budget


def test_the_schema_has_the_default_share_of_refreshes() -> None:
    table = SCHEMA["$defs"]["route"]["properties"]["origin_budget"]["anyOf"][1]
    assert table["properties"]["refresh_share"]["default"] == OriginBudget(requests=1, period=1).refresh_share


def test_a_route_has_no_budget_unless_it_says_so() -> None:
    (route,) = parse_routes(HEAD, {})
    assert route.origin_budget is None


def test_a_budget_may_be_for_each_tenant_of_the_route() -> None:
    text = HEAD + 'tenant = "claim:org"\norigin_budget = { rate = "60/min", per = "tenant" }'
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    (route,) = parse_routes(text, {})
    assert route.origin_budget == OriginBudget(requests=60, period=60, per_tenant=True)


@pytest.mark.parametrize(
    ("value", "place", "told", "seen_by_schema"),
    [
        ("600", "origin_budget = 600", "not a rate", True),
        ('"600"', 'origin_budget.rate = "600"', "not a rate of at least 1 request", True),
        ('"0/min"', 'origin_budget.rate = "0/min"', "not a rate of at least 1 request", True),
        ('"10/ms"', 'origin_budget.rate = "10/ms"', "not a rate", True),
        ('"10/0.5s"', 'origin_budget.rate = "10/0.5s"', "in 1 second to 1 day", False),
        ('"10/2d"', 'origin_budget.rate = "10/2d"', "in 1 second to 1 day", False),
        ('"10 per minute"', "origin_budget.rate", 'Write "10/s", "600/min" or "900/15m"', True),
        ("{}", "origin_budget", 'no "rate"', True),
        ('{ rate = "6/min", burst = 0 }', "origin_budget.burst = 0", "not a whole number of requests", True),
        ('{ rate = "6/min", burst = 7 }', "origin_budget.burst = 7", "more than the rate", False),
        ('{ rate = "6/min", per = "route" }', 'origin_budget.per = "route"', 'Write "tenant"', True),
        ('{ rate = "6/min", refresh_share = 2 }', "origin_budget.refresh_share = 2", "a number from 0 to 1", True),
        ('{ rate = "6/min", refresh_share = "20%" }', 'refresh_share = "20%"', "Write digits, without quotes", True),
        ('{ rate = "6/min", name = "A b" }', 'origin_budget.name = "A b"', "not a name", True),
        ('{ rate = "6/min", rates = 3 }', "origin_budget", 'unknown key "rates"', True),
        ('{ rate = "6/min", per = "tenant" }', 'route "a": "origin_budget"', 'the route has no "tenant"', False),
    ],
)
def test_a_mistake_is_told_with_its_place(value: str, place: str, told: str, seen_by_schema: bool) -> None:
    text = f"{HEAD}origin_budget = {value}"
    with pytest.raises(ConfigError) as mistake:
        parse_routes(text, {})
    assert str(mistake.value).startswith('routes.toml: route "a": ')
    assert place in str(mistake.value)
    assert told in str(mistake.value)
    if seen_by_schema:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tomllib.loads(text), SCHEMA)


def test_routes_to_one_origin_share_its_budget_so_they_give_the_same_one() -> None:
    parse_routes(f'{HEAD}origin_budget = "6/min"\n{NEXT}origin_budget = {{ rate = "6/60s" }}', {})
    parse_routes(f'{HEAD}origin_budget = "6/min"\n{NEXT}', {})
    parse_routes(f'{HEAD}origin_budget = "6/min"\n{NEXT.replace("a.test", "b.test")}origin_budget = "7/min"', {})
    parse_routes(f'{HEAD}origin_budget = "6/min"\n{NEXT}origin_budget = {{ rate = "7/min", name = "search" }}', {})
    with pytest.raises(ConfigError) as mistake:
        parse_routes(f'{HEAD}origin_budget = "6/min"\n{NEXT}origin_budget = "7/min"', {})
    assert str(mistake.value) == (
        'routes.toml: route "b": origin_budget: route "a" gives the same origin another budget. Routes to one origin '
        "share its budget: write the same value in both, or give this one a name of its own, such as "
        '{ rate = "30/min", name = "search" }.'
    )
