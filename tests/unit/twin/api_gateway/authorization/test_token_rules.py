"""The rules that API Gateway documents for the claims of a token.

(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from brine_cli.api_gateway.authorization.token_rules import check_algorithm, check_claims, scopes_of
from brine_cli.api_gateway.authorization.tokens import TokenRefused
from brine_cli.template.authorizers.kinds import JwtAuthorizer

NOW = datetime(2026, 7, 10, 12, tzinfo=UTC)
SOON, BEFORE = ((NOW + timedelta(seconds=seconds)).timestamp() for seconds in (60, -60))
USERS = JwtAuthorizer(
    name="Users", identity_source="$request.header.Authorization", issuer="https://i", audience=("shop", "admin")
)
VALID = {"iss": "https://i", "aud": "shop", "exp": SOON, "iat": BEFORE, "nbf": BEFORE}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"aud": "admin"},
        {"aud": ["other", "shop"]},
        {"aud": None, "client_id": "shop"},
        {"nbf": NOW.timestamp()},
        {"exp": str(SOON)},
    ],
)
def test_claims_that_are_accepted(changed: dict[str, Any]) -> None:
    claims = {**VALID, **changed}
    if claims["aud"] is None:
        del claims["aud"]
    check_claims(claims, USERS, NOW)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"iss": "https://i/"}, "the issuer of the token is https://i/, and the authorizer accepts https://i"),
        ({"iss": None}, "the issuer of the token is None"),
        ({"aud": "other"}, "the token does not have a valid audience"),
        ({"aud": "other", "client_id": "shop"}, "the token does not have a valid audience"),
        ({"aud": None}, "the token does not have a valid audience"),
        ({"exp": NOW.timestamp()}, "the token has expired"),
        ({"exp": BEFORE}, "the token has expired"),
        ({"exp": float("nan")}, "the token has expired"),
        ({"exp": None}, "the token has no exp"),
        ({"exp": "tomorrow"}, "the exp of the token is not a number"),
        ({"nbf": SOON}, "the token is not valid yet"),
        ({"iat": SOON}, "the token was issued in the future"),
    ],
)
def test_claims_that_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(TokenRefused, match=message):
        check_claims({**VALID, **changed}, USERS, NOW)


def test_any_issuer_and_audience_if_only_aws_knows_them() -> None:
    pool = JwtAuthorizer(name="Pool", identity_source="$request.header.A", issuer=None, audience=())
    check_claims({"iss": "https://anything", "exp": SOON}, pool, NOW)


@pytest.mark.parametrize("algorithm", ["HS256", "ES256", "none", "None", "EdDSA"])
def test_algorithms_that_are_not_rsa(algorithm: str) -> None:
    with pytest.raises(TokenRefused, match=f"the algorithm of the token is {algorithm}"):
        check_algorithm(algorithm)


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "read  write"}, ["read", "write"]),
        ({"scp": ["read", "write"], "scope": "other"}, ["read", "write"]),
        ({"scp": "read"}, ["read"]),
        ({"scope": ["read"]}, ["read"]),
        ({}, []),
    ],
)
def test_scopes_of_a_token(claims: dict[str, Any], scopes: list[str]) -> None:
    assert scopes_of(claims) == scopes
