"""A template with authorizers, SSM parameters, secrets and a schedule, as a developer uses it."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from brine_cli.__main__ import main
from brine_cli.api_gateway.authorization.tokens import unsigned_token
from brine_cli.twin import Twin
from tests.support.emulators.sdk import aws_client

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parents[2] / "unit/twin/fixtures/authorized/template.yaml"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("secrets") / "secrets.env"
    file.write_text('authorized-db={"password": "s3cret"}\nparameter:/authorized/limit=7\n')
    return file


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """The names that the twin's process has looked up until the twin was ready."""
    return []


@pytest.fixture(scope="module")
def twin(secrets: Path, asked: list[str]) -> Iterator[Twin]:
    look_up = socket.getaddrinfo

    def observed(host: Any, *arguments: Any, **named: Any) -> Any:
        asked.append(str(host))
        return look_up(host, *arguments, **named)

    twin = Twin(template=TEMPLATE, secrets=secrets, report=lambda _: None, show=lambda _: None)
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", observed)
            stack.enter_context(twin)
        yield twin


def get(twin: Twin, path: str, **headers: str) -> Any:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(twin.url + path, headers=names)  # noqa: S310  (the URL of the twin)
    with urlopen(request, timeout=30) as answer:  # noqa: S310  (see above)
        return json.load(answer)


def test_no_start_needs_dns(twin: Twin, asked: list[str]) -> None:
    assert twin.url
    assert set(asked) <= {"127.0.0.1"}


def test_a_token_reaches_the_function_as_claims(twin: Twin) -> None:
    token = unsigned_token({"sub": "ada", "scope": "orders/read", "groups": ["a", "b"]})
    event = get(twin, "/orders", authorization=f"Bearer {token}")["event"]
    jwt = event["requestContext"]["authorizer"]["jwt"]
    assert (jwt["claims"]["sub"], jwt["claims"]["groups"], jwt["scopes"]) == ("ada", "[a b]", ["orders/read"])
    assert event["headers"]["authorization"] == f"Bearer {token}"


def test_a_function_decides_and_its_answer_is_kept(twin: Twin) -> None:
    contexts = [get(twin, "/simple/7?shop=1", x_key="good")["event"]["requestContext"]["authorizer"] for _ in range(2)]
    assert contexts[0] == contexts[1]
    assert contexts[0]["lambda"]["identity"] == ["good", "1"]
    assert get(twin, "/policy/7", x_key="good")["event"]["requestContext"]["authorizer"]["lambda"]["identity"] == "good"


def test_values_of_ssm_and_secrets_manager(twin: Twin) -> None:
    assert get(twin, "/open")["variables"] == {
        "GREETING": "hello",
        "PASSWORD": "s3cret",
        "PLAIN": "open sesame",
        "LIMIT": "7",
    }
    assert twin.aws_endpoint is not None
    ssm = aws_client("ssm", twin.aws_endpoint)
    assert ssm.get_parameter(Name="/authorized/uploads")["Parameter"]["Value"] == "brine-dev-uploads"


def test_brine_invoke_in_the_running_twin(twin: Twin, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"rawPath": "/x"}')
    assert main(["invoke", "OrdersFunction", "-e", str(file), "--twin", twin.url]) == 0
    answer, log = capsys.readouterr()
    assert json.loads(json.loads(answer)["body"])["variables"]["PLAIN"] == "open sesame"
    assert "got /x\n" in log
    assert f"in the twin at {twin.url}" in log
    file.write_text('{"fail": true}')
    assert main(["invoke", "OrdersFunction", "-e", str(file), "--twin", twin.url, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"].endswith("RuntimeError: it was asked to fail")
    assert main(["invoke", "Gone", "--twin", twin.url]) == 1
    assert "no function has the name Gone. The functions are: DecideFunction, OrdersFunction" in capsys.readouterr().err


def test_brine_invoke_without_a_twin(secrets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["invoke", "OrdersFunction", "--template", str(TEMPLATE), "--secrets", str(secrets), "--fresh"]
    assert main(arguments) == 0
    answer, log = capsys.readouterr()
    content = json.loads(json.loads(answer)["body"])
    assert content["event"]["detail-type"] == "Scheduled Event"
    assert content["variables"]["LIMIT"] == "7"
    assert "OrdersFunction answered the event of its schedule cron(0 3 * * ? *)" in log
