"""A Lambda authorizer is asked as API Gateway asks it, and its answer decides."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.api_gateway.authorization.authorizer_events import authorizer_event
from brine_cli.api_gateway.authorization.function_access import FunctionAccess
from brine_cli.api_gateway.authorization.refused import AccessRefused
from brine_cli.api_gateway.events import read_target, to_event
from brine_cli.api_gateway.route_table import RouteTable
from brine_cli.http.messages import HttpRequest
from brine_cli.lambda_runtime.environment import HandlerFailed
from brine_cli.lambda_runtime.environments import IntegrationTimedOut
from brine_cli.template.authorizers.kinds import LambdaAuthorizer
from brine_cli.template.event_sources import ApiRoute

if TYPE_CHECKING:
    from collections.abc import Callable

SIMPLE = LambdaAuthorizer(
    name="Simple",
    function="Decide",
    version="2.0",
    has_simple_responses=True,
    identity_sources=("$request.header.X-Key", "$request.querystring.shop"),
    cached_for=60,
)
POLICY = replace(SIMPLE, name="Policy", version="1.0", has_simple_responses=False)
ROUTE = ApiRoute(method="ANY", path="/orders/{id}", function="Orders", authorizer=SIMPLE)
NOW = datetime(2026, 7, 10, 12, tzinfo=UTC)


class Function:
    """A function that answers with `answer`, or with what it returns for the event."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.events: list[Any] = []

    def invoke(self, event: bytes, *, timeout: float) -> bytes:
        self.events.append(json.loads(event))
        assert timeout == 10.0
        if isinstance(self.answer, Exception):
            raise self.answer
        return json.dumps(self.answer).encode()


def event_of(target: bytes = b"/orders/7?shop=acme", *, headers: dict[str, str]) -> Any:
    lines = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    request = HttpRequest(method="POST", target=target, headers=lines, body=b"secret", client="127.0.0.1")
    match = RouteTable([ROUTE]).match("POST", "/orders/7")
    assert match is not None
    return to_event(request, read_target(target), match, NOW)


def access(function: Function, **how: Any) -> FunctionAccess:
    return FunctionAccess(environments={"Decide": function}, **how)  # type: ignore[dict-item]  # it has all that is used


def decide(function: Function, authorizer: LambdaAuthorizer = SIMPLE, headers: dict[str, str] | None = None) -> Any:
    return access(function)(authorizer, ROUTE, event_of(headers=headers or {"x_key": "k"}))["lambda"]


def refusal(
    function: Function, authorizer: LambdaAuthorizer = SIMPLE, headers: dict[str, str] | None = None
) -> tuple[int, str, str]:
    with pytest.raises(AccessRefused) as refused:
        decide(function, authorizer, headers)
    return refused.value.response.status, refused.value.response.body.decode(), str(refused.value)


def policy(effect: str, resource: str = "*") -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def test_a_simple_answer_that_allows() -> None:
    context = {"text": "a", "number": 1, "truth": True, "list": [1], "map": {"a": "b"}}
    assert decide(Function({"isAuthorized": True, "context": context})) == context
    assert decide(Function({"isAuthorized": True})) is None


def test_a_simple_answer_that_denies() -> None:
    assert refusal(Function({"isAuthorized": False})) == (
        403,
        '{"message":"Forbidden"}',
        "the authorizer Simple refuses it",
    )


def test_a_policy() -> None:
    arn = "arn:aws:execute-api:us-east-1:123456789012:brinetwin0/$default/POST/orders/7"
    assert decide(Function(policy("Allow", arn) | {"context": {"a": 1}}), POLICY) == {"a": 1}
    assert refusal(Function(policy("Deny")), POLICY)[0] == 403
    assert refusal(Function(policy("Allow", arn[:-1] + "8")), POLICY)[0] == 403
    assert decide(Function(policy("Allow")), replace(POLICY, version="2.0")) is None


@pytest.mark.parametrize("headers", [{"other": "k"}, {"x_key": ""}])
def test_an_identity_source_that_is_missing_or_empty(headers: dict[str, str]) -> None:
    function = Function({"isAuthorized": True})
    assert refusal(function, headers=headers) == (
        401,
        '{"message":"Unauthorized"}',
        "the authorizer Simple wants $request.header.X-Key",
    )
    assert function.events == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"isAuthorized": "true"}, "EnableSimpleResponses wants isAuthorized: true or false"),
        (policy("Allow"), "EnableSimpleResponses wants isAuthorized: true or false"),
        (None, "null is not an object"),
        ("Unauthorized", '"Unauthorized" is not an object'),
        ({"isAuthorized": True, "context": "text"}, "its context is not an object"),
        (HandlerFailed("Decide raised\nRuntimeError: no database"), "no database"),
        (IntegrationTimedOut(), "no answer within 10 s"),
    ],
)
def test_answers_that_api_gateway_cannot_use(answer: Any, message: str) -> None:
    status, body, reason = refusal(Function(answer))
    assert (status, body) == (500, '{"message":"Internal Server Error"}')
    assert message in reason


def test_a_simple_answer_without_the_setting() -> None:
    assert "the authorizer needs EnableSimpleResponses: true" in refusal(Function({"isAuthorized": True}), POLICY)[2]


