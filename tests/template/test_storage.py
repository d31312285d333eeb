"""Stored data is encrypted, private, and expires by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from brine.domain.caching.redirect import LINK_LIFETIME
from brine.service.channels.delivery_builder import LONGEST_URL
from brine.service.channels.sender import UPLOAD_SECONDS

if TYPE_CHECKING:
    from tests.template.stack import Stack


def test_the_table_is_paid_by_request_and_keyed_by_pk_and_sk(whole: Stack) -> None:
    table = whole.of_type("AWS::DynamoDB::Table")["Table"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}


def test_the_table_drops_items_at_evict_at(whole: Stack) -> None:
    for name, table in whole.of_type("AWS::DynamoDB::Table").items():
        assert table["TimeToLiveSpecification"] == {"AttributeName": "evict_at", "Enabled": True}, name


def test_every_table_and_bucket_is_encrypted(whole: Stack) -> None:
    for name, table in whole.of_type("AWS::DynamoDB::Table").items():
        assert table["SSESpecification"]["SSEEnabled"] is True, name
    for name, bucket in whole.of_type("AWS::S3::Bucket").items():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms", name


def test_every_bucket_is_private(whole: Stack) -> None:
    for name, bucket in whole.of_type("AWS::S3::Bucket").items():
        assert list(bucket["PublicAccessBlockConfiguration"].values()) == [True] * 4, name
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}], name


def test_every_bucket_is_for_tls_only(whole: Stack) -> None:
    policies = whole.of_type("AWS::S3::BucketPolicy").values()
    for name in whole.of_type("AWS::S3::Bucket"):
        (policy,) = [policy for policy in policies if policy["Bucket"] == {"Ref": name}]
        assert {
            "Sid": "OnlyOverTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        } in policy["PolicyDocument"]["Statement"]


def refusals(whole: Stack) -> dict[str, dict[str, Any]]:
    """The statements of the bucket's policy by their purpose: all of them refuse an action to every principal."""
    statements = whole.of_type("AWS::S3::BucketPolicy")["BodiesPolicy"]["PolicyDocument"]["Statement"]
    for statement in statements:
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    return {statement["Sid"]: statement for statement in statements}


def test_the_bucket_refuses_signatures_that_have_no_age(whole: Stack) -> None:
    """To S3 the age of a signature of version 2 is always 0."""
    refusal = refusals(whole)["OnlyBySignatureVersion4"]
    assert refusal["Resource"] == [{"Fn::GetAtt": ["Bodies", "Arn"]}, {"Fn::Sub": "${Bodies.Arn}/*"}]
    assert refusal["Condition"] == {"StringNotEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}}


@pytest.mark.parametrize(
    ("folder", "longest"), [("bodies", LINK_LIFETIME), ("claims", max(LONGEST_URL, UPLOAD_SECONDS))]
)
def test_the_bucket_refuses_links_older_than_the_longest_that_we_make(whole: Stack, folder: str, longest: int) -> None:
    (refusal,) = (
        statement
        for statement in refusals(whole).values()
        if statement.get("Resource") == {"Fn::Sub": f"${{Bodies.Arn}}/{folder}/*"}
    )
    assert refusal["Condition"].keys() == {"NumericGreaterThan"}
    limit = refusal["Condition"]["NumericGreaterThan"]["s3:signatureAge"]
    assert isinstance(limit, str)  # milliseconds; CloudFormation would write a large number as 3.605e+06
    assert 0 < int(limit) - longest * 1000 <= 5000


def test_links_lead_only_to_bodies_and_claims(whole: Stack) -> None:
    refusal = refusals(whole)["NoOtherLinks"]
    linked = [f"${{Bodies.Arn}}/{folder}/*" for folder in ("bodies", "claims")]
    assert refusal["NotResource"] == [{"Fn::Sub": place} for place in linked]
    assert refusal["Condition"] == {"StringEquals": {"s3:authType": ["REST-QUERY-STRING", "POST"]}}


@pytest.mark.parametrize("folder", ["bodies/", "results/"])
def test_bodies_expire(whole: Stack, folder: str) -> None:
    rules = whole.of_type("AWS::S3::Bucket")["Bodies"]["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    assert [rule["ExpirationInDays"] for rule in rules if rule.get("Prefix") == folder] == [{"Ref": "BodyKeepDays"}]


def test_resources_with_data_declare_their_deletion_policy(whole: Stack) -> None:
    kinds = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::SQS::Queue"}
    for name, resource in whole.template["Resources"].items():
        if resource["Type"] in kinds:
            assert resource.keys() >= {"DeletionPolicy", "UpdateReplacePolicy"}, name


def test_a_generated_secret_is_a_keyring_of_one_key(whole: Stack) -> None:
    for name, secret in whole.of_type("AWS::SecretsManager::Secret").items():
        generated = secret["GenerateSecretString"]
        assert json.loads(generated["SecretStringTemplate"]) == {}, name
        assert generated["GenerateStringKey"] == "1", name
        assert generated["PasswordLength"] >= 64, name
