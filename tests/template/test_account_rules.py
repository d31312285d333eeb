"""What accounts demand of every stack: a key of their own, private networks, a boundary for roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.template.policies import actions, statements

if TYPE_CHECKING:
    from tests.template.stack import Stack

NO_VALUE = {"Ref": "AWS::NoValue"}
OWN_KEY = {"Fn::If": ["HasKmsKey", {"Ref": "KmsKey"}, NO_VALUE]}
OF_THE_CACHE = ("Gateway", "Refresher", "Exchange", "Admin", "Rotator")
ROLES = [{"Ref": f"{name}Role"} for name in OF_THE_CACHE]
KEY_USERS = [{"Ref": f"{name}Role"} for name in ("Gateway", "Refresher", "Exchange", "Admin", "Smoke", "Rotator")]


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("AWS::DynamoDB::Table", ("SSESpecification", "KMSMasterKeyId")),
        ("AWS::SQS::Queue", ("KmsMasterKeyId",)),
        ("AWS::SecretsManager::Secret", ("KmsKeyId",)),
        ("AWS::Logs::LogGroup", ("KmsKeyId",)),
    ],
)
def test_everything_that_is_kept_can_have_a_key_of_the_account(stack: Stack, kind: str, place: tuple[str, ...]) -> None:
    found = stack.of_type(kind)
    assert found
    for name, properties in found.items():
        value: Any = properties
        for key in place:
            value = value[key]
        assert value == OWN_KEY, name


def test_so_can_objects_and_the_variables_of_functions(stack: Stack) -> None:
    for bucket in stack.of_type("AWS::S3::Bucket").values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == OWN_KEY
    for name, function in stack.functions.items():
        assert function["KmsKeyArn"] == OWN_KEY, name


def test_a_queue_has_exactly_one_kind_of_encryption(stack: Stack) -> None:
    for name, queue in stack.of_type("AWS::SQS::Queue").items():
        assert queue["SqsManagedSseEnabled"] == {"Fn::If": ["HasKmsKey", NO_VALUE, True]}, name


def test_functions_use_the_key_only_through_the_services_that_keep_something(stack: Stack) -> None:
    policy = stack.template["Resources"]["KmsKeyPolicy"]
    assert (policy["Condition"], policy["Properties"]["Roles"]) == ("HasKmsKey", KEY_USERS)
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (actions(statement), statement["Resource"]) == (["kms:Decrypt", "kms:GenerateDataKey"], {"Ref": "KmsKey"})
    services = [one["Fn::Sub"].split(".")[0] for one in statement["Condition"]["StringEquals"]["kms:ViaService"]]
    assert services == ["dynamodb", "s3", "sqs", "secretsmanager", "lambda"]


def test_functions_of_users_may_use_the_key_too(stack: Stack) -> None:
    policy = stack.of_type("AWS::IAM::ManagedPolicy")["CachePolicy"]["PolicyDocument"]
    [(condition, statement, otherwise)] = [one["Fn::If"] for one in policy["Statement"] if "Fn::If" in one]
    assert (condition, otherwise) == ("HasKmsKey", NO_VALUE)
    assert (actions(statement), statement["Resource"]) == (["kms:Decrypt", "kms:GenerateDataKey"], {"Ref": "KmsKey"})


def test_every_role_has_the_boundary(stack: Stack) -> None:
    for name, role in stack.of_type("AWS::IAM::Role").items():
        assert role["PermissionsBoundary"] == {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundary"}, NO_VALUE]}, (
            name
        )


def test_every_function_can_run_in_subnets(stack: Stack) -> None:
    subnets = {"SubnetIds": {"Ref": "SubnetIds"}, "SecurityGroupIds": {"Ref": "SecurityGroupIds"}}
    for name, function in stack.functions.items():
        if name == "SmokeFunction":  # it calls Lambda and CodeDeploy only
            assert function["VpcConfig"] == NO_VALUE
            continue
        assert function["VpcConfig"] == {"Fn::If": ["InVpc", subnets, NO_VALUE]}, name
        assert function["Tags"]["BrineNetwork"]["Fn::If"][1] == {"Ref": "NetworkPolicy"}, name  # the policy comes first


def test_lambda_may_make_network_interfaces_and_the_code_of_functions_may_not(stack: Stack) -> None:
    policy = stack.of_type("AWS::IAM::ManagedPolicy")["NetworkPolicy"]
    assert policy["Roles"] == ROLES
    allowed, refused = statements({"Policies": [policy]})
    assert (allowed["Effect"], refused["Effect"]) == ("Allow", "Deny")
    assert actions(allowed) == actions(refused)
    assert refused["Condition"]["ArnLike"].keys() == {"lambda:SourceFunctionArn"}


def test_every_waiver_of_a_check_has_a_reason(stack: Stack) -> None:
    waivers = [
        waiver
        for resource in stack.template["Resources"].values()
        for waiver in resource.get("Metadata", {}).get("checkov", {}).get("skip", ())
    ]
    assert waivers
    for waiver in waivers:
        assert waiver.keys() == {"id", "comment"}
        assert waiver["comment"].endswith("."), waiver
