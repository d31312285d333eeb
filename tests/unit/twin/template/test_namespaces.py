"""A function whose role has CachePolicy must have its namespace in the tag of the role, or AWS refuses its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.template.application import read_application
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from pathlib import Path

BRINE = """
Resources:
  CachePolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Statement: [{Resource: !Sub "${Bodies.Arn}/results/${!aws:PrincipalTag/BrineNamespace}/*"}]}
  PurgeTagsPolicy: {Type: AWS::IAM::ManagedPolicy}
  Bodies: {Type: AWS::S3::Bucket}
Outputs:
  CachePolicyArn: {Value: !Ref CachePolicy, Export: {Name: !Sub "${AWS::StackName}-CachePolicyArn"}}
  PurgeTagsPolicyArn: {Value: !Ref PurgeTagsPolicy, Export: {Name: !Sub "${AWS::StackName}-PurgeTagsPolicyArn"}}
"""
OWN = """
Globals: {Function: {Environment: {Variables: {BRINE_NAMESPACE: orders}}}}
Resources:
  Brine: {Type: AWS::Serverless::Application, Properties: {Location: brine.yaml}}
  CachePolicy: {Type: AWS::IAM::ManagedPolicy}
  Fn:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: a.b, Events: {Get: {Type: HttpApi}}, FUNCTION}
  OrdersRole: {Type: AWS::IAM::Role, Properties: {ROLE}}
"""
REFUSED = (
    "Fn: AWS would refuse its requests to the cache. Its BRINE_NAMESPACE is orders, but the tag BrineNamespace of "
)
NESTED = "!GetAtt Brine.Outputs.CachePolicyArn"
IMPORTED = "!ImportValue brine-CachePolicyArn"


def warnings(tmp_path: Path, function: str, role: str) -> tuple[str, ...]:
    (tmp_path / "brine.yaml").write_text(BRINE)
    (tmp_path / "template.yaml").write_text(OWN.replace("FUNCTION", function).replace("ROLE", role))
    stack = read_stack_template(tmp_path / "template.yaml", {"brine": tmp_path / "brine.yaml"})
    return read_application(*resolve_stacks(stack, {}, {})).notices


@pytest.mark.parametrize("policy", [NESTED, IMPORTED])
@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ("", "its role is absent. Add BrineNamespace: orders to the Tags of OrdersRole"),
        (", Tags: [{Key: Other, Value: orders}]", "its role is absent. Add"),
        (", Tags: [{Key: BrineNamespace, Value: order}]", "its role has order. Add"),
        (", Tags: [{Key: BrineNamespace, Value: orders}]", None),
    ],
)
def test_the_tag_of_a_role_in_the_template(tmp_path: Path, policy: str, tags: str, told: str | None) -> None:
    found = warnings(tmp_path, "Role: !GetAtt OrdersRole.Arn", f"ManagedPolicyArns: [{policy}]{tags}")
    assert [line.startswith(f"{REFUSED}{told}") for line in found] == ([] if told is None else [True])


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (f"Policies: [{IMPORTED}]", "its role is absent. Add BrineNamespace: orders to the Tags of Fn"),
        (f"Policies: {IMPORTED}", "its role is absent. Add"),
        (
            f"Policies: [{{DynamoDBCrudPolicy: {{TableName: t}}}}, {NESTED}], Tags: {{BrineNamespace: a}}",
            "its role has a. ",
        ),
        (f"Policies: [{IMPORTED}], Tags: {{BrineNamespace: orders}}", None),
        ("Policies: [!ImportValue brine-PurgeTagsPolicyArn]", None),
        ("Policies: [!Ref CachePolicy]", None),
        ("Policies: [{DynamoDBCrudPolicy: {TableName: t}}]", None),
        ("Role: arn:aws:iam::123456789012:role/of-another-stack", None),
        (f"Policies: [{IMPORTED}], Environment: {{Variables: {{BRINE_NAMESPACE: ''}}}}", None),
    ],
)
def test_the_tags_of_a_function_whose_role_sam_makes(tmp_path: Path, function: str, told: str | None) -> None:
    found = warnings(tmp_path, function, "")
    assert [line.startswith(f"{REFUSED}{told}") for line in found] == ([] if told is None else [True])
