"""A function of a stack beside Brine uses the cache of Brine, and both are served together."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.twin import Twin
from tests.e2e.twin.test_commands import running
from tests.support.emulators.sdk import aws_client
from tests.unit.twin.wire import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

BRINE = Path(__file__).parents[3] / "template.yaml"
TEMPLATE = Path(__file__).parent / "fixtures/beside.yaml"
SECONDS = 30


@pytest.fixture(scope="module")
def console() -> list[str]:
    return []


@pytest.fixture(scope="module")
def twin(console: list[str]) -> Iterator[Twin]:
    with Twin(template=TEMPLATE, beside={"brine": BRINE}, report=console.append) as started:
        yield started


def test_a_function_keeps_results_in_the_cache_of_the_other_stack(twin: Twin, console: list[str]) -> None:
    first, again = (json.loads(fetch(f"{twin.url}/quotes/tea")[1]) for _ in range(2))
    twin.restart_functions()
    assert first == again == json.loads(fetch(f"{twin.url}/quotes/tea")[1])
    assert (first["cache"], first["own"]) == (twin.resources["BrineTable"], twin.resources["Table"])
    assert twin.aws_endpoint is not None
    kept = aws_client("dynamodb", twin.aws_endpoint).scan(TableName=first["cache"])["Items"]
    assert any(item["pk"]["S"].startswith("c#quotes") for item in kept)
    assert console == []


def test_the_gateway_of_the_other_stack_answers_too(twin: Twin) -> None:
    status, body = fetch(f"{twin.url}/api/get")
    assert (status, json.loads(body)["url"].endswith("/get")) == (200, True)


def test_the_command_serves_both(tmp_path: Path) -> None:
    arguments = ("dev", "--template", str(TEMPLATE), "--beside", str(BRINE), "--port", "0")
    parameter = ("--parameter", "brine.Origin=http://127.0.0.1:1")
    with running(tmp_path, "curl -i ", *arguments, *parameter) as started:
        assert f"{TEMPLATE} and the stack brine ({BRINE}) are served at" in started.said
        assert "httpbin" not in started.said
        assert (
            json.loads(fetch(f"{started.first(r'served at (\S+)')}/quotes/tea")[1])["cache"] == "brine-dev-brinetable"
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--beside", "a.yaml", "--beside", "b.yaml"], "two stacks beside the template have the same name"),
        (["--beside", "other=gone.yaml"], "gone.yaml: mistake BR001: cannot be read: No such file or directory"),
        (["--beside", "1x=a.yaml"], "'1x' cannot be the name of a stack"),
        (
            ["--beside", str(BRINE), "--parameter", "brine.Orign=a"],
            "brine.Orign: the template has no parameter with this name",
        ),
    ],
)
def test_mistakes_in_the_option(arguments: list[str], message: str) -> None:
    command = [sys.executable, "-m", "brine_cli", "dev", "--template", str(TEMPLATE), "--port", "0", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ended.returncode in {1, 2}
    assert message in ended.stderr
