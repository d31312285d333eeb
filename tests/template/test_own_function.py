"""examples/own-function has for one function all that the samples have for the shop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.template.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(scope="module")
def own() -> Stack:
    return Stack.read("examples/own-function/template.yaml")


def as_product(value: Any) -> Any:
    """`value` of the shop with the names of the product function."""
    return json.loads(json.dumps(value).replace("Shop", "Product").replace("shop", "product"))


def without_description(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if name != "Description"}


@pytest.mark.parametrize("name", ["Role", "Keys", "Logs", "Refreshes", "FailedRefreshes"])
def test_the_function_has_the_resources_of_the_shop(own: Stack, samples: Stack, name: str) -> None:
    of_shop, of_product = samples.template["Resources"][f"Shop{name}"], own.template["Resources"][f"Product{name}"]
    assert without_description(of_product["Properties"]) == without_description(as_product(of_shop["Properties"]))
    assert of_product.get("DeletionPolicy") == of_shop.get("DeletionPolicy")


def test_the_function_has_the_settings_of_the_shop(own: Stack, samples: Stack) -> None:
    ours, theirs = own.functions["ProductFunction"], as_product(samples.functions["ShopFunction"])
    for name in ("Handler", "Role", "Layers", "LoggingConfig", "Runtime", "Timeout", "MemorySize"):
        assert ours[name] == theirs[name], name
    assert ours["Events"]["Refreshes"] == theirs["Events"]["Refreshes"]
    of_origin = {"API_ORIGIN", "BRINE_HTTPBIN_ORIGIN"}
    ours, theirs = ours["Environment"]["Variables"], theirs["Environment"]["Variables"]
    assert ours == {name: value for name, value in theirs.items() if name not in of_origin} | {
        "API_ORIGIN": {"Ref": "Origin"}
    }


def test_the_template_gives_the_parameters_that_the_production_stack_has(own: Stack, stack: Stack) -> None:
    given = own.template["Resources"]["Brine"]["Properties"]["Parameters"]
    assert given == {name: {"Ref": name} for name in own.parameters}
    assert given.keys() <= stack.parameters.keys()
