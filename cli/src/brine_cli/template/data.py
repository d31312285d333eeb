"""The resources that must exist before the functions run: tables, buckets, secrets and queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.template.document import properties_of
from brine_cli.template.intrinsics import ignore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.template.document import Node
    from brine_cli.template.intrinsics import Note
    from brine_cli.template.stacks import Stack

TABLE: Final = "AWS::DynamoDB::Table"
_SIMPLE_TABLE: Final = "AWS::Serverless::SimpleTable"
NAMED_BY: Final[Mapping[str, str]] = {
    TABLE: "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SQS::Queue": "QueueName",
}
"""The property that may name a resource, by its type."""
TABLE_ARGUMENTS: Final = (
    "KeySchema",
    "AttributeDefinitions",
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
)
QUEUE_ATTRIBUTES: Final = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "VisibilityTimeout",
)
_USED: Final[Mapping[str, frozenset[str]]] = {
    TABLE: frozenset({"TableName", *TABLE_ARGUMENTS, "StreamSpecification", "TimeToLiveSpecification"}),
    _SIMPLE_TABLE: frozenset({"TableName", "PrimaryKey"}),
    "AWS::S3::Bucket": frozenset({"BucketName"}),
    "AWS::SecretsManager::Secret": frozenset({"Name", "SecretString", "GenerateSecretString"}),
    "AWS::SQS::Queue": frozenset({"QueueName", *QUEUE_ATTRIBUTES, "RedrivePolicy"}),
}
_KEY_TYPES: Final = {"String": "S", "Number": "N", "Binary": "B"}


def data_resources(*stacks: Stack, note: Note = ignore) -> dict[str, Node]:
    """Return the resolved tables, buckets, secrets and queues of `stacks` by logical id.

    They have only the properties that the local twin uses. note: gets a line for each that it cannot know.
    """
    resolved = {
        name: stack.resolver.resource(name, _USED[declared["Type"]], note)
        for stack in stacks
        for name, declared in stack.template.resources.items()
        if declared["Type"] in _USED
    }
    return {
        name: _as_table(resource) if resource["Type"] == _SIMPLE_TABLE else resource
        for name, resource in resolved.items()
        if resource is not None
    }


def _as_table(simple: Node) -> Node:
    """Return the table that SAM makes of a SimpleTable.

    (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-simpletable.html)
    """
    properties = properties_of(simple)
    key = properties.get("PrimaryKey") or {}
    name, kind = key.get("Name", "id"), _KEY_TYPES.get(key.get("Type", "String"), "S")
    made = {
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    named = {"TableName": properties["TableName"]} if "TableName" in properties else {}
    return {"Type": TABLE, "Properties": {**named, **made}}
