"""A function runs once with an event, in a process of its own, and its outcome passes over HTTP."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.errors import CommandError
from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpRequest
from brine_cli.http.server import HttpServer
from brine_cli.invoke.client import NoTwinAnswers, invoke_in_twin
from brine_cli.invoke.endpoint import InvokeEndpoint, invocation
from brine_cli.invoke.outcome import InvocationOutcome
from brine_cli.invoke.run_once import run_once
from brine_cli.lambda_runtime.launch import prepare
from brine_cli.template.application import read_application
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpResponse
    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.template.application import Application

TEMPLATE = Path(__file__).parents[1] / "fixtures/authorized/template.yaml"


@pytest.fixture(scope="module")
def application() -> Application:
    return read_application(*resolve_stacks(read_stack_template(TEMPLATE), {}, {}))


@pytest.fixture(scope="module")
def launches(application: Application, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Launch]:
    folder = tmp_path_factory.mktemp("opt")
    functions = application.functions.items()
    return {name: prepare(one, folder / name, variables={}, show=None) for name, one in functions}


@contextmanager
def served(application: Application, launches: dict[str, Launch]) -> Iterator[str]:
    listener = listen("127.0.0.1", 0)
    endpoint = InvokeEndpoint(launches=lambda: launches, schedules=lambda: application.schedules)
    with HttpServer(listener, endpoint):
        yield url_of(listener)


def test_an_answer_with_its_output(launches: dict[str, Launch]) -> None:
    shown: list[str] = []
    outcome = run_once(launches["OrdersFunction"], b'{"rawPath": "/x"}', show=shown.append)
    assert outcome.error is None
    assert json.loads(outcome.answer["body"])["event"] == {"rawPath": "/x"}
    assert (list(outcome.lines), shown) == (["got /x"], ["got /x"])
    assert outcome.seconds >= 0
    assert outcome.started_in > 0


def test_a_function_that_raises(launches: dict[str, Launch]) -> None:
    outcome = run_once(launches["OrdersFunction"], b'{"fail": true}')
    assert outcome.answer is None
    assert outcome.error is not None
    assert outcome.error.endswith("RuntimeError: it was asked to fail")
    assert outcome.lines == ("got an event",)


def test_a_function_that_cannot_be_loaded(launches: dict[str, Launch]) -> None:
    outcome = run_once(replace(launches["OrdersFunction"], handler="gone.handler"), b"{}")
    assert outcome.error is not None
    assert "ModuleNotFoundError: No module named 'gone'" in outcome.error


def test_without_an_event_the_function_gets_that_of_its_schedule(
    application: Application, launches: dict[str, Launch]
) -> None:
    outcome = invocation(launches["OrdersFunction"], application.schedules, b"")
    assert outcome.event_of == "of its schedule cron(0 3 * * ? *)"
    assert json.loads(outcome.answer["body"])["event"]["detail-type"] == "Scheduled Event"
    outcome = invocation(launches["OrdersFunction"], (), b"")
    assert (outcome.event_of, json.loads(outcome.answer["body"])["event"]) == ("{}", {})


def test_the_outcome_passes_over_http(application: Application, launches: dict[str, Launch]) -> None:
    with served(application, launches) as url:
        outcome = invoke_in_twin(url, "OrdersFunction", b'{"rawPath": "/x"}')
        assert json.loads(outcome.answer["body"])["event"] == {"rawPath": "/x"}
        assert outcome.lines == ("got /x",)
        with pytest.raises(
            CommandError, match=r"no function has the name Gone\. The functions are: DecideFunction, Or"
        ):
            invoke_in_twin(url, "Gone", b"{}")


def test_no_twin_answers() -> None:
    with listen("127.0.0.1", 0) as listener:
        url = url_of(listener)
    with pytest.raises(NoTwinAnswers, match=f"no twin answers at {url}"):
        invoke_in_twin(url, "Fn", b"{}")


def test_an_answer_that_is_not_of_this_version() -> None:
    listener = listen("127.0.0.1", 0)
    with HttpServer(listener, lambda _: respond(b"<html>")), pytest.raises(CommandError, match="Start it anew"):
        invoke_in_twin(url_of(listener), "Fn", b"{}")


def respond(body: bytes) -> HttpResponse:
    from brine_cli.http.messages import HttpResponse  # noqa: PLC0415 - after the arguments are checked

    return HttpResponse(status=200, body=body)


def ask(endpoint: InvokeEndpoint, method: str, content_type: bytes, body: bytes = b"{}") -> tuple[int, str]:
    request = HttpRequest(
        method=method,
        target=b"/_brine/invoke/OrdersFunction",
        headers=((b"content-type", content_type),),
        body=body,
        client="127.0.0.1",
    )
    response = endpoint(request)
    return response.status, json.loads(response.body)["detail"]


def test_requests_that_are_refused(application: Application, launches: dict[str, Launch]) -> None:
    endpoint = InvokeEndpoint(launches=lambda: launches, schedules=lambda: application.schedules)
    assert ask(endpoint, "GET", b"application/json") == (405, "send the event with POST")
    # A page of another site can send text without asking first.
    assert ask(endpoint, "POST", b"text/plain") == (415, "send the event as application/json")
    status, detail = ask(endpoint, "POST", b"application/json; charset=utf-8", b"{")
    assert status == 400
    assert detail.startswith("the event is not JSON: ")


def test_an_event_that_is_nested_too_deeply_is_refused(application: Application, launches: dict[str, Launch]) -> None:
    endpoint = InvokeEndpoint(launches=lambda: launches, schedules=lambda: application.schedules)
    status, detail = ask(endpoint, "POST", b"application/json", b"[" * 200_000)
    assert status == 400
    assert detail.startswith("the event is not JSON: maximum recursion depth exceeded")


def test_an_outcome_in_json() -> None:
    outcome = InvocationOutcome(function="Fn", answer={"a": 1}, lines=("x", "y"), seconds=0.5)
    assert InvocationOutcome.from_json(outcome.to_json()) == outcome
    for content in (b"[]", b"{}", b'{"function": "Fn", "other": 1}', b"x"):
        with pytest.raises(ValueError, match=r".+"):
            InvocationOutcome.from_json(content)
