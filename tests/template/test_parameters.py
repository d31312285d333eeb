"""Every Parameter and Output explains itself, and none is idle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.template.stack import ROOT, references

if TYPE_CHECKING:
    from tests.template.stack import Stack


@pytest.fixture(params=["stack", "samples"])
def each(request: pytest.FixtureRequest) -> Stack:
    found: Stack = request.getfixturevalue(request.param)
    return found


def test_every_parameter_has_a_type_and_a_sentence(each: Stack) -> None:
    for name, parameter in each.parameters.items():
        assert parameter.keys() >= {"Type", "Description"}, name
        assert parameter["Description"][0].isupper(), name
        assert parameter["Description"].endswith("."), name


def test_only_the_origin_has_no_default_so_that_a_deployer_must_choose_it(stack: Stack, samples: Stack) -> None:
    assert {name for name, parameter in stack.parameters.items() if "Default" not in parameter} == {"Origin"}
    assert all("Default" in parameter for parameter in samples.parameters.values())


def test_every_parameter_is_used(each: Stack) -> None:
    used = references([each.template["Conditions"], each.template["Globals"], each.template["Resources"]])
    assert each.parameters.keys() - used == set()


def test_the_console_shows_every_parameter_once(each: Stack) -> None:
    groups = each.template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    assert sorted(shown) == sorted(each.parameters)


def test_every_parameter_is_documented_with_its_default(stack: Stack) -> None:
    page = (ROOT / "docs/deploy.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]+)`? \|", page, re.MULTILINE))
    defaults = {name: parameter.get("Default", "none") for name, parameter in stack.parameters.items()}
    assert rows == {name: str(default) or "empty" for name, default in defaults.items()}


def test_every_output_has_a_sentence(each: Stack) -> None:
    assert each.template["Outputs"]
    for name, output in each.template["Outputs"].items():
        assert output["Description"].endswith("."), name


def test_the_function_gives_up_before_the_api_does(stack: Stack) -> None:
    for name, function in stack.functions.items():
        longest = stack.parameters["Timeout"]["MaxValue"] * 1000
        for event in function.get("Events", {}).values():
            if event["Type"] == "HttpApi":
                assert function["Timeout"] == {"Ref": "Timeout"}, name
                assert longest < event["Properties"]["TimeoutInMillis"] <= 30_000, name
