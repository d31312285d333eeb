"""Creates the tables, buckets, secrets and queues of a template at an AWS endpoint, unless they exist.

It has two steps. After the first, all attributes are known, and the functions can start.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from brine_cli.emulators.api import EmulatorError
from brine_cli.errors import EmulatorFailed, TemplateError
from brine_cli.template.data import NAMED_BY, QUEUE_ATTRIBUTES, TABLE_ARGUMENTS
from brine_cli.template.document import properties_of
from brine_cli.template.intrinsics import REGION, STACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.emulators.api import EmulatorApi
    from brine_cli.template.document import Node

    type ResourceAttributes = dict[tuple[str, str], str]

_CAPACITIES = ("ReadCapacityUnits", "WriteCapacityUnits")
_TABLE_ATTEMPTS: Final = 30
_QUEUE_EXISTS: Final = frozenset({"QueueAlreadyExists", "QueueNameExists"})
_INDEX_ARGUMENTS = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")


def default_name(logical_id: str) -> str:
    """Return the name of a resource that has none in the template. It never changes, so stored data is found again."""
    return f"{STACK}-{logical_id.lower()}"


def create_resources(
    resources: Mapping[str, Node], api: EmulatorApi, *, name_of: Callable[[str], str] = default_name
) -> ResourceAttributes:
    """Create the tables, secrets and queues. Return the attributes of all resources for a Resolver.

    Raises EmulatorFailed and TemplateError.
    """
    makers = {
        "AWS::DynamoDB::Table": _create_table,
        "AWS::S3::Bucket": _bucket,
        "AWS::SecretsManager::Secret": _create_secret,
        "AWS::SQS::Queue": _create_queue,
    }
    attributes: ResourceAttributes = {}
    for logical_id, resource in resources.items():
        properties = properties_of(resource)
        name = properties.get(NAMED_BY[resource["Type"]]) or name_of(logical_id) + _suffix(properties)
        try:
            found = makers[resource["Type"]](api, name, properties)
        except EmulatorError as error:
            raise EmulatorFailed(f"{logical_id} cannot be created at {api.endpoint}: {error}") from error
        except KeyError as error:
            raise TemplateError(f"{logical_id}: {error} is missing") from error
        attributes |= {(logical_id, attribute): value for attribute, value in found.items()}
    return attributes


def complete_resources(resources: Mapping[str, Node], api: EmulatorApi, attributes: ResourceAttributes) -> None:
    """Create the buckets, and connect the queues with their dead-letter queues. Raises EmulatorFailed."""
    known = {f"{logical_id}.{attribute}": value for (logical_id, attribute), value in attributes.items()}
    for logical_id, resource in resources.items():
        name = attributes[logical_id, "Ref"]
        try:
            if resource["Type"] == "AWS::S3::Bucket":
                api.create_bucket(name)
            elif policy := properties_of(resource).get("RedrivePolicy"):
                target = policy["deadLetterTargetArn"]
                redrive = json.dumps({**policy, "deadLetterTargetArn": known.get(target, target)})
                api.call("sqs", "SetQueueAttributes", QueueUrl=name, Attributes={"RedrivePolicy": redrive})
        except EmulatorError as error:
            raise EmulatorFailed(f"{logical_id} cannot be created at {api.endpoint}: {error}") from error


def _suffix(properties: Node) -> str:
    return ".fifo" if _as_text(properties.get("FifoQueue", False)) == "true" else ""  # SQS demands it in the name


def _create_table(api: EmulatorApi, name: str, properties: Node) -> dict[str, str]:
    arguments = _table_arguments(properties)
    try:
        table = api.call("dynamodb", "CreateTable", TableName=name, **arguments)["TableDescription"]
    except EmulatorError as error:
        if error.code != "ResourceInUseException":
            raise
        table = _table(api, name)
    else:
        for _ in range(_TABLE_ATTEMPTS):
            if table["TableStatus"] == "ACTIVE":
                break
            time.sleep(1)
            table = _table(api, name)
        if "TimeToLiveSpecification" in properties:
            specification = properties["TimeToLiveSpecification"]
            expiry = {**specification, "Enabled": _as_text(specification.get("Enabled", True)) == "true"}
            api.call("dynamodb", "UpdateTimeToLive", TableName=name, TimeToLiveSpecification=expiry)
    stream = {"StreamArn": table["LatestStreamArn"]} if "LatestStreamArn" in table else {}
    return {"Ref": name, "Arn": table["TableArn"], **stream}


def _table(api: EmulatorApi, name: str) -> dict[str, Any]:
    table: dict[str, Any] = api.call("dynamodb", "DescribeTable", TableName=name)["Table"]
    return table


def _table_arguments(properties: Node) -> dict[str, Any]:
    """Return the arguments that create a table. In a template, numbers may be text, and a stream has no switch."""
    arguments = {key: properties[key] for key in TABLE_ARGUMENTS if key in properties}
    for key in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if key in arguments:
            arguments[key] = [
                _with_numbers({k: index[k] for k in _INDEX_ARGUMENTS if k in index}) for index in arguments[key]
            ]
    if "StreamSpecification" in properties:
        kind = properties["StreamSpecification"]["StreamViewType"]
        arguments["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": kind}
    return _with_numbers(arguments)


def _with_numbers(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a table or an index with its capacities as numbers."""
    if "ProvisionedThroughput" not in arguments:
        return arguments
    capacities = {key: int(arguments["ProvisionedThroughput"][key]) for key in _CAPACITIES}
    return {**arguments, "ProvisionedThroughput": capacities}


def _as_text(value: Node) -> str:
    """Return a value as the attributes of queues have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bucket(_: EmulatorApi, name: str, __: Node) -> dict[str, str]:
    return {
        "Ref": name,
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{REGION}.amazonaws.com",
    }


def _create_secret(api: EmulatorApi, name: str, properties: Node) -> dict[str, str]:
    content = _secret_content(api, properties)
    try:
        arn = api.call("secretsmanager", "CreateSecret", Name=name, **content)["ARN"]
    except EmulatorError as error:
        if error.code != "ResourceExistsException":
            raise
        arn = api.call("secretsmanager", "DescribeSecret", SecretId=name)["ARN"]
    return {"Ref": arn, "Id": arn}


def _secret_content(api: EmulatorApi, properties: Node) -> dict[str, str]:
    """Return the argument with the content of a secret. CloudFormation makes an empty one if the template has none."""
    generate = dict(properties.get("GenerateSecretString") or {})
    if not generate:
        return {"SecretString": str(properties["SecretString"])} if "SecretString" in properties else {}
    template, key = generate.pop("SecretStringTemplate", None), generate.pop("GenerateStringKey", None)
    password = api.call("secretsmanager", "GetRandomPassword", **generate)["RandomPassword"]
    if template is None:
        return {"SecretString": str(password)}
    content = json.loads(template)
    content[key] = password
    return {"SecretString": json.dumps(content)}


def _create_queue(api: EmulatorApi, name: str, properties: Node) -> dict[str, str]:
    attributes = {key: _as_text(properties[key]) for key in QUEUE_ATTRIBUTES if key in properties}
    try:
        url = api.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]
    except EmulatorError as error:
        if error.code not in _QUEUE_EXISTS:
            raise
        url = api.call("sqs", "GetQueueUrl", QueueName=name)["QueueUrl"]
    answer = api.call("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["QueueArn"])
    return {"Ref": url, "QueueUrl": url, "Arn": answer["Attributes"]["QueueArn"], "QueueName": name}
