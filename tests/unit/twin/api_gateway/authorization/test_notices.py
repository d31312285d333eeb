"""The start of the twin says how it is more lenient than AWS."""

from __future__ import annotations

from typing import Any

from brine_cli.api_gateway.authorization.notices import authorizer_notices
from brine_cli.template.authorizers.kinds import JwtAuthorizer, LambdaAuthorizer
from brine_cli.template.event_sources import ApiRoute

USERS = JwtAuthorizer(name="Users", identity_source="$request.header.Authorization", issuer="https://i", audience=())
CENTRAL = LambdaAuthorizer(
    name="Central", function="central", version="2.0", has_simple_responses=True, identity_sources=(), cached_for=0
)


def notices(*authorizers: Any, claims: dict[str, Any] | None = None, verifies: bool = False) -> list[str]:
    routes = [ApiRoute(method="GET", path=f"/{n}", function="F", authorizer=one) for n, one in enumerate(authorizers)]
    return list(authorizer_notices(routes, {"F"}, claims=claims, verifies=verifies))


def test_no_authorizer_no_notice() -> None:
    assert notices("NONE", "AWS_IAM") == []


def test_unsigned_tokens_are_accepted() -> None:
    assert notices(USERS, USERS) == [
        (
            "WARNING: no signature of a token is checked, and tokens without one are accepted, for Users. "
            "`brine token` makes such a token. --verify-tokens checks signatures as AWS does"
        )
    ]


def test_tokens_that_are_verified_need_no_notice() -> None:
    assert notices(USERS, verifies=True) == []


def test_claims_of_the_user() -> None:
    assert notices(USERS, claims={"sub": "ada", "scope": "read"}) == [
        (
            "WARNING: no token is checked (--claims). Every request to a route with Users has the claims of its "
            "token, and these: sub, scope"
        )
    ]


def test_a_function_that_does_not_run_here() -> None:
    assert notices(CENTRAL) == [
        (
            "the function of the authorizer Central does not run here: requests get 500. Give its template with "
            "--beside, or a context for it with --claims NAME=VALUE"
        )
    ]
    assert notices(CENTRAL, claims={"a": "b"}) == [
        "the function of the authorizer Central does not run here: every request has the context of --claims"
    ]
