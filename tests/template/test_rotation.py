"""Rotation of the keyrings: by a function of its own, for the secrets of the stack alone, and only by a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.keys.times import KEY_KEEP_DAYS, LEAST_KEEP_DAYS
from brine.settings import LONGEST_KEY_KEEP_DAYS, CacheSettings
from brine_cli.template.document import read_template
from brine_cli.template.intrinsics import Resolver
from tests.template.policies import actions, statements
from tests.template.stack import ROOT, WITHOUT_DEFAULT
from tests.template.test_environment import LAMBDA

if TYPE_CHECKING:
    from tests.template.stack import Stack

KEYRINGS = ("ResponseKeys", "ExchangeKeys", "FunctionKeys")


def test_the_rotator_may_rotate_the_keyrings_of_the_stack_and_nothing_else(stack: Stack) -> None:
    log, rotate = statements(stack.of_type("AWS::IAM::Role")["RotatorRole"])
    assert log["Sid"] == "WriteItsOwnLog"
    assert actions(rotate) == [
        f"secretsmanager:{action}"
        for action in ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
    ]
    assert rotate["Resource"] == [{"Ref": name} for name in KEYRINGS]


def test_secrets_manager_may_call_it_for_these_secrets_of_this_account(stack: Stack) -> None:
    permissions = {
        name: permission
        for name, permission in stack.of_type("AWS::Lambda::Permission").items()
        if permission["FunctionName"] == {"Fn::GetAtt": ["RotatorFunction", "Arn"]}
    }
    assert [permission.pop("SourceArn") for permission in map(dict, permissions.values())] == [
        {"Ref": name} for name in KEYRINGS
    ]
    for permission in permissions.values():
        assert {name: value for name, value in permission.items() if name != "SourceArn"} == {
            "FunctionName": {"Fn::GetAtt": ["RotatorFunction", "Arn"]},
            "Action": "lambda:InvokeFunction",
            "Principal": "secretsmanager.amazonaws.com",
            "SourceAccount": {"Ref": "AWS::AccountId"},
        }


def test_each_keyring_has_a_schedule_and_may_be_rotated_before_it_gets_one(stack: Stack) -> None:
    schedules = stack.of_type("AWS::SecretsManager::RotationSchedule")
    assert [schedule["SecretId"]["Ref"] for schedule in schedules.values()] == list(KEYRINGS)
    for name, schedule in schedules.items():
        keyring = schedule["SecretId"]["Ref"]
        permission = stack.template["Resources"][name]["DependsOn"]
        assert stack.of_type("AWS::Lambda::Permission")[permission]["SourceArn"] == {"Ref": keyring}
        assert schedule["RotateImmediatelyOnUpdate"] is False  # a deployment changes no key
        assert schedule["RotationRules"] == {"AutomaticallyAfterDays": {"Ref": "KeyRotationDays"}}


def test_without_the_parameter_no_keyring_has_a_schedule() -> None:
    template = read_template(ROOT / "template.yaml")
    for days, expected in (("0", 0), ("90", 3)):
        resolver = Resolver(template, overrides=WITHOUT_DEFAULT | {"KeyRotationDays": days}, attributes={})
        made = [name for name in template.resources if name.endswith("KeysRotation") and resolver.resource(name)]
        assert len(made) == expected


def test_the_days_for_which_a_replaced_key_opens_are_those_of_the_code(stack: Stack) -> None:
    parameter = stack.parameters["KeyKeepDays"]
    assert (parameter["MinValue"], parameter["Default"], parameter["MaxValue"]) == (
        LEAST_KEEP_DAYS,
        KEY_KEEP_DAYS,
        LONGEST_KEY_KEEP_DAYS,
    )
    for name in stack.functions:
        settings = CacheSettings.from_environment(LAMBDA | stack.environment(name))
        assert settings.key_keep_days == KEY_KEEP_DAYS, name
