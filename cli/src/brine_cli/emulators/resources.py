"""Creates the tables, buckets, secrets and queues of a template at an AWS endpoint, unless they exist."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from brine_cli.emulators.credentials import CREDENTIALS
from brine_cli.errors import EmulatorFailed, TemplateError
from brine_cli.template.data import NAMED_BY, QUEUE_ATTRIBUTES, TABLE_ARGUMENTS
from brine_cli.template.document import properties_of
from brine_cli.template.intrinsics import REGION, STACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.template.document import Node

    type ResourceAttributes = dict[tuple[str, str], str]

_CAPACITIES = ("ReadCapacityUnits", "WriteCapacityUnits")
_INDEX_ARGUMENTS = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")


def default_name(logical_id: str) -> str:
    """Return the name of a resource that has none in the template. It never changes, so stored data is found again."""
    return f"{STACK}-{logical_id.lower()}"


def create_resources(
    resources: Mapping[str, Node], endpoint: str, *, name_of: Callable[[str], str] = default_name
) -> ResourceAttributes:
    """Create `resources` at `endpoint` and return their attributes for a Resolver.

    Raises EmulatorFailed and TemplateError.
    """
    makers = {
        "AWS::DynamoDB::Table": _create_table,
        "AWS::S3::Bucket": _create_bucket,
        "AWS::SecretsManager::Secret": _create_secret,
        "AWS::SQS::Queue": _create_queue,
    }
    attributes: ResourceAttributes = {}
    for logical_id, resource in resources.items():
        properties = properties_of(resource)
        name = properties.get(NAMED_BY[resource["Type"]]) or name_of(logical_id) + _suffix(properties)
        try:
            found = makers[resource["Type"]](endpoint, name, properties)
        except (ClientError, BotoCoreError) as error:
            raise EmulatorFailed(f"{logical_id} cannot be created at {endpoint}: {error}") from error
        except KeyError as error:
            raise TemplateError(f"{logical_id}: {error} is missing") from error
        attributes |= {(logical_id, attribute): value for attribute, value in found.items()}
    _connect_dead_letters(resources, endpoint, attributes)
    return attributes


def _suffix(properties: Node) -> str:
    return ".fifo" if _as_text(properties.get("FifoQueue", False)) == "true" else ""  # SQS demands it in the name


def aws_client(service: str, endpoint: str) -> Any:
    """Return a boto3 client for the emulator at `endpoint`."""
    return boto3.client(  # type: ignore[call-overload]  # the stubs want a literal name
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(
            connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}
        ),
    )


def _create_table(endpoint: str, name: str, properties: Node) -> dict[str, str]:
    dynamodb = aws_client("dynamodb", endpoint)
    try:
        table = dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        table = dynamodb.create_table(TableName=name, **_table_arguments(properties))["TableDescription"]
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        if "TimeToLiveSpecification" in properties:
            specification = properties["TimeToLiveSpecification"]
            expiry = {**specification, "Enabled": _as_text(specification.get("Enabled", True)) == "true"}
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    stream = {"StreamArn": table["LatestStreamArn"]} if "LatestStreamArn" in table else {}
    return {"Ref": name, "Arn": table["TableArn"], **stream}


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


def _create_bucket(endpoint: str, name: str, _: Node) -> dict[str, str]:
    s3 = aws_client("s3", endpoint)
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        s3.create_bucket(Bucket=name)
    return {
        "Ref": name,
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{REGION}.amazonaws.com",
    }


def _create_secret(endpoint: str, name: str, properties: Node) -> dict[str, str]:
    secrets_manager = aws_client("secretsmanager", endpoint)
    try:
        arn = secrets_manager.describe_secret(SecretId=name)["ARN"]
    except secrets_manager.exceptions.ResourceNotFoundException:
        content = _secret_content(secrets_manager, properties)
        arn = secrets_manager.create_secret(Name=name, **content)["ARN"]
    return {"Ref": arn, "Id": arn}


def _secret_content(secrets_manager: Any, properties: Node) -> dict[str, str]:
    """Return the argument with the content of a secret. CloudFormation makes an empty one if the template has none."""
    generate = dict(properties.get("GenerateSecretString") or {})
    if not generate:
        return {"SecretString": str(properties["SecretString"])} if "SecretString" in properties else {}
    template, key = generate.pop("SecretStringTemplate", None), generate.pop("GenerateStringKey", None)
    password = secrets_manager.get_random_password(**generate)["RandomPassword"]
    if template is None:
        return {"SecretString": str(password)}
    content = json.loads(template)
    content[key] = password
    return {"SecretString": json.dumps(content)}


def _create_queue(endpoint: str, name: str, properties: Node) -> dict[str, str]:
    sqs = aws_client("sqs", endpoint)
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        attributes = {key: _as_text(properties[key]) for key in QUEUE_ATTRIBUTES if key in properties}
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return {"Ref": url, "QueueUrl": url, "Arn": arn, "QueueName": name}


def _connect_dead_letters(resources: Mapping[str, Node], endpoint: str, attributes: ResourceAttributes) -> None:
    """Set the redrive policies after all queues exist, since the resolved policies have logical ids as targets."""
    known = {f"{logical_id}.{attribute}": value for (logical_id, attribute), value in attributes.items()}
    for logical_id, resource in resources.items():
        policy = properties_of(resource).get("RedrivePolicy")
        if policy is None:
            continue
        target = policy["deadLetterTargetArn"]
        redrive = json.dumps({**policy, "deadLetterTargetArn": known.get(target, target)})
        aws_client("sqs", endpoint).set_queue_attributes(
            QueueUrl=attributes[logical_id, "Ref"], Attributes={"RedrivePolicy": redrive}
        )
