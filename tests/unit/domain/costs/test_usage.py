"""The prices of the code are those of docs/costs.md, and every call of the product has one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from brine.domain.costs import prices
from brine.domain.costs.usage import UNIT_PRICES, AwsUsage, BilledCall, FunctionPrice
from tests.support.markdown import read_page

ROOT = Path(__file__).parents[4]
PAGE = read_page(ROOT / "docs/costs.md")
NAMES = {
    "read unit": prices.READ_UNIT,
    "write unit": prices.WRITE_UNIT,
    "PUT": prices.PUT,
    "GET": prices.GET,
    "message": prices.MESSAGE,
    "secret call": prices.SECRET_CALL,
    "invocation": prices.INVOCATION,
    "GB-second": prices.GB_SECOND["arm64"],
    "GB-second, x86_64": prices.GB_SECOND["x86_64"],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_price_is_the_documented_one(name: str) -> None:
    assert float(PAGE.row(name)[1]) == NAMES[name]


def operations() -> set[str]:
    """The operations of AWS that the adapters name in their calls."""
    found = set()
    for file in sorted((ROOT / "layers/core/src/brine/adapters").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if name in {"call", "_conditional", "_document", "_refusal", "_send", "_with_handle"}:
                    found |= {text for text in texts if text[0].isupper() and text != text.upper()}
    return found - {"AmazonSSM"}


def test_every_operation_has_a_price() -> None:
    of_operators = {"GetMetricData"}  # which AWS bills by the metric, and no request of a client sends it
    assert operations() - of_operators == UNIT_PRICES.keys() - {"Query"}


def test_the_sum_of_calls() -> None:
    calls = [
        BilledCall("GetItem", 0.5),
        BilledCall("GetItem", 1.0),
        BilledCall("PutItem", 2.0),
        BilledCall("Other", 9.0),
    ]
    usage = AwsUsage.of(calls)
    assert (usage.read_units, usage.write_units) == (1.5, 2.0)
    assert usage.calls == {"GetItem": 2, "PutItem": 1, "Other": 1}
    assert usage.micro_usd == 1.5 * prices.READ_UNIT + 2 * prices.WRITE_UNIT


@pytest.mark.parametrize(("seconds", "billed"), [(0.0, 0.0), (0.0001, 0.001), (0.001, 0.001), (0.0011, 0.002)])
def test_lambda_bills_milliseconds_that_have_begun(seconds: float, billed: float) -> None:
    price = FunctionPrice(512, "x86_64")
    assert price.of(seconds) == pytest.approx(prices.INVOCATION + billed * 0.5 * prices.GB_SECOND["x86_64"])
