"""A twin with --verify-tokens reads the keys of an issuer over HTTP, and refuses tokens as API Gateway does.

Another implementation, joserfc, makes the keys and the tokens.
"""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from joserfc import jwk, jwt

from brine_cli.api_gateway.authorization.tokens import unsigned_token
from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

CODE = Path(__file__).parents[2] / "unit/twin/fixtures/authorized/src"
TEMPLATE = """\
Parameters:
  Issuer: { Type: String }
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Users
        Authorizers:
          Users:
            IdentitySource: $request.header.Authorization
            JwtConfiguration: { issuer: !Ref Issuer, audience: [shop] }
  OrdersFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: CODE
      Handler: app.handler
      Events:
        Orders: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /orders, Method: get } }
"""


class Issuer:
    """An OpenID issuer: its discovery document, and its keys."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "2026-12", "use": "sig", "alg": "RS256"})

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.target.decode()
        self.asked.append(path)
        documents: dict[str, Any] = {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": jwk.KeySet([self.key]).as_dict(private=False),
        }
        found = documents.get(path)
        return HttpResponse(status=404 if found is None else 200, body=json.dumps(found).encode())

    def token(self, *, key: jwk.RSAKey | None = None, **claims: Any) -> str:
        """Return a token for `shop` that is valid for a minute, but for the given claims and key."""
        now = int(time.time())
        content = {"iss": self.url, "aud": "shop", "sub": "ada", "iat": now, "exp": now + 60, **claims}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, content, key or self.key)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    listener = listen("127.0.0.1", 0)
    issuer.url = url_of(listener)
    with HttpServer(listener, issuer):
        yield issuer


@pytest.fixture(scope="module")
def console() -> list[str]:
    return []


@pytest.fixture(scope="module")
def twin(issuer: Issuer, console: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    template = tmp_path_factory.mktemp("verified") / "template.yaml"
    template.write_text(TEMPLATE.replace("CODE", str(CODE)))
    parameters = {"Issuer": issuer.url}
    with Twin(
        template=template, parameters=parameters, verifies_tokens=True, report=console.append, show=lambda _: None
    ) as running:
        yield running


def ask(twin: Twin, token: str) -> tuple[int, str, Any]:
    """Return the status, WWW-Authenticate and the content of the answer to a request with a token."""
    connection = HTTPConnection("127.0.0.1", urlsplit(twin.url).port, timeout=30)
    try:
        connection.request("GET", "/orders", headers={"authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("www-authenticate", ""), json.load(answer)
    finally:
        connection.close()


def test_a_token_of_the_issuer(twin: Twin, issuer: Issuer) -> None:
    for _ in range(2):
        status, _, content = ask(twin, issuer.token(groups=["admin"]))
        assert status == 200
        claims = content["event"]["requestContext"]["authorizer"]["jwt"]["claims"]
        assert (claims["sub"], claims["aud"], claims["groups"]) == ("ada", "shop", "[admin]")
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]  # once for both requests


def refused(issuer: Issuer) -> dict[str, tuple[str, str]]:
    """Tokens that API Gateway refuses, each with the reason."""
    other = jwk.RSAKey.generate_key(2048)
    header, _, signature = issuer.token().split(".")
    forged = ".".join((header, issuer.token(sub="eve").split(".")[1], signature))
    not_of_key = "the signature of the token is not that of its issuer's key"
    return {
        "expired": (issuer.token(exp=int(time.time()) - 1), "the token has expired"),
        "audience": (issuer.token(aud="admin"), "the token does not have a valid audience"),
        "issuer": (issuer.token(iss="https://x.example"), "the issuer of the token is https://x.example, and the auth"),
        "another key": (issuer.token(key=other), not_of_key),
        "other claims": (forged, not_of_key),
        "unsigned": (unsigned_token({"sub": "ada"}), "the token has no signature, and the twin runs with --verify-t"),
    }


@pytest.mark.parametrize("kind", ["expired", "audience", "issuer", "another key", "other claims", "unsigned"])
def test_a_token_that_is_refused(twin: Twin, issuer: Issuer, console: list[str], kind: str) -> None:
    token, reason = refused(issuer)[kind]
    status, challenge, content = ask(twin, token)
    assert (status, content) == (401, {"message": "Unauthorized"})
    assert challenge.startswith(f'Bearer scope="" error="invalid_token" error_description="{reason}')
    assert console[-1].startswith(f"GET /orders -> 401: {reason}")
