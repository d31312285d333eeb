"""The gateway's handler: it answers every event, and writes log lines and metrics about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.lambda_runtime.environment import InitFailed
from tests.support.events import load_event
from tests.support.links import followed
from tests.support.loopback import Loopback, answering, answering_always
from tests.unit.functions.invoking import Output, running, variables_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.support.emulators.aws import Emulator
    from tests.unit.functions.invoking import Invoker

    type Start = Callable[..., AbstractContextManager[Invoker]]

GET = "http-api/get-cache.json"
GATEWAY = Path(__file__).parents[3] / "functions/gateway"
HEAD = b"HTTP/1.1 200 OK\r\ncache-control: max-age=60\r\ncontent-type: text/plain\r\nx-token: hushed\r\n"
OK = HEAD + b"content-length: 6\r\n\r\nhushed"
BUSY = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"
ALB_LIMIT = 1_048_576
LARGE = HEAD + b"content-length: %d\r\n\r\n%b" % (ALB_LIMIT, b"x" * ALB_LIMIT)
BROKEN = """
import app
class Broken:
    def serve(self, request, deadline, room, account, front_door):
        raise LookupError("nobody foresaw this")
from dataclasses import replace
app.handler = replace(app.handler, gateway=Broken())
handler = app.handler
"""


EARLY = """
import app
from brine.domain.http.messages import Response
from brine.service.http_cache.answer import Answer
class Early:
    def serve(self, request, deadline, room, account, front_door):
        return Answer(response=Response(status=200), result="hit", early_refresh=True)
from dataclasses import replace
app.handler = replace(app.handler, gateway=Early())
handler = app.handler
"""


@pytest.fixture
def output() -> Output:
    return Output()


@pytest.fixture
def variables(emulator: Emulator, tmp_path: Path) -> dict[str, str]:
    routes = tmp_path / "routes.toml"
    routes.write_text('[[route]]\nname = "bin"\nprefix = "/httpbin"\norigin = "${ORIGIN}"\n')
    return variables_on(emulator, routes)


@pytest.fixture
def start(variables: dict[str, str], tmp_path: Path, output: Output) -> Start:
    """Runs the gateway with this origin."""

    def start(origin: object, code: Path = GATEWAY, handler: str = "app.handler") -> AbstractContextManager[Invoker]:
        environment = variables | {"ORIGIN": str(origin)}
        return running(environment, tmp_path / "opt", output, code=code, handler=handler)

    return start


def problem_in(answer: dict[str, Any]) -> str:
    """The kind of an answer's problem."""
    document = json.loads(answer["body"])
    assert document["status"] == answer["statusCode"]
    kind: str = document["type"]
    return kind.removeprefix("urn:brine:problem:")


def test_an_answer_is_logged_and_counted_without_what_may_be_secret(start: Start, output: Output) -> None:
    asked = load_event(GET) | {"rawPath": "/httpbin/hushed", "rawQueryString": "token=hushed"}
    asked["headers"] = asked["headers"] | {"x-token": "hushed"}
    with Loopback(answering(OK)) as origin, start(origin.address) as invoke:
        miss, hit = invoke(asked), invoke(asked)
    assert miss["headers"]["cache-status"] == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    assert hit["headers"]["cache-status"].startswith("brine; hit; ttl=")
    assert (miss["body"], hit["body"]) == ("hushed", "hushed")

    assert "hushed" not in "".join(output.lines)
    assert len(output.lines) == 2  # each is a log record and metrics at once
    told = {"level", "message", "timestamp", "service", "xray_trace_id"}
    told |= {"request_id", "route", "result", "status", "stored", "milliseconds", "usd"}
    assert [record.keys() - told for record in output.log] == [
        {"fwd", "origin_milliseconds", "read_units", "write_units", "calls"},
        {"layer"},
    ]
    assert output.log[0]["calls"] == {
        "GetSecretValue": 1,
        "BatchGetItem": 1,
        "UpdateItem": 1,
        "TransactWriteItems": 1,
    }
    assert [(record["level"], record["result"], record["status"]) for record in output.log] == [
        ("INFO", "miss", 200),
        ("INFO", "hit", 200),
    ]
    first, second = output.metrics
    common = {"Latency", "CostMicroUsd", "route", "service"}
    assert first.keys() == {"Miss", "OriginLatency", "ReadUnits", "WriteUnits"} | common
    assert second.keys() == {"Hit"} | common
    assert (first["Miss"], first["route"], first["service"]) == (1, "bin", "gateway")
    assert 0 < first["OriginLatency"] < first["Latency"]


