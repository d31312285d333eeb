"""The template of a new project is valid for SAM, and its functions have their own part of the cache."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.template.stack import Stack

if TYPE_CHECKING:
    from pathlib import Path

FUNCTIONS = {"HelloFunction": "hello", "OrderHistoryFunction": "order-history"}


@pytest.mark.slow
def test_sam_and_its_linter_find_no_mistake(project: Path) -> None:
    done = subprocess.run(
        ["sam", "validate", "--lint"], cwd=project, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "is a valid SAM Template" in done.stdout


def test_the_tag_of_each_role_is_the_namespace_of_its_function(new_project: Stack) -> None:
    for function, namespace in FUNCTIONS.items():
        assert new_project.environment(function)["BRINE_NAMESPACE"] == namespace
        role = new_project.of_type("AWS::IAM::Role")[function.replace("Function", "Role")]
        assert role["Tags"] == [{"Key": "BrineNamespace", "Value": namespace}]


def test_a_function_has_the_table_the_bucket_the_keys_and_the_layers_of_brine(new_project: Stack) -> None:
    for function in FUNCTIONS:
        found = new_project.environment(function)
        assert [found[name] for name in ("BRINE_TABLE", "BRINE_BUCKET", "BRINE_SIGNING_KEYS_SECRET")] == [
            *("Table", "Bodies", "FunctionKeys"),
        ]
        assert new_project.functions[function]["Layers"] == [{"Ref": "CodecLayer"}, {"Ref": "CoreLayer"}]


def test_the_namespaces_of_metrics_are_the_project_s(new_project: Stack) -> None:
    found = {name: new_project.environment(name)["POWERTOOLS_METRICS_NAMESPACE"] for name in new_project.functions}
    assert {found.pop(name) for name in FUNCTIONS} == {"shop-front"}
    assert set(found.values()) == {"shop-front-gateway"}


def test_no_logical_id_of_the_project_is_one_of_brine(project: Path) -> None:
    """Otherwise, the test of permissions would read one resource in the place of the other."""
    assert (
        not Stack.read(project / "template.yaml").template["Resources"].keys()
        & Stack.read().template["Resources"].keys()
    )
