"""The twin runs the functions as Lambda does: in a process with only their code, layers and variables."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.errors import CommandError, PortTaken, TemplateError
from brine_cli.http.listener import listen
from brine_cli.twin import Twin
from tests.unit.twin.conftest import TEMPLATE
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Callable


def about(twin: Twin, *modules: str) -> Any:
    query = "&".join(f"module={module}" for module in modules)
    return json.loads(split(converse(twin.url, request(b"GET", f"/about?{query}".encode())))[2])


def answer(twin: Twin, made_to_order: object) -> tuple[bytes, list[bytes], bytes]:
    body = json.dumps(made_to_order).encode()
    return split(converse(twin.url, request(b"POST", b"/answer", b"content-type: application/json", body=body)))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_each_request_has_a_trace_that_is_not_sampled(twin: Twin) -> None:
    """Without one, the X-Ray SDK of Powertools' Tracer warns at each segment."""
    traces = [about(twin)["environment"]["_X_AMZN_TRACE_ID"] for _ in range(2)]
    form = r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0"
    assert all(re.fullmatch(form, trace) for trace in traces)
    assert len(set(traces)) == 2


def test_an_event_goes_in_and_an_answer_comes_out(twin: Twin) -> None:
    sent = request(b"BREW", b"/pot%20one?milk=no&milk=oat", b"x-raw: caf\xe9", b"cookie: a=1; b=2", body=b"\x00\xff")
    status, headers, body = split(converse(twin.url, sent))
    event = json.loads(body)
    assert status == b"HTTP/1.1 200 OK"
    assert any(line.startswith(b"apigw-requestid: ") for line in headers)
    assert event["requestContext"]["http"]["method"] == "BREW"
    assert (event["rawPath"], event["rawQueryString"]) == ("/pot one", "milk=no&milk=oat")
    assert event["headers"]["x-raw"] == "caf\xe9"
    assert event["cookies"] == ["a=1", "b=2"]
    assert (event["body"], event["isBase64Encoded"]) == ("AP8=", True)


def test_an_unusual_answer_comes_out_unchanged(twin: Twin) -> None:
    status, headers, body = answer(
        twin,
        {
            "statusCode": 599,
            "headers": {"X-Raw": "\xff\x80"},
            "cookies": ["a=1", "b=2"],
            "body": "AP8=",
            "isBase64Encoded": True,
        },
    )
    assert status == b"HTTP/1.1 599 "
    assert {b"X-Raw: \xff\x80", b"set-cookie: a=1", b"set-cookie: b=2"} <= set(headers)
    assert body == b"\x00\xff"


def test_only_code_layers_and_installed_packages_can_be_imported(twin: Twin) -> None:
    found = about(twin, "greeting", "boto3", "brine", "brine_codec", "brine_cli", "tests")
    assert found["importable"] == ["greeting", "boto3"]
    assert found["greeting"] == "hello from a layer"
    assert found["path"][:2] == [str(TEMPLATE.parent / "functions/echo"), str(TEMPLATE.parent / "layers/greeting/src")]


