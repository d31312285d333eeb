"""The smoke function's verdict on good versions and on versions with seeded bugs, and that CodeDeploy hears it."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from functions.smoke import app
from tests.support.emulators.aws import REGION
from tests.unit.functions.invoking import Output, running, variables_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.emulators.aws import Emulator

    type Version = Callable[[Any], Any]

FUNCTIONS = Path(__file__).parents[3] / "functions"
HOOK = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}
UNKNOWN = {"statusCode": 404, "headers": {}, "body": '{"status": 404}'}
STALE_STORE = {"statusCode": 200, "headers": {"cache-status": "brine; fwd=bypass; detail=table-unavailable"}}


ROUTES = '[[route]]\nname = "api"\nprefix = "/api"\norigin = "http://127.0.0.1:1"\n'
CHANNELS = ""


class Broken(Exception):
    """A version fails."""


def of_gateway(event: Any) -> Any:
    return UNKNOWN if event["rawPath"] == app.UNKNOWN_PATH else {"statusCode": 200, "headers": {}}


def failing(_: Any) -> Any:
    raise Broken("no such table\nTraceback ...")


GOOD: dict[str, Version] = {
    "gateway:2": of_gateway,
    "refresher:2": lambda _: {"batchItemFailures": []},
    "exchange:2": lambda _: {"statusCode": 403, "headers": {}},
}


class FakeAws:
    """Lambda's Invoke for some versions, and CodeDeploy. `told`: what CodeDeploy was told."""

    def __init__(self) -> None:
        self.versions = dict(GOOD)
        self.told: list[dict[str, Any]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        aws = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if "x-amz-target" in self.headers:
                    aws.told.append(body)
                    return self._answer(200, {})
                version = aws.versions.get(unquote(self.path.split("/")[3]))
                if version is None:
                    return self._answer(404, {"Type": "User", "Message": "Function not found"})
                try:
                    return self._answer(200, version(body))
                except Broken as error:
                    document = {"errorType": "Broken", "errorMessage": str(error)}
                    return self._answer(200, document, ("X-Amz-Function-Error", "Unhandled"))

            def _answer(self, status: int, document: Any, *fields: tuple[str, str]) -> None:
                data = json.dumps(document).encode()
                self.send_response(status)
                for name, value in (("content-length", str(len(data))), *fields):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    fake = FakeAws()
    thread = threading.Thread(target=fake.server.serve_forever)
    thread.start()
    variables = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{fake.server.server_port}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        **{f"SMOKE_{name.upper()}": f"{name}:2" for name in ("gateway", "refresher", "exchange")},
        "SMOKE_PATHS": "",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    yield fake
    fake.server.shutdown()
    thread.join()
    fake.server.server_close()


def verdict(event: dict[str, Any]) -> Any:
    context: Any = None
    return app.handler(event, context)


def test_good_versions_may_get_traffic_and_codedeploy_hears_it_once(aws: FakeAws) -> None:
    assert verdict(HOOK) == {
        "verdict": "Succeeded",
        "probes": {"gateway": "good", "refresher": "good", "exchange": "good"},
    }
    assert aws.told == [
        {"deploymentId": "d-1", "lifecycleEventHookExecutionId": "hook-1", "status": "Succeeded"},
    ]


def test_called_by_an_operator_it_only_reports(aws: FakeAws) -> None:
    assert verdict({})["verdict"] == "Succeeded"
    assert aws.told == []


@pytest.mark.parametrize(
    ("function", "version", "problem"),
    [
        ("gateway", failing, "it fails: Broken: no such table"),
        ("gateway", lambda _: {"statusCode": 502}, "it answers 502"),
        ("gateway", lambda _: STALE_STORE, "its stores fail: table-unavailable"),
        ("gateway", lambda _: {"statusCode": 200, "headers": {}}, "it does not refuse an unknown path as a gateway"),
        ("gateway", lambda _: {"statusCode": 404, "body": "null"}, "it does not refuse an unknown path"),
        ("gateway", lambda _: None, "it does not answer as a function behind an HTTP API"),
        ("gateway", None, "it cannot be called: "),
        ("refresher", failing, "it fails: Broken: no such table"),
        ("refresher", lambda _: None, "it does not answer as a refresher"),
        ("exchange", lambda _: {"statusCode": 200}, "it answers 200 where it must refuse"),
        ("exchange", lambda _: {"statusCode": 500}, "it answers 500"),
    ],
)
def test_a_version_with_a_bug_gets_no_traffic(
    aws: FakeAws, function: str, version: Version | None, problem: str
) -> None:
    del aws.versions[f"{function}:2"]
    if version is not None:
        aws.versions[f"{function}:2"] = version
    report = verdict(HOOK)

    assert report["verdict"] == "Failed"
    assert {name for name, result in report["probes"].items() if result != "good"} == {function}
    assert report["probes"][function].startswith(problem)
    assert [one["status"] for one in aws.told] == ["Failed"]


@pytest.mark.parametrize(("status", "expected"), [(200, "Succeeded"), (301, "Succeeded"), (404, "Failed")])
def test_paths_of_the_deployer_must_have_no_error(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch, status: int, expected: str
) -> None:
    answers = {app.UNKNOWN_PATH: UNKNOWN, "/api/health": {"statusCode": 200}, "/api/orders": {"statusCode": status}}
    monkeypatch.setenv("SMOKE_PATHS", "/api/health,/api/orders")
    aws.versions["gateway:2"] = lambda event: answers[event["rawPath"]]

    report = verdict(HOOK)
    assert (report["verdict"], report["probes"]["gateway /api/health"]) == (expected, "good")


def test_the_functions_of_this_version_are_good(aws: FakeAws, emulator: Emulator, tmp_path: Path) -> None:
    texts = {"routes": ROUTES, "channels": CHANNELS, "types": ""}
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text)
    variables = variables_on(emulator, tmp_path / "routes.toml") | {
        "BRINE_CHANNELS": str(tmp_path / "channels.toml"),
        "BRINE_TYPES": str(tmp_path / "types.toml"),
    }
    with ExitStack() as stack:
        for name in ("gateway", "refresher", "exchange"):
            code = FUNCTIONS / name
            function = running(variables, tmp_path / name, Output(), code=code, handler="app.handler")
            aws.versions[f"{name}:2"] = stack.enter_context(function)
        report = verdict(HOOK)
    assert set(report["probes"].values()) == {"good"}, report
