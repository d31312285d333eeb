"""The cost in the report is that of docs/costs.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from brine.service.admin.explain.costs import (
    SMALL_ITEM,
    CostedCall,
    CostEstimate,
    fill_calls,
    invalidation_call,
    read_calls,
    refresh_call,
)
from brine.service.admin.explain.read_only import ReadCall
from brine_cli.explained import costs
from tests.support.markdown import read_page
from tests.unit.docs.test_costs import number

PAGE = read_page(Path(__file__).parents[4] / "docs/costs.md")
LOOK_UP = ReadCall("BatchGetItem", (0, 0))  # the item is missing, and the order of the purges of tags


def of(*calls: CostedCall) -> float:
    document = [{name: getattr(call, name) for name in CostedCall.__slots__} for call in calls]
    return costs.million_requests({"calls": document, "kind": "miss"}).stores


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("table 1 KB", read_calls([ReadCall("BatchGetItem", (SMALL_ITEM, 0))])),
        ("table 20 KB", read_calls([ReadCall("BatchGetItem", (20_700, 0))])),
        ("table 100 KB", read_calls([ReadCall("BatchGetItem", (500, 0)), ReadCall("GET object", (100_000,))])),
        ("memory, purges read", read_calls([ReadCall("BatchGetItem", (0, 0, 0))])),
        ("miss 1 KB", (*read_calls([LOOK_UP]), *fill_calls(SMALL_ITEM, in_bucket=False, is_variant=False))),
        ("miss 20 KB", (*read_calls([LOOK_UP]), *fill_calls(20_700, in_bucket=False, is_variant=False))),
        ("miss 100 KB", (*read_calls([LOOK_UP]), *fill_calls(500, in_bucket=True, is_variant=False))),
        ("invalidation", (invalidation_call(),)),
        ("stale", (*read_calls([ReadCall("GetItem", (SMALL_ITEM,))]), refresh_call())),
    ],
)
def test_a_million_such_requests_cost_what_the_page_says(name: str, calls: tuple[CostedCall, ...]) -> None:
    assert of(*calls) == pytest.approx(number(PAGE.row(name)[-1]), abs=0.001)


def test_the_front_is_the_api_and_the_time_of_the_function() -> None:
    estimate = CostEstimate(calls=(), kind="memory")
    million = costs.million_requests({"calls": list(estimate.calls), "kind": estimate.kind})
    assert (million.stores, million.seconds) == (0, 0.005)
    assert million.front == pytest.approx(1 + 0.2 + 0.005 * 13.3334)
