"""A route has the authorizer that SAM would give it. A template that SAM would refuse is an error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.errors import TemplateError
from brine_cli.template.application import read_application
from brine_cli.template.authorizers.declared import function_name
from brine_cli.template.authorizers.kinds import JwtAuthorizer, LambdaAuthorizer
from brine_cli.template.authorizers.of_route import authorizer_of
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from brine_cli.template.application import Application

FIXTURES = Path(__file__).parents[1] / "fixtures"


def read(name: str) -> Application:
    return read_application(*resolve_stacks(read_stack_template(FIXTURES / name), {}, {}))


def authorizers(name: str) -> dict[str, object]:
    return {route.key: route.authorizer for route in read(name).routes}


def test_of_a_whole_template() -> None:
    assert authorizers("signed.yaml") == {
        "$default": "AWS_IAM",
        "ANY /open": "NONE",
        "OPTIONS /preflight": "NONE",
        "ANY /other": "NONE",
        "OPTIONS /chosen": "AWS_IAM",
    }


def test_defaults_of_an_empty_template() -> None:
    assert set(authorizers("template.yaml").values()) == {"NONE"}


def test_authorizers_with_tokens_and_with_functions() -> None:
    routes = {route.key: (route.authorizer, route.scopes) for route in read("authorized/template.yaml").routes}
    users = JwtAuthorizer(
        name="Users",
        identity_source="$request.header.Authorization",
        issuer="https://issuer.example",
        audience=("shop", "admin"),
    )
    assert routes["GET /orders"] == (users, ("orders/read",))
    assert routes["POST /orders"] == (users, ("orders/write", "admin"))
    assert routes["OPTIONS /orders"] == routes["GET /open"] == ("NONE", ())
    simple = LambdaAuthorizer(
        name="Simple",
        function="DecideFunction",
        version="2.0",
        has_simple_responses=True,
        identity_sources=("$request.header.X-Key", "$request.querystring.shop"),
        cached_for=60,
    )
    assert routes["ANY /simple/{id}"] == (simple, ())
    policy, elsewhere = routes["ANY /policy/{proxy+}"][0], routes["GET /elsewhere"][0]
    assert isinstance(policy, LambdaAuthorizer)
    assert (policy.version, policy.function, policy.cached_for) == ("1.0", "DecideFunction", 0)
    assert isinstance(elsewhere, LambdaAuthorizer)
    assert (elsewhere.function, elsewhere.cached_for) == ("central-authorizer", 0)


def test_an_issuer_that_aws_makes_is_not_known_here() -> None:
    application = read("authorized/template.yaml")
    pool = next(route.authorizer for route in application.routes if route.path == "/pool")
    assert isinstance(pool, JwtAuthorizer)
    assert (pool.issuer, pool.audience) == (None, ())
    assert (
        "AWS makes the issuer and audience of the authorizer Pool: the local twin accepts tokens with any issuer and "
        "audience"
    ) in application.notices


ENABLED = {"EnableIamAuthorizer": True}
JWT: dict[str, Any] = {
    "Authorizers": {"Jwt": {"IdentitySource": "$request.header.A", "JwtConfiguration": {"issuer": "https://i"}}}
}
IDENTITY = {"Headers": ["A"]}
FUNCTION = {"AuthorizerPayloadFormatVersion": "2.0", "FunctionArn": "F.Arn", "Identity": IDENTITY}


def of(authorizer: dict[str, Any]) -> dict[str, Any]:
    return {"Authorizers": {"A": authorizer}, "DefaultAuthorizer": "A"}


@pytest.mark.parametrize(
    ("api", "event", "message"),
    [
        ({}, {"Authorizer": "AWS_IAM"}, "AWS_IAM needs EnableIamAuthorizer: true in the API's Auth"),
        ({"EnableIamAuthorizer": "true"}, {"Authorizer": "AWS_IAM"}, "AWS_IAM needs EnableIamAuthorizer: true"),
        ({"DefaultAuthorizer": "AWS_IAM"}, {}, "AWS_IAM needs EnableIamAuthorizer: true"),
        (ENABLED, {"Authorizer": "NONE"}, "Authorizer NONE needs a DefaultAuthorizer"),
        (JWT, {"AuthorizationScopes": ["a"]}, "Auth needs an Authorizer, or a DefaultAuthorizer"),
        (ENABLED | JWT, {"Authorizer": "Jwt2"}, "the API's Auth has no authorizer Jwt2. Its Authorizers: Jwt"),
        (of({}), {}, "the API's Auth has no authorizer A"),
        (of({"IdentitySource": "x"}), {}, "A needs a JwtConfiguration, or a FunctionArn"),
        (of({"JwtConfiguration": {}}), {}, r"A needs an IdentitySource, such as \$request.header.Authorization"),
        (of({"FunctionArn": "F.Arn"}), {}, "A needs AuthorizerPayloadFormatVersion: 1.0 or 2.0, not None"),
        (
            of(FUNCTION | {"AuthorizerPayloadFormatVersion": "1.0", "EnableSimpleResponses": True}),
            {},
            "A: EnableSimpleResponses needs AuthorizerPayloadFormatVersion: 2.0",
        ),
        (of(FUNCTION | {"Identity": {**IDENTITY, "ReauthorizeEvery": "1h"}}), {}, "A: ReauthorizeEvery must be a num"),
    ],
)
def test_what_is_refused(api: dict[str, Any], event: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError, match=rf"^Fn\.E: {message}"):
        authorizer_of("Fn.E", {"Auth": event}, {"Auth": api})


def test_an_authorizer_that_no_route_uses_does_not_matter() -> None:
    assert authorizer_of("Fn.E", {}, {"Auth": {"Authorizers": {"A": {}}}}) == ("NONE", ())


def test_keys_of_a_token_configuration_in_capitals_and_one_audience() -> None:
    declared = {"IdentitySource": "$request.header.A", "JwtConfiguration": {"Issuer": "https://i", "Audience": "a"}}
    authorizer, scopes = authorizer_of("Fn.E", {}, {"Auth": of(declared)})
    assert authorizer == JwtAuthorizer(
        name="A", identity_source="$request.header.A", issuer="https://i", audience=("a",)
    )
    assert scopes == ()


def test_answers_are_kept_for_five_minutes_by_default_if_there_is_an_identity_source() -> None:
    authorizer, _ = authorizer_of("Fn.E", {}, {"Auth": of(FUNCTION)})
    assert isinstance(authorizer, LambdaAuthorizer)
    assert authorizer.cached_for == 300
    authorizer, _ = authorizer_of("Fn.E", {}, {"Auth": of(FUNCTION | {"Identity": {}})})
    assert isinstance(authorizer, LambdaAuthorizer)
    assert authorizer.cached_for == 0


@pytest.mark.parametrize(
    "arn",
    [
        "Decide.Arn",
        "Decide.Alias",
        "arn:aws:lambda:us-east-1:123456789012:function:Decide",
        "arn:aws:lambda:us-east-1:123456789012:function:Decide:live",
        (
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
            "arn:aws:lambda:us-east-1:123456789012:function:Decide/invocations"
        ),
    ],
)
def test_the_function_of_an_arn(arn: str) -> None:
    assert function_name(arn) == "Decide"