def test_variables_are_the_templates_and_lambdas_only(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_THE_SHELL", "must not arrive")
    twin.restart_functions()
    environment = about(twin)["environment"]
    assert (environment["SHARED"], environment["IS_ON"]) == ("from Globals", "true")
    assert (environment["AWS_LAMBDA_FUNCTION_NAME"], environment["AWS_REGION"]) == ("EchoFunction", "us-east-1")
    assert (environment["AWS_ACCESS_KEY_ID"], environment["TZ"], environment["_HANDLER"]) == (
        "test",
        ":UTC",
        "app.handler",
    )
    assert environment["LAMBDA_TASK_ROOT"] == str(TEMPLATE.parent / "functions/echo")
    assert "FROM_THE_SHELL" not in environment
    assert "HOME" not in environment


def test_a_layer_without_build_method_lies_in_opt(twin: Twin) -> None:
    found = about(twin)
    assert found["file"] == "hello from /opt\n"
    assert not found["environment"]["GREETING_FILE"].startswith("/opt")


def test_the_context_is_lambdas(twin: Twin) -> None:
    found = about(twin)
    context = found["context"]
    assert context["function_name"] == "EchoFunction"
    assert context["memory_limit_in_mb"] == "256"
    assert context["invoked_function_arn"].endswith(":function:EchoFunction")
    assert context["log_group_name"] == "/aws/lambda/EchoFunction"
    assert len(context["aws_request_id"]) == 36
    assert 0 < found["remaining"] <= 20_000


def test_restarting_functions_gives_new_processes(twin: Twin) -> None:
    before = about(twin)
    twin.restart_functions()
    after = about(twin)
    assert before["pid"] != after["pid"]
    assert after["calls"] == 1
    assert not is_running(before["pid"])


def test_a_path_that_api_gateway_cannot_decode(twin: Twin) -> None:
    status, _, body = split(converse(twin.url, request(b"GET", b"/percent%25done")))
    assert (status, body) == (b"HTTP/1.1 400 Bad Request", b'{"message":"Bad Request"}')


def test_a_body_that_fits_api_gateway_but_not_lambda(twin: Twin) -> None:
    status, _, body = split(converse(twin.url, request(b"PUT", body=b"\xff" * 5_000_000)))
    assert b" 413 " in status
    assert b"Lambda takes 6,291,456" in body


def test_a_given_routes_file_and_a_given_origin(tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    text = '[[route]]\nname = "mine"\nprefix = "/mine"\norigin = "http://127.0.0.1:9"\n'
    routes.write_text(text)
    with Twin(template=TEMPLATE, routes=routes) as twin:
        assert about(twin)["routes"] == text
    with Twin(template=TEMPLATE, origin="http://127.0.0.1:1") as twin:
        found = about(twin)
        (route,) = tomllib.loads(found["routes"])["route"]
        assert route == {"name": "origin", "prefix": "/", "origin": "http://127.0.0.1:1"}
    assert not Path(found["environment"]["BRINE_ROUTES"]).exists()
    assert not is_running(found["pid"])


@pytest.mark.parametrize(
    ("start", "error"),
    [
        (lambda _: Twin(template=TEMPLATE, origin="http://a", routes=Path("b")), CommandError),
        (lambda _: Twin(template=TEMPLATE, environments=-1), CommandError),
        (lambda _: Twin(template=TEMPLATE, route_keys={"grace": "1m"}), CommandError),
        (lambda _: Twin(template=TEMPLATE, origin="http://a", route_keys={"grace": "soon"}), CommandError),
        (lambda _: Twin(template=TEMPLATE, origin="localhost:80"), CommandError),
        (lambda _: Twin(template=TEMPLATE, origin="http://a:x"), CommandError),
        (lambda _: Twin(template=TEMPLATE, aws_endpoint="localhost"), CommandError),
        (lambda folder: Twin(template=TEMPLATE, routes=folder / "gone.toml"), CommandError),
        (lambda _: Twin(template=TEMPLATE, port=65_536), PortTaken),
        (lambda folder: Twin(template=folder / "gone.yaml"), TemplateError),
    ],
    ids=[
        "origin and routes",
        "negative environments",
        "keys without an origin",
        "a wrong value of a key",
        "origin without a scheme",
        "origin without a port",
        "endpoint without a scheme",
        "no routes",
        "port out of range",
        "no template",
    ],
)
def test_invalid_templates_and_options(
    tmp_path: Path, start: Callable[[Path], Twin], error: type[CommandError]
) -> None:
    with pytest.raises(error), start(tmp_path):
        pass


def test_a_taken_port(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(PortTaken):
        Twin(template=TEMPLATE, port=taken.getsockname()[1]).__enter__()


def test_routes_cannot_be_replaced_where_no_function_reads_them(tmp_path: Path) -> None:
    properties = "CodeUri: ., Handler: a.b, Events: {E: {Type: HttpApi}}"
    (tmp_path / "template.yaml").write_text(
        f"Resources: {{Fn: {{Type: AWS::Serverless::Function, Properties: {{{properties}}}}}}}"
    )
    with pytest.raises(CommandError, match="no function declares BRINE_ROUTES"):
        Twin(template=tmp_path / "template.yaml", origin="http://a").__enter__()


def test_an_unknown_parameter_is_refused_with_the_names_that_the_template_has(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("Parameters: {Stage: {Type: String, Default: a}}\nResources: {}\n")
    with pytest.raises(
        TemplateError, match=r"Stag: the template has no parameter with this name\.\s+= Its parameters: Stage"
    ):
        Twin(template=tmp_path / "template.yaml", parameters={"Stag": "b"}).__enter__()


def test_a_mistake_in_given_routes_is_found_before_anything_serves(tmp_path: Path) -> None:
    routes = tmp_path / "mine.toml"
    routes.write_text('[[route]]\nname = "mine"\nprefix = "/mine"\norigin = "http://a.test"\nlifetime = 3\n')
    with (
        pytest.raises(CommandError, match=r'mine\.toml:5:1: mistake BR002: unknown key "lifetime"'),
        Twin(template=TEMPLATE, routes=routes),
    ):
        pytest.fail("it serves")