def test_an_early_refresh_is_logged_and_counted(start: Start, tmp_path: Path, output: Output) -> None:
    code = tmp_path / "early"
    code.mkdir()
    (code / "early.py").write_text(EARLY)
    with start("http://127.0.0.1:1", code, "early.handler") as invoke:
        invoke(load_event(GET))
    (record,), (metrics,) = output.log, output.metrics
    assert (record["level"], record["early_refresh"]) == ("INFO", True)
    assert (metrics["Hit"], metrics["EarlyRefresh"]) == (1, 1)


def test_a_fault_is_logged_with_its_cause_and_counted(start: Start, variables: dict[str, str], output: Output) -> None:
    variables["BRINE_TABLE"] += "-missing"
    with Loopback(answering(OK)) as origin, start(origin.address) as invoke:
        answer = invoke(load_event(GET))
    assert (answer["statusCode"], answer["body"]) == (200, "hushed")
    assert answer["headers"]["cache-status"] == "brine; fwd=uri-miss; fwd-status=200; detail=table-unavailable"
    (record,) = output.log
    assert (record["level"], record["faults"]) == ("WARNING", ["table-unavailable: ResourceNotFoundException"])
    assert (record["fwd"], record["detail"]) == ("uri-miss", "table-unavailable")
    (metrics,) = output.metrics
    assert (metrics["StoreFault"], metrics["Miss"]) == (1, 1)


def test_retries_and_an_open_circuit_are_logged_and_counted(
    start: Start, variables: dict[str, str], output: Output
) -> None:
    routes = Path(variables["BRINE_ROUTES"])
    routes.write_text(routes.read_text() + "circuit_breaker = { least_requests = 4 }\n")
    with Loopback(answering_always(BUSY)) as origin, start(origin.address) as invoke:
        events = [load_event(GET) for _ in range(4)]
        for number, event in enumerate(events):  # the failures of one path do not open a circuit
            event["rawPath"] += f"-{number}"
        busy, *_, spared = [invoke(event) for event in events]
    assert (busy["statusCode"], spared["statusCode"], len(origin.requests)) == (503, 503, 6)  # each was sent twice
    assert problem_in(spared) == "origin-circuit-open"
    assert 25 <= int(spared["headers"]["retry-after"]) <= 30
    first, *_, second = output.log
    assert (first["retries"], first.get("faults")) == (1, None)
    assert (second.get("retries"), second["faults"], second["level"]) == (None, ["origin-circuit-open"], "WARNING")
    assert "origin_milliseconds" not in second
    first, *_, second = output.metrics
    assert (first["Retries"], first["Miss"]) == (1, 1)
    assert first.keys().isdisjoint({"CircuitOpen"})
    assert (second["CircuitOpen"], second["Problem"]) == (1, 1)
    assert second.keys().isdisjoint({"Retries", "OriginLatency"})


@pytest.mark.slow
def test_a_capped_key_is_counted(start: Start, variables: dict[str, str], output: Output) -> None:
    with Path(variables["BRINE_ROUTES"]).open("a") as routes:
        routes.write("new_keys_per_minute = 1\n")
    with Loopback(answering(OK)) as origin, start(origin.address) as invoke:
        answers = [invoke(load_event(name)) for name in (GET, "http-api/get-query.json")]
    assert answers[1]["headers"]["cache-status"] == "brine; fwd=uri-miss; fwd-status=200; detail=new-keys-capped"
    assert ["NewKeysCapped" in metrics for metrics in output.metrics] == [False, True]
    assert output.metrics[1]["NewKeysCapped"] == 1


