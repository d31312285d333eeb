"""A policy of a Lambda authorizer allows or denies the call of a route."""

from __future__ import annotations

from typing import Any

import pytest

from brine_cli.api_gateway.authorization.policies import InvalidDecision, allows

ARN = "arn:aws:execute-api:us-east-1:123456789012:brinetwin0/$default/GET/orders/7"
ANY = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([ANY], True),
        ([ANY | {"Action": ["execute-api:Invoke"], "Resource": [ARN]}], True),
        ([ANY | {"Action": "execute-api:*"}], True),
        ([ANY | {"Action": "EXECUTE-API:invoke"}], True),
        ([ANY | {"Action": "*"}], True),
        ([ANY | {"Resource": "arn:aws:execute-api:*:*:*/*/GET/*"}], True),
        ([ANY | {"Resource": ARN[:-1] + "?"}], True),
        ([ANY | {"Resource": ARN.replace("GET", "POST")}], False),
        ([ANY | {"Resource": ARN[:-1]}], False),
        ([ANY | {"Resource": ARN.lower()}], False),
        ([ANY | {"Resource": ARN.replace("$", ".")}], False),
        ([ANY | {"Action": "lambda:InvokeFunction"}], False),
        ([], False),
        ([ANY, ANY | {"Effect": "Deny"}], False),
        ([ANY, ANY | {"Effect": "Deny", "Resource": ARN.replace("7", "8")}], True),
        ([{"Effect": "Allow", "NotAction": "lambda:*", "NotResource": "*/admin/*"}], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "*/orders/*"}], False),
    ],
)
def test_statements(statements: list[dict[str, Any]], allowed: bool) -> None:
    assert allows(policy(*statements), ARN) is allowed


def test_a_single_statement_without_a_list() -> None:
    assert allows({"Statement": ANY}, ARN)


@pytest.mark.parametrize(
    "document",
    [
        None,
        "Allow",
        {},
        {"Statement": "Allow"},
        policy(ANY | {"Effect": "allow"}),
        policy({"Effect": "Allow", "Resource": "*"}),
        policy({"Effect": "Allow", "Action": "*"}),
    ],
)
def test_what_is_no_policy(document: Any) -> None:
    with pytest.raises(InvalidDecision, match="policyDocument"):
        allows(document, ARN)
