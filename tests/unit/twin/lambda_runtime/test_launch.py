"""The variables of a function: those of Lambda, of the emulator, and of the template."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from brine_cli.lambda_runtime.launch import prepare
from brine_cli.template.functions import Function

FUNCTION = Path(__file__).parents[1] / "fixtures/functions/odd"
EMULATOR = "http://127.0.0.1:4566/secret"


def variables_of(folder: Path, **declared: str) -> dict[str, str]:
    function = Function(
        logical_id="Fn",
        code=FUNCTION,
        handler="app.handler",
        layers=(),
        environment=declared,
        timeout=1,
        memory=128,
    )
    return dict(prepare(function, folder / "opt", variables={}, show=None, endpoint=EMULATOR).variables)


@pytest.mark.parametrize("declared", [{}, {"AWS_ENDPOINT_URL": ""}], ids=["not declared", "empty"])
def test_a_function_calls_the_emulator_unless_its_template_names_an_address(
    tmp_path: Path, declared: dict[str, str]
) -> None:
    assert variables_of(tmp_path, **declared)["AWS_ENDPOINT_URL"] == EMULATOR


def test_an_address_in_the_template_wins(tmp_path: Path) -> None:
    assert variables_of(tmp_path, AWS_ENDPOINT_URL="http://127.0.0.1:9")["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"


def test_an_empty_variable_of_another_name_stays(tmp_path: Path) -> None:
    assert variables_of(tmp_path, EMPTY="")["EMPTY"] == ""


def test_the_files_of_the_developer_are_not_read(tmp_path: Path) -> None:
    variables = variables_of(tmp_path)
    assert (variables["AWS_CONFIG_FILE"], variables["AWS_SHARED_CREDENTIALS_FILE"]) == (os.devnull, os.devnull)
    assert variables["AWS_ACCESS_KEY_ID"] == "test"