def test_settings_that_cannot_be_used_stop_the_start_with_what_is_wrong(
    start: Start, variables: dict[str, str], output: Output
) -> None:
    Path(variables["BRINE_ROUTES"]).write_text('[[route]]\nname = "bin"\nprefix = "/httpbin"\n')
    with pytest.raises(InitFailed) as failure, start("http://127.0.0.1:1"):
        pass
    first, second = str(failure.value).splitlines()
    assert first == "GatewayFunction cannot be loaded"
    assert second == ('brine.errors.ConfigError: routes.toml: route "bin": no "origin". Required keys: name, origin.')
    assert output.lines == []


@pytest.mark.parametrize("malformed", [{}, {"Records": []}, {"version": "2.0", "hushed": "hushed"}])
def test_a_malformed_event_is_a_problem(start: Start, output: Output, malformed: dict[str, object]) -> None:
    with start("http://127.0.0.1:1") as invoke:
        answer = invoke(malformed)
    assert (answer["statusCode"], problem_in(answer)) == (400, "event-invalid")
    assert answer["headers"]["cache-status"] == "brine; detail=event-invalid"
    (record,) = output.log
    assert (record["level"], record["result"], record["problem"]) == ("WARNING", "problem", "event-invalid")
    (metrics,) = output.metrics
    assert (metrics["Problem"], metrics["route"]) == (1, "none")
    assert "hushed" not in "".join(output.lines)


def test_an_answer_that_is_too_large_is_a_problem_that_keeps_its_story(start: Start, output: Output) -> None:
    with Loopback(answering(LARGE)) as origin, start(origin.address) as invoke:
        answer = invoke(load_event("alb/get-cache.json"))
    assert (answer["statusCode"], problem_in(answer)) == (501, "answer-too-large")
    assert 'Give the route bin large_bodies = "redirect"' in json.loads(answer["body"])["detail"]
    assert answer["headers"]["cache-status"] == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    assert answer["headers"]["cache-control"] == "no-store"
    (record,) = output.log
    assert record["origin_milliseconds"] > 0
    told = {name: record[name] for name in ("level", "route", "result", "problem", "status", "stored")}
    assert told == {
        "level": "WARNING",
        "route": "bin",
        "result": "problem",
        "problem": "answer-too-large",
        "status": 501,
        "stored": True,
    }
    (metrics,) = output.metrics
    assert (metrics["Problem"], metrics["route"]) == (1, "bin")
    assert metrics["OriginLatency"] > 0


def test_an_answer_that_is_too_large_leads_to_the_stored_body_where_the_route_allows_it(
    start: Start, variables: dict[str, str], output: Output
) -> None:
    routes = Path(variables["BRINE_ROUTES"])
    routes.write_text(routes.read_text() + 'large_bodies = "redirect"\n')
    with Loopback(answering(LARGE)) as origin, start(origin.address) as invoke:
        answers = [invoke(load_event("alb/get-cache.json")) for _ in range(2)]
    for answer in answers:
        assert (answer["statusCode"], answer["body"], answer["headers"]["cache-control"]) == (307, "", "no-store")
        got = followed(answer["headers"]["location"])
        assert (got.status, got.fields.get("content-type")) == (200, "text/plain")
        assert got.body == b"x" * ALB_LIMIT
    stories = [answer["headers"]["cache-status"] for answer in answers]
    assert stories[0] == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    assert stories[1].startswith("brine; hit; ttl=")
    assert [(record["result"], record["status"]) for record in output.log] == [("miss", 307), ("hit", 307)]
    assert "X-Amz-Signature" not in "".join(output.lines)


def test_a_failure_of_its_own_is_a_problem_without_the_stack(start: Start, tmp_path: Path, output: Output) -> None:
    code = tmp_path / "broken"
    code.mkdir()
    (code / "broken.py").write_text(BROKEN)
    with start("http://127.0.0.1:1", code, "broken.handler") as invoke:
        answer = invoke(load_event(GET))
    assert (answer["statusCode"], problem_in(answer)) == (500, "internal")
    assert not any(word in json.dumps(answer) for word in ("Traceback", "LookupError", "foresaw"))
    (told,) = output.log
    assert (told["level"], told["message"], told["problem"]) == ("ERROR", "answered", "internal")
    assert "LookupError: nobody foresaw this" in told["exception"]
    (metrics,) = output.metrics
    assert metrics["Problem"] == 1
