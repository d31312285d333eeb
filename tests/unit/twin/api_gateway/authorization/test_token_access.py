"""A JWT authorizer decides as API Gateway does, and accepts more in development, as the user chose."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from brine_cli.api_gateway.authorization.issuer_keys import IssuerKeys
from brine_cli.api_gateway.authorization.refused import AccessRefused
from brine_cli.api_gateway.authorization.token_access import TokenAccess
from brine_cli.api_gateway.authorization.tokens import unsigned_token
from brine_cli.template.authorizers.kinds import JwtAuthorizer
from tests.unit.twin.api_gateway.authorization.signed_tokens import ISSUER, Issuer

NOW = datetime(2026, 7, 10, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
USERS = JwtAuthorizer(
    name="Users", identity_source="$request.header.Authorization", issuer=ISSUER, audience=("shop", "admin")
)
POOL = JwtAuthorizer(name="Pool", identity_source="$request.querystring.token", issuer=None, audience=())
VALID = {"iss": ISSUER, "aud": "shop", "sub": "ada", "iat": SECONDS - 60, "exp": SECONDS + 60}


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


def decide(
    token: str | None, access: TokenAccess | None = None, *, of: JwtAuthorizer = USERS, scopes: tuple[str, ...] = ()
) -> Any:
    event = {
        "headers": {} if token is None else {"authorization": f"Bearer {token}"},
        "queryStringParameters": {} if token is None else {"token": token},
        "requestContext": {},
    }
    return (access or TokenAccess())(of, scopes, event, NOW)["jwt"]


def refusal(token: str | None, access: TokenAccess | None = None, **how: Any) -> tuple[int, str, str | None, str]:
    with pytest.raises(AccessRefused) as refused:
        decide(token, access, **how)
    response = refused.value.response
    challenge = dict(response.headers).get(b"www-authenticate")
    return response.status, response.body.decode(), challenge.decode() if challenge else None, str(refused.value)


def test_a_request_without_a_token() -> None:
    assert refusal(None) == (
        401,
        '{"message":"Unauthorized"}',
        "Bearer",
        (
            "the authorizer Users wants a token in $request.header.Authorization. Send `Authorization: Bearer TOKEN`; "
            "`brine token` makes a TOKEN for development"
        ),
    )


def test_a_token_of_another_audience() -> None:
    # The answer that the AWS documentation shows (http-api-troubleshooting-jwt.html)
    status, body, challenge, reason = refusal(unsigned_token(VALID | {"aud": "other"}))
    assert (status, body) == (401, '{"message":"Unauthorized"}')
    assert challenge == (
        'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"'
    )
    assert reason == "the token does not have a valid audience (authorizer Users)"


@pytest.mark.parametrize("token", ["text", "a.b.c", unsigned_token({"exp": SECONDS})])
def test_other_tokens_that_are_refused(token: str) -> None:
    status, body, challenge, _ = refusal(token, scopes=("read", "write"))
    assert (status, body) == (401, '{"message":"Unauthorized"}')
    assert challenge is not None
    assert challenge.startswith('Bearer scope="read write" error="invalid_token" error_description="the token ')


def test_a_token_without_a_scope_of_the_route() -> None:
    status, body, challenge, reason = refusal(unsigned_token({"scope": "list"}), scopes=("read", "write"))
    assert (status, body) == (403, '{"message":"Forbidden"}')
    assert challenge is not None
    assert challenge.startswith('Bearer scope="read write" error="insufficient_scope" ')
    assert reason == "the token has no scope of the route (read, write). Its scopes: list"


def test_one_scope_of_the_route_is_enough() -> None:
    assert decide(unsigned_token({"scope": "write list"}), scopes=("read", "write"))["scopes"] == ["write", "list"]


def test_a_route_without_scopes_has_null_in_the_event() -> None:
    assert decide(unsigned_token({"scope": "write"}))["scopes"] is None


def test_the_claims_of_a_signed_token_are_checked_but_not_its_signature(issuer: Issuer) -> None:
    token = issuer.token(VALID)
    assert decide(token)["claims"] == {
        "iss": ISSUER,
        "aud": "shop",
        "sub": "ada",
        "iat": str(SECONDS - 60),
        "exp": str(SECONDS + 60),
    }
    assert decide(token[:-4] + "AAAA")["claims"]["sub"] == "ada"
    assert refusal(issuer.token(VALID | {"exp": SECONDS - 1}))[0] == 401
    assert refusal(issuer.token({"sub": "ada"}))[0] == 401


def test_an_unsigned_token_gets_the_claims_that_it_lacks() -> None:
    claims = decide(unsigned_token({"sub": "ada"}))["claims"]
    assert claims == {
        "iss": ISSUER,
        "aud": "shop",
        "sub": "ada",
        "iat": str(SECONDS),
        "exp": str(SECONDS + 3600),
    }


def test_a_token_in_the_query_for_an_issuer_that_only_aws_knows() -> None:
    assert decide(unsigned_token({"sub": "ada"}), of=POOL)["claims"]["sub"] == "ada"


def test_claims_of_the_user_need_no_token() -> None:
    access = TokenAccess(claims={"sub": "ada", "scope": "read", "groups": ["a", "b"]})
    jwt = decide(None, access, scopes=("read",))
    assert jwt["claims"]["sub"] == "ada"
    assert jwt["claims"]["groups"] == "[a b]"
    assert jwt["scopes"] == ["read"]


@pytest.mark.parametrize("token", ["text", "a.b.c"])
def test_claims_of_the_user_with_any_token(token: str) -> None:
    assert decide(token, TokenAccess(claims={"sub": "ada"}))["claims"]["sub"] == "ada"


def test_the_claims_of_a_token_come_before_those_of_the_user(issuer: Issuer) -> None:
    access = TokenAccess(claims={"sub": "ada", "tenant_id": "acme"})
    for token in (unsigned_token({"sub": "eve", "exp": 1}), issuer.token({"sub": "eve", "exp": 1})):
        claims = decide(token, access)["claims"]
        assert (claims["sub"], claims["tenant_id"], claims["exp"]) == ("eve", "acme", "1")


def test_scopes_are_checked_with_claims_of_the_user_too() -> None:
    assert refusal(None, TokenAccess(claims={"sub": "ada"}), scopes=("read",))[0] == 403


def test_with_keys_only_signed_tokens_are_accepted(issuer: Issuer) -> None:
    access = TokenAccess(keys=IssuerKeys(issuer.fetch))
    token = issuer.token(VALID)
    assert decide(token, access)["claims"]["sub"] == "ada"
    status, _, challenge, _ = refusal(token[:-4] + "AAAA", access)
    assert (status, challenge) == (
        401,
        (
            'Bearer scope="" error="invalid_token" '
            'error_description="the signature of the token is not that of its issuer\'s key"'
        ),
    )
    assert (
        "the token has no signature, and the twin runs with --verify-tokens"
        in refusal(unsigned_token(VALID), access)[3]
    )
    assert "the twin does not know the issuer" in refusal(token, access, of=POOL)[3]
    assert refusal(issuer.token(VALID | {"exp": SECONDS - 1}), access)[0] == 401


def test_a_description_cannot_break_out_of_its_quotes() -> None:
    token = unsigned_token({"iss": 'x", error="none\r\nset-cookie: a=b'})
    challenge = refusal(token)[2]
    assert challenge is not None
    assert challenge.count('"') == 6
    assert "\r" not in challenge
    assert "\n" not in challenge


@pytest.mark.parametrize("depth", [2_000, 20_000])
def test_claims_that_are_nested_too_deeply_are_refused(depth: int) -> None:
    deep = base64.urlsafe_b64encode(b'{"sub":%s%s}' % (b"[" * depth, b"]" * depth)).rstrip(b"=").decode()
    head, _, _ = unsigned_token({}).split(".")
    assert refusal(f"{head}.{deep}.")[0] == 401


def test_a_time_that_is_too_large_for_a_number_is_refused() -> None:
    status, _, _, reason = refusal(unsigned_token(VALID | {"exp": 10**400}))
    assert (status, reason) == (401, "the exp of the token is not a number (authorizer Users)")
