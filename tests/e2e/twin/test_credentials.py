"""Routes with credentials in the twin, before an API behind Authlib's OAuth 2.0 server and one that asks for a key."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.http.listener import listen
from brine_cli.twin import Twin
from tests.e2e.twin.test_purge import SECONDS
from tests.support.emulators.sdk import aws_client
from tests.support.oauth_server import OAuthServer

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
OAUTH2 = 'type = "oauth2", token_url = "{url}/token", client_secret = "secret:${{CLIENT}}#secret"'
ROUTES = f"""
[[route]]
name = "basic"
prefix = "/basic"
origin = "{{url}}/api"
origin_auth = {{{{ {OAUTH2}, client_id = "shop", scope = "orders.read" }}}}
[[route]]
name = "post"
prefix = "/post"
origin = "{{url}}/api"
origin_auth = {{{{ {OAUTH2}, client_id = "secret:oauth#id", client_auth = "post" }}}}
[[route]]
name = "keyed"
prefix = "/keyed"
origin = "{{url}}/keyed"
origin_headers = {{{{ x-api-key = "parameter:/shop/key" }}}}
[[route]]
name = "signed"
prefix = "/to-exchange"
origin = "http://127.0.0.1:{{port}}/exchange"
origin_auth = {{{{ type = "sigv4", service = "execute-api" }}}}
[[route]]
name = "lost"
prefix = "/lost"
origin = "{{url}}/keyed"
origin_headers = {{{{ x-api-key = "secret:lost-key" }}}}
"""
SECRETS = """
# secrets of the tests
oauth={"id": "shop", "secret": "first-secret"}
parameter:/shop/key = "first-key"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[OAuthServer]:
    with OAuthServer() as server:
        yield server


@pytest.fixture(scope="module")
def reported() -> list[str]:
    """What the twin says, and what its functions log."""
    return []


@pytest.fixture(scope="module")
def twin(server: OAuthServer, reported: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A twin with four processes of the gateway, each with one request at a time."""
    folder = tmp_path_factory.mktemp("credentials")
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    (folder / "routes.toml").write_text(ROUTES.format(url=server.url, port=port))
    (folder / "secrets.env").write_text(SECRETS)
    with Twin(
        template=TEMPLATE,
        routes=folder / "routes.toml",
        secrets=folder / "secrets.env",
        parameters={"Variables": "CLIENT=oauth"},
        environments=4,
        port=port,
        report=reported.append,
        show=reported.append,
    ) as running:
        yield running


def ask(twin: Twin, path: str, **fields: str) -> tuple[int, str, str]:
    """The status, the body and the Cache-Status of an answer."""
    request = urllib.request.Request(twin.url + path, headers=fields)  # noqa: S310 - a URL of the test
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - a URL of the test
            return answer.status, answer.read().decode(), answer.headers["cache-status"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers["cache-status"]


def put_secret(twin: Twin, text: str) -> None:
    assert twin.aws_endpoint is not None
    aws_client("secretsmanager", twin.aws_endpoint).put_secret_value(SecretId="oauth", SecretString=text)


def test_all_processes_share_one_token_and_clients_share_responses(twin: Twin, server: OAuthServer) -> None:
    with ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda number: ask(twin, f"/basic/{number}"), range(24)))
    assert Counter(status for status, _, _ in answers) == {200: 24}
    assert answers[7][1] == "for shop: 7"
    assert server.asked == [200]
    assert set(server.got) == {"Bearer token-1"}
    assert ask(twin, "/basic/7", Authorization="Bearer of-the-client")[2].startswith("brine; hit")


def test_a_client_authenticates_in_the_content_with_id_and_secret_of_one_secret(
    twin: Twin, server: OAuthServer
) -> None:
    issued = len(server.tokens)
    assert ask(twin, "/post/a")[:2] == (200, "for shop: a")
    assert len(server.tokens) == issued + 1


def test_a_revoked_token_is_replaced_once_and_a_rotated_client_secret_read_again(
    twin: Twin, server: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(twin, "/basic/before")[0] == 200
    for token in server.tokens.values():
        monkeypatch.setattr(token, "revoked", True)
    server.secret = "second-secret"
    put_secret(twin, '{"id": "shop", "secret": "second-secret"}')
    asked = len(server.asked)
    until = time.monotonic() + SECONDS
    while ask(twin, "/basic/after")[0] == 502:  # a token is not replaced in its first seconds
        assert time.monotonic() < until
        time.sleep(0.5)
    with ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda number: ask(twin, f"/basic/after/{number}"), range(12)))
    assert Counter(status for status, _, _ in answers) == {200: 12}
    assert Counter(server.asked[asked:])[200] == 1


def test_a_rotated_key_is_read_again_when_the_origin_refuses_the_old_one(twin: Twin, server: OAuthServer) -> None:
    assert ask(twin, "/keyed/a")[:2] == (200, "keyed: a")
    server.api_key = "second-key"
    assert twin.aws_endpoint is not None
    ssm = aws_client("ssm", twin.aws_endpoint)
    ssm.put_parameter(Name="/shop/key", Value="second-key", Type="SecureString", Overwrite=True)
    assert ask(twin, "/keyed/b")[:2] == (200, "keyed: b")


def test_a_signed_request_passes_the_authorizer_of_another_api(twin: Twin) -> None:
    assert ask(twin, "/exchange/none?b=1+2&a=%C3%A9")[:2] == (403, '{"message":"Forbidden"}')
    status, body, _ = ask(twin, "/to-exchange/none?b=1+2&a=%C3%A9")
    assert (status, "urn:brine:problem:channel-unknown" in body) == (404, True)


def test_a_secret_that_is_missing_is_named_at_the_start_and_a_problem_for_clients(
    twin: Twin, reported: list[str]
) -> None:
    (told,) = [line for line in reported if "secret:lost-key" in line]
    assert "secret:lost-key=VALUE" in told
    status, body, cache_status = ask(twin, "/lost/a")
    assert (status, "urn:brine:problem:origin-credentials" in body) == (502, True)
    assert "detail=origin-credentials" in cache_status
    assert any("credentials-unavailable: ResourceNotFoundException" in line for line in reported)


def test_no_log_line_shows_a_secret_or_a_token(twin: Twin, reported: list[str], server: OAuthServer) -> None:
    text = "\n".join(reported)
    assert "/basic" in text or "basic" in text
    assert not [one for one in ("first-secret", "second-secret", "first-key", "second-key", "token-") if one in text]
