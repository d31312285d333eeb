"""Failures of a function are answered as AWS does, explained on the console, and do not affect other requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from brine_cli.twin import Twin
from tests.unit.twin.conftest import TEMPLATE, THREADS
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=[TEMPLATE, THREADS], ids=["processes", "threads"], scope="module")
def template(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def console() -> list[str]:
    return []


@pytest.fixture(scope="module")
def twin(template: Path, console: list[str]) -> Iterator[Twin]:
    with Twin(template=template, report=console.append) as running:
        yield running


def get(twin: Twin, path: str) -> tuple[int, bytes]:
    status, _, body = split(converse(twin.url, request(b"GET", path.encode())))
    return int(status.split()[1]), body


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "explanation"),
    [
        ("/odd/raise", "ValueError: odd on purpose"),
        ("/odd/set", "TypeError: Object of type set is not JSON serializable"),
        ("/odd/exit", "OddFunction: its process ended with exit status 7"),
        ("/odd/cancelled", "OddFunction: its process ended with exit status 1"),
        ("/odd/killed", "OddFunction: its process was ended by SIGKILL"),
        ("/odd/forever", "OddFunction timed out after 1 s (its Timeout)"),
        ("/odd/malformed", "the answer of OddFunction is malformed: statusCode is 'many'"),
    ],
)
def test_failures_are_502_and_explained(twin: Twin, console: list[str], path: str, explanation: str) -> None:
    console.clear()
    assert get(twin, path) == (502, b'{"message":"Internal Server Error"}')
    assert f"GET {path} -> 502: " in console[-1]
    assert explanation in console[-1]
    assert get(twin, "/odd/fine")[0] == 200


def test_a_traceback_begins_with_the_functions_own_code(twin: Twin, console: list[str]) -> None:
    get(twin, "/odd/fine")
    get(twin, "/odd/set")  # so that the next one is told in full
    get(twin, "/odd/raise")
    assert "odd/app.py" in console[-1]
    assert "worker.py" not in console[-1]


def test_the_same_traceback_is_not_printed_twice(twin: Twin, console: list[str]) -> None:
    get(twin, "/odd/raise")
    get(twin, "/odd/raise")
    assert console[-1] == "GET /odd/raise -> 502: OddFunction raised: ValueError: odd on purpose (as above)"


def test_a_failure_of_one_line_may_happen_twice(twin: Twin, console: list[str]) -> None:
    get(twin, "/odd/exit")
    assert get(twin, "/odd/exit")[0] == 502
    assert console[-1] == "GET /odd/exit -> 502: OddFunction: its process ended with exit status 7"


@pytest.mark.slow
def test_an_answer_above_lambdas_limit_is_said_to_be_so(twin: Twin, console: list[str]) -> None:
    status, body = get(twin, "/odd/large")
    size = 6_291_556 + len('{"statusCode": 200, "body": ""}')
    assert status == 502
    assert json.loads(body) == {
        "message": "Internal Server Error",
        "twin": f"the function's answer: {size:,} bytes, Lambda takes 6,291,556",
    }
    assert f"{size:,} bytes" in console[-1]


@pytest.mark.slow
def test_the_integration_time_out(template: Path, console: list[str]) -> None:
    with Twin(template=template, report=console.append, integration_timeout=0.3) as twin:
        status, body = get(twin, "/odd/forever")
        assert status == 503
        assert json.loads(body)["message"] == "Service Unavailable"
        assert console[-1] == "GET /odd/forever -> 503: OddFunction took longer than the 0.3 s that API Gateway waits"
        assert get(twin, "/odd/fine")[0] == 200


@pytest.mark.slow
def test_requests_wait_for_a_free_process_no_longer_than_api_gateway() -> None:
    console: list[str] = []
    with Twin(template=TEMPLATE, environments=1, report=console.append, integration_timeout=0.3) as twin:
        assert get(twin, "/odd/forever")[0] == 503
        assert get(twin, "/odd/fine")[0] == 503
        assert console[-1] == (
            "GET /odd/fine -> 503: each environment of OddFunction was busy (at most 1; --environments sets the number)"
        )
        assert get(twin, "/about")[0] == 200  # other functions have processes of their own


def template_without_layers(folder: Path, *, has_threads: bool) -> Path:
    (folder / "app.py").write_text("import greeting\n\ndef handler(event, context):\n    return 'fine'\n")
    path = folder / "template.yaml"
    properties = "CodeUri: ., Handler: app.handler, Events: {E: {Type: HttpApi}}"
    metadata = f"Metadata: {{BrineThreads: {str(has_threads).lower()}}}"
    path.write_text(f"Resources: {{Fn: {{Type: AWS::Serverless::Function, {metadata}, Properties: {{{properties}}}}}}}")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("has_threads", [False, True], ids=["processes", "threads"])
def test_a_missing_layer_shows_at_the_start_and_can_be_mended(tmp_path: Path, has_threads: bool) -> None:
    console: list[str] = []
    template = template_without_layers(tmp_path, has_threads=has_threads)
    with Twin(template=template, report=console.append) as twin:
        assert "ModuleNotFoundError: No module named 'greeting'" in console[0]
        assert console[1] == "Fn cannot start. Requests get an error until this is mended"
        assert get(twin, "/")[0] == 502
        (tmp_path / "greeting.py").touch()
        assert get(twin, "/") == (200, b"fine")