def test_a_function_that_raises_unauthorized() -> None:
    function = Function(HandlerFailed("Decide raised\nTraceback ...\nException: Unauthorized"))
    assert refusal(function)[:2] == (401, '{"message":"Unauthorized"}')


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def counted(function: Function, authorizer: LambdaAuthorizer = SIMPLE) -> Callable[..., int]:
    """Return a function that makes a request at a time, and returns the number of invocations until then."""
    clock = Clock()
    asked = access(function, clock=clock)

    def request(at: float, key: str = "k", target: bytes = b"/orders/7?shop=acme") -> int:
        clock.now = at
        with contextlib.suppress(AccessRefused):
            asked(authorizer, ROUTE, event_of(target, headers={"x_key": key}))
        return len(function.events)

    return request


@pytest.mark.parametrize("answer", [{"isAuthorized": True}, {"isAuthorized": False}])
def test_an_answer_is_kept_for_the_same_identity(answer: Any) -> None:
    request = counted(Function(answer))
    assert [request(0), request(59), request(59, "other"), request(59, target=b"/orders/8?shop=acme")] == [1, 1, 2, 2]
    assert [request(59, target=b"/orders/7?shop=other"), request(60)] == [3, 4]


def test_an_answer_is_not_kept_without_a_time() -> None:
    request = counted(Function({"isAuthorized": True}), replace(SIMPLE, cached_for=0))
    assert [request(0), request(0)] == [1, 2]


@pytest.mark.parametrize("failure", [HandlerFailed("x"), IntegrationTimedOut()])
def test_a_failure_is_not_kept(failure: Exception) -> None:
    request = counted(Function(failure))
    assert [request(0), request(1)] == [1, 2]


def test_a_kept_policy_decides_about_each_call() -> None:
    arn = "arn:aws:execute-api:us-east-1:123456789012:brinetwin0/$default/POST/orders/7"
    function = Function(policy("Allow", arn))
    asked = access(function, clock=Clock())
    asked(POLICY, ROUTE, event_of(headers={"x_key": "k"}))
    with pytest.raises(AccessRefused):
        asked(POLICY, ROUTE, event_of(b"/orders/8?shop=acme", headers={"x_key": "k"}))
    assert len(function.events) == 1


def test_a_function_that_does_not_run_here() -> None:
    elsewhere = replace(SIMPLE, function="central")
    status, _, reason = refusal(Function(None), elsewhere)
    assert status == 500
    assert "its function central does not run here" in reason
    given = access(Function(None), claims={"tenant": "acme"})
    assert given(elsewhere, ROUTE, event_of(headers={"x_key": "k"})) == {"lambda": {"tenant": "acme"}}


def test_the_event_in_format_2() -> None:
    event = event_of(headers={"x_key": "k", "cookie": "a=1; b=2"})
    made = authorizer_event("2.0", event, ROUTE, ["k", "acme"])
    assert made["version"] == "2.0"
    assert made["type"] == "REQUEST"
    assert made["routeArn"] == "arn:aws:execute-api:us-east-1:123456789012:brinetwin0/$default/POST/orders/7"
    assert made["identitySource"] == ["k", "acme"]
    assert (made["rawPath"], made["rawQueryString"]) == ("/orders/7", "shop=acme")
    assert made["cookies"] == ["a=1", "b=2"]
    assert made["headers"]["x-key"] == "k"
    assert (made["pathParameters"], made["queryStringParameters"]) == ({"id": "7"}, {"shop": "acme"})
    assert made["requestContext"]["requestId"] == event["requestContext"]["requestId"]
    assert "body" not in made


def test_the_event_in_format_1() -> None:
    event = event_of(headers={"x_key": "k", "cookie": "a=1; b=2"})
    made = authorizer_event("1.0", event, ROUTE, ["k", "acme"])
    assert made["version"] == "1.0"
    assert made["methodArn"] == "arn:aws:execute-api:us-east-1:123456789012:brinetwin0/$default/POST/orders/7"
    assert made["identitySource"] == made["authorizationToken"] == "k,acme"
    assert (made["resource"], made["path"], made["httpMethod"]) == ("/orders/{id}", "/orders/7", "POST")
    assert made["headers"]["cookie"] == "a=1; b=2"
    assert (made["pathParameters"], made["queryStringParameters"]) == ({"id": "7"}, {"shop": "acme"})
    context = made["requestContext"]
    assert (context["identity"]["sourceIp"], context["resourcePath"]) == ("127.0.0.1", "/orders/{id}")
    assert context["requestId"] == event["requestContext"]["requestId"]
    assert "body" not in made


def test_a_condition_of_a_policy_is_told_once_and_counts_as_met() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*", "Condition": condition}
    lines: list[str] = []
    asked = access(Function({"policyDocument": {"Statement": [statement]}, "context": {}}), report=lines.append)
    for key in ("k", "other"):
        asked(POLICY, ROUTE, event_of(headers={"x_key": key}))
    assert lines == ["the policy of the authorizer Policy has a Condition, which counts as met here. AWS checks it"]


def test_a_condition_about_other_routes_is_not_told() -> None:
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    other = {"Effect": "Deny", "Action": "*", "Resource": "*/admin/*", "Condition": {"Bool": {"aws:x": "true"}}}
    lines: list[str] = []
    asked = access(Function({"policyDocument": {"Statement": [allow, other]}}), report=lines.append)
    asked(POLICY, ROUTE, event_of(headers={"x_key": "k"}))
    assert lines == []
