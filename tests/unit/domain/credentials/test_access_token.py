"""Access tokens: what a token endpoint is asked, what it may answer, and when a token is renewed."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from brine.domain.credentials.access_token import DEFAULT_LIFETIME, AccessToken, token_in, token_request
from brine.domain.credentials.description import OAuth2Client, SecretReference
from brine.domain.http.messages import Response
from brine.domain.routing.origin import OriginAddress
from brine.errors import CredentialsUnavailable

CLIENT = OAuth2Client(
    token_url=OriginAddress("https", "login.test", 443),
    token_target="/token?tenant=7",
    client_id="shop",
    client_secret=SecretReference("secret", "shop"),
)


def answered(status: int = 200, **members: Any) -> Response:
    return Response(status=status, body=json.dumps(members).encode())


def test_a_client_authenticates_by_basic_with_both_halves_encoded_as_in_a_form() -> None:
    request = token_request(CLIENT, "shop:1", "ü /+")
    kind, _, coded = request.fields.get("authorization", "").partition(" ")
    assert (request.method, request.target, kind) == ("POST", "/token?tenant=7", "Basic")
    assert b64decode(coded) == b"shop%3A1:%C3%BC+%2F%2B"
    assert parse_qs(request.body.decode()) == {"grant_type": ["client_credentials"]}


def test_a_client_may_authenticate_in_the_content_and_asks_for_its_scope_and_audience() -> None:
    client = replace(CLIENT, client_auth="post", scope="a b", audience="https://api.test/")
    request = token_request(client, "shop", "s&=ü")
    assert "authorization" not in request.fields
    assert request.fields.get("content-type") == "application/x-www-form-urlencoded"
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["a b"],
        "audience": ["https://api.test/"],
        "client_id": ["shop"],
        "client_secret": ["s&=ü"],
    }


def test_a_token_expires_as_the_endpoint_says_counted_from_the_request() -> None:
    token = token_in(answered(access_token="t1", token_type="Bearer", expires_in=3600), 1000.0)
    assert (token.text, token.issued_at, token.expires_at) == ("t1", 1000.0, 4600.0)
    assert "t1" not in repr(token)


@pytest.mark.parametrize(
    ("expires_in", "lifetime"),
    [
        ("60", 60.0),
        (None, DEFAULT_LIFETIME),
        ("soon", DEFAULT_LIFETIME),
        (True, DEFAULT_LIFETIME),
        (-1, DEFAULT_LIFETIME),
    ],
)
def test_a_lifetime_may_be_text_and_an_unreadable_one_is_the_default(expires_in: object, lifetime: float) -> None:
    token = token_in(answered(access_token="t1", token_type="bearer", expires_in=expires_in), 0.0)
    assert token.expires_at == lifetime


@pytest.mark.parametrize(
    ("response", "cause"),
    [
        (answered(401, error="invalid_client", error_description="hush"), "invalid_client"),
        (answered(400, error="hush"), "status-400"),
        (Response(status=302), "status-302"),
        (Response(status=200, body=b"access_token=hush"), "no-token"),
        (answered(access_token="", token_type="bearer"), "no-token"),
        (answered(access_token="hush\r\nx: y", token_type="bearer"), "no-token"),
        (answered(access_token=["hush"], token_type="bearer"), "no-token"),
        (answered(access_token="hush", token_type="mac"), "token-type"),
        (answered(access_token="hush"), "token-type"),
    ],
)
def test_a_response_without_a_token_is_an_error_that_quotes_none_of_it(response: Response, cause: str) -> None:
    with pytest.raises(CredentialsUnavailable) as raised:
        token_in(response, 0.0)
    assert raised.value.cause == cause
    assert "hush" not in str(raised.value)


def test_a_token_is_renewed_before_it_expires_at_a_time_that_each_process_draws() -> None:
    token = AccessToken("t1", 0.0, 1000.0)
    assert [token.renew_at(drawn) for drawn in (0.0, 0.5, 1.0)] == [850.0, 800.0, 750.0]
    assert token.is_usable(token.renew_at(0.0))
    assert (token.is_usable(994.9), token.is_usable(995.0)) == (True, False)
    short = AccessToken("t1", 0.0, 2.0)
    assert short.is_usable(short.renew_at(0.0))
