"""The prices and the times of the command line are those of docs/costs.md."""

from __future__ import annotations

from dataclasses import fields

import pytest

from brine_cli.costs.prices import HIT_SECONDS, MISS_SECONDS, TABLE_SECONDS, Prices
from brine_cli.costs.usage import Usage
from tests.unit.docs.test_costs import SECONDS, price

NAMES = {"get": "GET", "put": "PUT", "gb_second": "GB-second", "http_api": "HTTP API"}


@pytest.mark.parametrize("name", [one.name for one in fields(Prices) if one.name != "origin_call"])
def test_a_price_is_that_of_the_page(name: str) -> None:
    assert getattr(Prices(), name) == price(NAMES.get(name, name.replace("_", " ")))


def test_the_times_of_the_function_are_those_of_the_page() -> None:
    assert {"memory": HIT_SECONDS, "table": TABLE_SECONDS, "miss": MISS_SECONDS} == SECONDS


def test_a_price_that_is_not_known_is_refused_with_the_names() -> None:
    with pytest.raises(ValueError, match=r"'reed_unit' is not the name of a price. The names are read_unit, "):
        Prices().changed([("reed_unit", 1.0)])


def test_each_quantity_has_its_price() -> None:
    million = {one.name: Usage(**{one.name: 1.0}).times(1e6).usd(Prices(origin_call=7.0)) for one in fields(Usage)}
    assert million == pytest.approx(
        {
            "read_units": 0.125,
            "write_units": 0.625,
            "s3_gets": 0.4,
            "s3_puts": 5.0,
            "messages": 0.4,
            "lambda_requests": 0.2,
            "gb_seconds": 13.3334,
            "api_requests": 1.0,
            "origin_calls": 7.0,
        }
    )
