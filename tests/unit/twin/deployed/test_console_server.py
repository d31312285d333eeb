"""The console of a stack on this machine: it signs for the page that has its secret, and for nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.deployed import console_command
from brine_cli.deployed.admin_address import AdminAddress
from brine_cli.deployed.console_server import ConsoleServer
from brine_cli.deployed.signed_requests import AdminAnswer
from brine_cli.deployed.stack_outputs import StackOutputs
from brine_cli.errors import CommandError
from brine_cli.http.admission import Admission
from brine_cli.http.messages import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.http.messages import Request
    from brine_cli.http.messages import HttpResponse

ARN = "arn:aws:cloudformation:eu-central-1:111122223333:stack/brine/0f"
URL = "https://a1.execute-api.eu-central-1.amazonaws.com/_brine"
SERVER = "http://127.0.0.1:3080"


@dataclass
class Api:
    """An admin API that answers with an empty object."""

    answer: AdminAnswer | CommandError = field(default_factory=lambda: AdminAnswer(200, "application/json", b"{}"))
    address: AdminAddress = field(default_factory=lambda: AdminAddress.of(StackOutputs(ARN, {"AdminUrl": URL})))
    token: str = ""
    asked: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> AdminAnswer:
        self.asked.append(request)
        if isinstance(self.answer, CommandError):
            raise self.answer
        return self.answer


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def console(api: Api) -> ConsoleServer:
    admission = Admission(port=3080, names=frozenset({"127.0.0.1"}))
    return ConsoleServer(requests=api, admission=admission, secret="SECRET")  # type: ignore[arg-type]  # it has what is used


def ask(
    console: ConsoleServer,
    method: str,
    target: str,
    fields: Mapping[str, str] = MappingProxyType({}),
    body: bytes = b"",
) -> HttpResponse:
    lines = {"host": "127.0.0.1:3080"} | {name.replace("_", "-"): value for name, value in fields.items()}
    headers = tuple((name.encode(), value.encode()) for name, value in lines.items())
    return console(HttpRequest(method=method, target=target.encode(), headers=headers, body=body, client="127.0.0.1"))


def document(response: HttpResponse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.body)
    return found


def test_the_page_gets_its_files_and_facts_without_the_secret(console: ConsoleServer, api: Api) -> None:
    assert console.url(SERVER) == f"{SERVER}/_brine/console.html#SECRET"
    for name in ("console.html", "console.js", "console-stack.js", "console.css", "console.svg"):
        answer = ask(console, "GET", f"/_brine/{name}")
        assert answer.status == 200, name
        assert b"SECRET" not in answer.body
        assert dict(answer.headers)[b"content-security-policy"].startswith(b"default-src 'none'; script-src 'self'")
    facts = document(ask(console, "GET", "/_brine/console.json"))
    place = "the stack brine, https://a1.execute-api.eu-central-1.amazonaws.com"
    assert facts == {"live": False, "place": place, "takes_token": False}
    assert api.asked == []


def test_a_request_with_the_secret_is_passed_on(console: ConsoleServer, api: Api) -> None:
    own = {"x_brine_console": "SECRET", "cookie": "a=b", "content_type": "application/json"}
    assert ask(console, "POST", "/_brine/purge", own, b'{"tag": "a"}').status == 200
    assert ask(console, "GET", "/_brine/stored?limit=5", own | {"authorization": "Bearer x"}).status == 200
    posted, got = api.asked
    assert (posted.method, posted.target, posted.body) == ("POST", "/_brine/purge", b'{"tag": "a"}')
    assert posted.fields.lines == (("content-type", "application/json"),)
    assert (got.target, got.fields.get("authorization")) == ("/_brine/stored?limit=5", "Bearer x")


@pytest.mark.parametrize(
    ("method", "target", "fields", "status"),
    [
        ("GET", "/_brine/version", {}, 403),
        ("GET", "/_brine/version", {"x_brine_console": "OTHER"}, 403),
        ("GET", "/_brine/version?SECRET", {}, 403),
        ("OPTIONS", "/_brine/purge", {"origin": "http://127.0.0.1:8000"}, 404),  # so no other page may send the secret
        ("POST", "/_brine/purge", {"x_brine_console": "SECRET", "origin": "https://evil.test"}, 403),
        ("GET", "/_brine/version", {"x_brine_console": "SECRET", "host": "evil.test:3080"}, 421),
        ("GET", "/_brine/purge", {"x_brine_console": "SECRET"}, 404),
        ("GET", "/_brine/../api/orders", {"x_brine_console": "SECRET"}, 404),
        ("GET", "/api/orders", {"x_brine_console": "SECRET"}, 404),
        ("GET", "/_brine/../console.html", {}, 404),
        ("GET", "/", {}, 404),
    ],
)
def test_everything_else_is_refused(
    console: ConsoleServer, api: Api, method: str, target: str, fields: dict[str, str], status: int
) -> None:
    answer = ask(console, method, target, fields)
    assert answer.status == status
    assert dict(answer.headers)[b"cache-control"] == b"no-store"
    assert not [name for name, _ in answer.headers if name.startswith(b"access-control")]
    assert api.asked == []


def test_an_api_that_does_not_answer_is_told(console: ConsoleServer, api: Api) -> None:
    api.answer = CommandError("the admin API does not answer")
    answer = ask(console, "GET", "/_brine/version", {"x_brine_console": "SECRET"})
    assert (answer.status, document(answer)["twin"]) == (502, "the admin API does not answer")


@pytest.mark.parametrize(("status", "token", "takes"), [(200, "", False), (401, "", True)])
def test_the_command_finds_out_whether_the_api_takes_tokens(status: int, token: str, *, takes: bool) -> None:
    api = Api(AdminAnswer(status, "application/json", b"{}"), token=token)
    assert console_command._takes_tokens(api) is takes  # type: ignore[arg-type]  # it has what is used


def test_the_command_tells_a_refusal_before_it_serves() -> None:
    api = Api(AdminAnswer(403, "application/json", b'{"message": "Forbidden"}'))
    with pytest.raises(CommandError, match=r"Allow execute-api:Invoke on .*/GET/_brine/version"):
        console_command._takes_tokens(api)  # type: ignore[arg-type]  # as above
