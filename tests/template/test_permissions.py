"""A function may do what it needs and nothing else, and each permission says what for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from brine.domain.single_use import single_use_key
from tests.template.stack import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.template.stack import Stack


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def actions(statement: dict[str, Any]) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def resources(statement: dict[str, Any]) -> list[Any]:
    return statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]


def test_every_function_has_a_role_of_its_own(stack: Stack) -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in stack.functions.values()]
    assert sorted(roles) == sorted(stack.of_type("AWS::IAM::Role"))
    for function in stack.functions.values():
        assert "Policies" not in function  # SAM would ignore them


def test_a_role_is_for_lambda_only_and_borrows_no_policy(stack: Stack) -> None:
    for name, role in stack.of_type("AWS::IAM::Role").items():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}, name
        assert "ManagedPolicyArns" not in role, name


def test_no_permission_has_a_wildcard(stack: Stack) -> None:
    for name, role in stack.of_type("AWS::IAM::Role").items():
        for statement in statements(role):
            assert statement["Effect"] == "Allow", name
            assert not [action for action in actions(statement) if "*" in action], (name, statement["Sid"])
            for resource in resources(statement):
                # A reference to one resource of this stack, or a prefix inside it.
                assert isinstance(resource, dict), (name, statement["Sid"])
                assert not resource.get("Fn::Sub", "").startswith("*"), (name, statement["Sid"])


def test_every_permission_says_what_it_is_for(stack: Stack) -> None:
    for name, role in stack.of_type("AWS::IAM::Role").items():
        reasons = [statement["Sid"] for statement in statements(role)]
        assert len(reasons) == len(set(reasons)), name


def granted(stack: Stack, role: str) -> set[tuple[str, str]]:
    return {
        (action, str(resource))
        for statement in statements(stack.of_type("AWS::IAM::Role")[role])
        for action in actions(statement)
        for resource in resources(statement)
    }


def for_the_cache(log_group: str) -> set[tuple[str, str]]:
    table, bodies = arn("Table"), str({"Fn::Sub": "${Bodies.Arn}/bodies/*"})
    return {
        ("logs:CreateLogStream", arn(log_group)),
        ("logs:PutLogEvents", arn(log_group)),
        ("dynamodb:GetItem", table),
        ("dynamodb:BatchGetItem", table),
        ("dynamodb:PutItem", table),
        ("dynamodb:UpdateItem", table),
        ("dynamodb:DeleteItem", table),
        ("s3:GetObject", bodies),
        ("s3:PutObject", bodies),
        ("s3:ListBucket", arn("Bodies")),
        ("secretsmanager:GetSecretValue", str({"Ref": "SigningKeys"})),
    }


def test_only_the_gateway_reads_the_keys_of_routes_and_only_those_that_are_named(stack: Stack) -> None:
    policies = stack.of_type("AWS::IAM::Policy")
    assert {name: policy["Roles"] for name, policy in policies.items()} == {"RouteKeysPolicy": [{"Ref": "GatewayRole"}]}
    (statement,) = policies["RouteKeysPolicy"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Sid"]) == ("Allow", "ReadTheKeysOfRoutes")
    assert actions(statement) == ["secretsmanager:GetSecretValue"]
    assert resources(statement) == [{"Ref": "RouteKeys"}]


def test_without_route_keys_there_is_no_policy_for_them(stack: Stack) -> None:
    assert stack.template["Resources"]["RouteKeysPolicy"]["Condition"] == "HasRouteKeys"
    one_secret = {"Ref": "RouteKeys"}
    assert stack.template["Conditions"]["HasRouteKeys"] == {
        "Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", one_secret]}, ""]}]
    }
    assert stack.parameters["RouteKeys"]["Default"] == ""


@pytest.mark.parametrize(
    ("value", "is_allowed"),
    [
        ("", True),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf", True),
        ("arn:aws:dynamodb:eu-central-1:123456789012:table/brine", False),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:*", False),
        ("*", False),
        ("shop", False),
    ],
)
def test_route_keys_are_arns_of_secrets(stack: Stack, value: str, *, is_allowed: bool) -> None:
    assert bool(re.search(stack.parameters["RouteKeys"]["AllowedPattern"], value)) == is_allowed


def arn(resource: str) -> str:
    return str({"Fn::GetAtt": [resource, "Arn"]})


def test_the_gateway_may_do_these_things(stack: Stack) -> None:
    queue = {("sqs:SendMessage", arn("RefreshQueue"))}
    assert granted(stack, "GatewayRole") == for_the_cache("GatewayLogs") | queue


def test_the_refresher_may_do_these_things(stack: Stack) -> None:
    queue = {
        (action, arn("RefreshQueue"))
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    }
    assert granted(stack, "RefresherRole") == for_the_cache("RefresherLogs") | queue


def test_the_report_may_do_these_things(stack: Stack) -> None:
    """As the others with the cache, but it has no circuits to close."""
    assert granted(stack, "ReportRole") == for_the_cache("ReportLogs") - {("dynamodb:DeleteItem", arn("Table"))}


def test_the_exchange_may_do_these_things(stack: Stack) -> None:
    """Of the cache it has the log, the keys, and marks of its own."""
    log = {pair for pair in for_the_cache("ExchangeLogs") if pair[0].startswith("logs:")}
    claims = str({"Fn::Sub": "${Bodies.Arn}/claims/*"})
    assert granted(stack, "ExchangeRole") == log | {
        *((f"sqs:{action}Message", arn("OrdersQueue")) for action in ("Send", "Receive", "Delete")),
        *((f"sqs:{action}Message", arn("OrdersRetries")) for action in ("Receive", "Delete")),
        *(("sqs:ChangeMessageVisibility", arn(queue)) for queue in ("OrdersQueue", "OrdersRetries")),
        *((f"dynamodb:{action}Item", arn("Table")) for action in ("Get", "Update")),
        *((f"s3:{action}Object", claims) for action in ("Get", "Put", "Delete")),
        ("s3:ListBucket", arn("Bodies")),
        ("secretsmanager:GetSecretValue", str({"Ref": "SigningKeys"})),
        ("secretsmanager:GetSecretValue", str({"Ref": "OrdersKeys"})),
    }


def test_the_exchange_may_read_and_write_marks_only(stack: Stack) -> None:
    (of_table,) = (
        statement
        for statement in statements(stack.of_type("AWS::IAM::Role")["ExchangeRole"])
        if "dynamodb:UpdateItem" in actions(statement)
    )
    prefix = single_use_key("orders", "0" * 32).partition("#")[0]
    assert of_table["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": f"{prefix}#*"}}


def test_the_table_may_be_asked_for_all_that_the_adapters_ask_and_nothing_else(stack: Stack) -> None:
    sources = (ROOT / "layers/core/src/brine/bootstrap.py").read_text()
    operations = set()
    for module in re.findall(r"from brine\.adapters\.(dynamodb\w*) import", sources):
        text = (ROOT / f"layers/core/src/brine/adapters/{module}.py").read_text()
        operations |= set(re.findall(r'"((?:Get|BatchGet|Put|Update|Delete|TransactWrite)Items?|Query|Scan)"', text))
    assert "TransactWriteItems" in operations  # it takes the actions of what it writes, which are there anyway
    asked = {f"dynamodb:{operation}" for operation in operations - {"TransactWriteItems"}}
    for role in ("GatewayRole", "RefresherRole"):
        assert {action for action, _ in granted(stack, role) if action.startswith("dynamodb:")} == asked, role
