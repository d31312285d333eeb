"""The function of $default loads first. The others load while the server answers, and requests to them wait."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from brine_cli.twin import Twin
from tests.support.projects import write_project
from tests.unit.twin.lambda_runtime.gates import PATIENCE, Gate
from tests.unit.twin.wire import fetch

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

FUNCTION = """
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {folder}
      Handler: app.handler
      Runtime: python3.13
      Events: {{ Any: {{ Type: HttpApi{path} }} }}
"""
ANSWERS = "def handler(event, context): return {'statusCode': 200, 'body': __name__}\n"


def template(folder: Path, **code: str) -> Path:
    """A template with the function Front at $default, and others at a path of their own, with their code."""
    paths = {"Front": ""} | {name: f", Properties: {{ Path: /{name.lower()}, Method: GET }}" for name in code}
    resources = (FUNCTION.format(name=name, folder=name.lower(), path=path) for name, path in paths.items())
    files = {f"{name.lower()}/app.py": code.get(name, ANSWERS) for name in paths}
    write_project(folder, {"template.yaml": f"Resources:\n{''.join(resources)}", **files})
    return folder / "template.yaml"


def waits_for(gate: Gate) -> str:
    """Code that is loaded when the gate opens."""
    return f"open({str(gate.path)!r}).read()\n{ANSWERS}"


def test_a_request_to_a_function_that_loads_waits_and_others_are_answered(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    with Twin(template=template(tmp_path, Slow=waits_for(gate), Last=ANSWERS)) as twin:
        gate.wait_for_reader()
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(fetch(f"{twin.url}/slow")[0]))
        asking.start()
        assert fetch(f"{twin.url}/any")[0] == 200
        assert fetch(f"{twin.url}/last")[0] == 200
        assert answers == []

        gate.open()

        asking.join(PATIENCE)
        assert answers == [200]
        twin.wait_until_loaded()


def test_a_function_that_cannot_be_loaded_is_reported_when_all_have_loaded(tmp_path: Path) -> None:
    lines: list[str] = []
    with Twin(template=template(tmp_path, Broken=f"1 / 0\n{ANSWERS}", Last=ANSWERS), report=lines.append) as twin:
        twin.wait_until_loaded()

        mistakes, broken = lines
        assert "ZeroDivisionError" in mistakes
        assert broken == "Broken cannot start. Requests get an error until this is mended"
        assert fetch(f"{twin.url}/last")[0] == 200


def test_a_twin_that_ends_while_a_function_loads_reports_nothing(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    lines: list[str] = []
    with Twin(template=template(tmp_path, Slow=waits_for(gate), Last=ANSWERS), report=lines.append):
        gate.wait_for_reader()
    assert lines == []
    assert gate.has_reader() is None
