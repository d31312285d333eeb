"""The authorizer's result is read from the place where each source puts it, and from no other place."""

from __future__ import annotations

from typing import Any

import pytest

from brine.adapters.lambda_http import read
from brine.errors import BadEvent
from tests.support.events import load_event

IAM = {"accountId": "123456789012", "userArn": "arn:aws:iam::123456789012:user/Alice", "callerId": "x"}
IAM_SAID = {"iam:account": "123456789012", "iam:user": "arn:aws:iam::123456789012:user/Alice"}
MIXED = {"org": "acme", "number": 42, "yes": True, "half": 0.5, "none": None, "list": ["a"], "claims": {}}
MIXED_SAID = {"org": "acme", "number": "42"}


def said(name: str, **context: object) -> dict[str, str]:
    event = load_event(name)
    event["requestContext"] = event["requestContext"] | context
    return dict(read(event).request.principal)


@pytest.mark.parametrize("source", ["http-api", "function-url"])
@pytest.mark.parametrize(
    ("authorizer", "principal"),
    [
        (None, {}),
        ({"jwt": {"claims": MIXED, "scopes": None}}, {f"claim:{name}": value for name, value in MIXED_SAID.items()}),
        ({"lambda": MIXED}, {f"lambda:{name}": value for name, value in MIXED_SAID.items()}),
        ({"lambda": None}, {}),
        ({"iam": IAM}, IAM_SAID),
    ],
    ids=["none", "jwt", "lambda", "a lambda that says nothing", "iam"],
)
def test_format_2(source: str, authorizer: object, principal: dict[str, str]) -> None:
    assert said(f"{source}/get-cache.json", authorizer=authorizer) == principal


@pytest.mark.parametrize(
    ("context", "principal"),
    [
        ({"authorizer": None}, {}),
        ({"authorizer": {"claims": MIXED}}, {f"claim:{name}": value for name, value in MIXED_SAID.items()}),
        (
            {"authorizer": {"principalId": "me", "claims": "text", "org": "acme"}},
            {"lambda:principalId": "me", "lambda:claims": "text", "lambda:org": "acme"},
        ),
        ({"identity": IAM}, IAM_SAID),
    ],
    ids=["none", "user pool", "lambda", "iam"],
)
def test_rest_apis(context: dict[str, Any], principal: dict[str, str]) -> None:
    assert said("rest-api/get-cache.json", **context) == principal


def test_a_load_balancer_has_no_authorizer() -> None:
    assert said("alb/get-cache.json", authorizer={"jwt": {"claims": {"org": "acme"}}}, identity=IAM) == {}


@pytest.mark.parametrize(
    ("name", "source", "tenant"),
    [
        ("http-api/get-jwt.json", "claim:tenant_id", "acme"),
        ("http-api/get-lambda-authorizer.json", "lambda:tenant", "acme"),
        ("rest-api/get-lambda-authorizer.json", "lambda:tenant", "acme"),
        ("rest-api/get-cache.json", "iam:account", None),
    ],
)
def test_samples_have_the_tenant_that_the_docs_say(name: str, source: str, tenant: str | None) -> None:
    assert read(load_event(name)).request.principal.get(source) == tenant


@pytest.mark.parametrize("authorizer", ["secret", {"jwt": "secret"}, {"jwt": {"claims": ["secret"]}}, {"iam": 5}])
def test_an_authorizer_that_is_malformed_is_refused(authorizer: object) -> None:
    with pytest.raises(BadEvent) as raised:
        said("http-api/get-cache.json", authorizer=authorizer)
    assert "secret" not in str(raised.value)
