"""Requests to the admin API of a stack: signed, or with a token; and what each refusal means."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1.client import HttpClient
from brine.domain.http.messages import Request
from brine_cli.deployed.admin_address import AdminAddress
from brine_cli.deployed.signed_requests import AdminAnswer, SignedRequests
from brine_cli.deployed.stack_client import StackClient
from brine_cli.deployed.stack_outputs import StackOutputs
from brine_cli.errors import CommandError
from tests.support.emulators.aws import lean
from tests.support.loopback import Loopback, answering_always

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:cloudformation:eu-central-1:111122223333:stack/brine/0f"
CREDENTIALS = AwsCredentials("AKIA", "secret")


def address(url: str = "https://a1.execute-api.eu-central-1.amazonaws.com/_brine") -> AdminAddress:
    return AdminAddress.of(StackOutputs(ARN, {"AdminUrl": url}))


@dataclass
class Answering:
    """Gives one answer to each request, and remembers the requests."""

    answer: AdminAnswer
    token: str = ""
    address: AdminAddress = field(default_factory=address)
    asked: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> AdminAnswer:
        self.asked.append(request)
        return self.answer


def client(
    status: int, document: object, token: str = "", kind: str = "application/json"
) -> tuple[StackClient, Answering]:
    requests = Answering(AdminAnswer(status, kind, json.dumps(document).encode()), token)
    return StackClient(requests), requests  # type: ignore[arg-type]  # it has what a client uses


def test_arguments_are_in_the_query_of_a_get_and_in_the_body_of_a_post() -> None:
    stack, requests = client(200, {"items": []})
    assert stack.get("stored", {"url": "/a b?x", "route": None, "limit": "5"}) == {"items": []}
    assert stack.post("purge", {"tag": "ä", "soft": None}) == {"items": []}
    got, posted = requests.asked
    assert (got.method, got.target) == ("GET", "/_brine/stored?url=%2Fa%20b%3Fx&limit=5")
    assert (posted.method, posted.target, json.loads(posted.body)) == ("POST", "/_brine/purge", {"tag": "ä"})
    assert stack.url == "https://a1.execute-api.eu-central-1.amazonaws.com"


def test_a_problem_is_told_and_a_health_that_fails_is_an_answer() -> None:
    stack, _ = client(400, {"detail": "tag is 7. Write a text."})
    with pytest.raises(CommandError, match=r"^tag is 7\. Write a text$"):
        stack.post("purge", {"tag": 7})
    failing = {"status": "failing", "checks": []}
    assert client(503, failing)[0].get("health", {}) == failing


WHERE = "the admin API of the stack brine"
OF_TOKEN = f"{WHERE} refuses the token of BRINE_ADMIN_TOKEN"
PURGE = "arn:aws:execute-api:eu-central-1:111122223333:a1/*/POST/_brine/purge"
FORBIDDEN = (
    f"{WHERE} refuses the signature. Allow execute-api:Invoke on {PURGE} to the user or role of these credentials, "
    "which must be of the account 111122223333"
)
UNKNOWN = (
    f"{WHERE} answers 404 application/json to POST /_brine/purge, and not as this version expects. Deploy the stack "
    "with the same version of Brine, and read the log of AdminFunction"
)
REFUSALS: list[tuple[int, str, str]] = [
    (403, "", FORBIDDEN),
    (401, "", f"{WHERE} takes tokens and no signatures. Put a token into the variable BRINE_ADMIN_TOKEN"),
    (401, "x", f"{OF_TOKEN}: it has expired, or is for another audience"),
    (403, "x", f"{OF_TOKEN}: it lacks the scope of AdminJwtScope"),
    (503, "", f"{WHERE} is busy (503). Try again"),
    (404, "", UNKNOWN),
]


@pytest.mark.parametrize(("status", "token", "message"), REFUSALS)
def test_a_refusal_of_api_gateway_says_what_is_missing(status: int, token: str, message: str) -> None:
    stack, _ = client(status, {"message": "Forbidden"}, token)
    with pytest.raises(CommandError) as caught:
        stack.post("purge", {})
    assert str(caught.value) == message


def sent(answer: bytes, act: Callable[[SignedRequests], AdminAnswer], token: str = "") -> tuple[AdminAnswer, str]:
    """The answer to a request over a connection, and the head that was sent."""
    with Loopback(answering_always(answer)) as server, HttpClient() as http:
        own = address(f"http://a1.execute-api.localhost:{server.address.port}/_brine")
        found = act(SignedRequests(address=own, aws=Aws(transport=lean(http, None, CREDENTIALS)), token=token))
        return found, server.requests[0].partition(b"\r\n\r\n")[0].decode().lower()


def test_a_request_is_signed_for_the_name_of_the_api() -> None:
    request = Request(method="GET", path="/_brine/stored", query="url=/a")
    answer, head = sent(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
        lambda one: one.send(request),
    )
    assert answer == AdminAnswer(200, "application/json", b"{}")
    assert head.startswith("get /_brine/stored?url=%2fa http/1.1")
    assert "\r\nhost: a1.execute-api.localhost:" in head
    assert "/eu-central-1/execute-api/aws4_request, signedheaders=host;x-amz-date, signature=" in head


def test_a_token_takes_the_place_of_the_signature() -> None:
    _, head = sent(
        b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n", lambda one: one.send(Request(method="GET", path="/x")), "TOKEN"
    )
    assert "\r\nauthorization: bearer token" in head
    assert "x-amz-date" not in head


def test_no_redirect_is_followed() -> None:
    there = b"HTTP/1.1 302 Found\r\nlocation: https://elsewhere.test/\r\ncontent-length: 0\r\n\r\n"
    answer, _ = sent(there, lambda one: one.send(Request(method="GET", path="/x")))
    assert answer.status == 302


def test_a_server_that_is_not_there_is_told() -> None:
    with HttpClient() as http:
        requests = SignedRequests(
            address=address("http://127.0.0.1:9/_brine"), aws=Aws(transport=lean(http, None, CREDENTIALS))
        )
        with pytest.raises(
            CommandError, match=r"^the admin API of the stack brine does not answer at http://127\.0\.0\.1:9 \("
        ):
            requests.send(Request(method="GET", path="/x"))


def test_a_bundle_of_certificates_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere.pem")
    with HttpClient() as http:
        requests = SignedRequests(address=address(), aws=Aws(transport=lean(http, None, CREDENTIALS)))
        with pytest.raises(CommandError, match=r"^AWS_CA_BUNDLE is /nowhere\.pem, which cannot be read: "):
            requests.send(Request(method="GET", path="/x"))
