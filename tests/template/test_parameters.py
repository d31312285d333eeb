"""Every Parameter and Output explains itself, and none is idle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.template.stack import ROOT, references

if TYPE_CHECKING:
    from tests.template.stack import Stack


def test_every_parameter_has_a_type_a_default_and_a_sentence(stack: Stack) -> None:
    for name, parameter in stack.parameters.items():
        assert parameter.keys() >= {"Type", "Default", "Description"}, name
        assert parameter["Description"][0].isupper(), name
        assert parameter["Description"].endswith("."), name


def test_every_parameter_is_used(stack: Stack) -> None:
    used = references([stack.template["Globals"], stack.template["Resources"]])
    assert stack.parameters.keys() - used == set()


def test_the_console_shows_every_parameter_once(stack: Stack) -> None:
    groups = stack.template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    assert sorted(shown) == sorted(stack.parameters)


def test_every_parameter_is_documented_with_its_default(stack: Stack) -> None:
    page = (ROOT / "docs/deploy.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]+)`? \|", page, re.MULTILINE))
    assert rows == {name: str(parameter["Default"]) or "empty" for name, parameter in stack.parameters.items()}


def test_every_output_has_a_sentence(stack: Stack) -> None:
    assert stack.template["Outputs"]
    for name, output in stack.template["Outputs"].items():
        assert output["Description"].endswith("."), name


def test_the_function_gives_up_before_the_api_does(stack: Stack) -> None:
    for name, function in stack.functions.items():
        longest = stack.parameters["Timeout"]["MaxValue"] * 1000
        for event in function["Events"].values():
            if event["Type"] == "HttpApi":
                assert function["Timeout"] == {"Ref": "Timeout"}, name
                assert longest < event["Properties"]["TimeoutInMillis"] <= 30_000, name
