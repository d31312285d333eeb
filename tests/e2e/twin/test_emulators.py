"""Functions find the template's tables, buckets and secrets at moto, and moto keeps its promises under load."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from boto3 import Session

from brine_cli.emulators.api import EmulatorApi
from brine_cli.emulators.resources import complete_resources, create_resources
from brine_cli.emulators.run import run_emulator
from brine_cli.errors import EmulatorFailed
from brine_cli.twin import Twin
from tests.unit.twin.wire import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

TEMPLATE = Path(__file__).parent / "fixtures/template.yaml"
CLIENTS = 100


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with run_emulator("moto") as url:
        yield url


def get(url: str) -> Any:
    return json.loads(fetch(url)[1])


def test_table_bucket_secret_and_origin_are_there() -> None:
    with Twin(template=TEMPLATE) as twin:
        about = get(f"{twin.url}/about")
        assert fetch(f"{twin.url}/note", "PUT", "first")[0] == 204
        assert get(f"{twin.url}/note") == ["first", "first"]
        twin.restart_functions()
        assert get(f"{twin.url}/note") == ["first", "first"]
        assert get(f"{twin.url}/about")["pid"] != about["pid"]
        assert get(f"{about['origin']}/anything/x")["method"] == "GET"
    assert about["secret"] == {"kind": len("keyring"), "1": 40}
    assert about["lifetime"] == "evict_at"
    assert about["arn"].endswith(":table/brine-dev-table")


def test_a_given_endpoint_keeps_its_data_when_the_twin_stops(moto: str) -> None:
    with Twin(template=TEMPLATE, aws_endpoint=moto) as twin:
        fetch(f"{twin.url}/lasting", "PUT", "kept")
        assert twin.aws_endpoint == moto
    with Twin(template=TEMPLATE, aws_endpoint=moto) as twin:
        assert get(f"{twin.url}/lasting") == ["kept", "kept"]


def test_resources_that_exist_are_left_as_they_are(moto: str) -> None:
    def resources(seconds: int, text: str) -> dict[str, Any]:
        keys = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
        attributes = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
        dead = {"deadLetterTargetArn": "Dead.Arn", "maxReceiveCount": 3}
        return {
            "Kept": {"Type": "AWS::DynamoDB::Table", "Properties": {**keys, **attributes}},
            "Files": {"Type": "AWS::S3::Bucket"},
            "Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": text}},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"VisibilityTimeout": seconds, "RedrivePolicy": dead},
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
        }

    with closing(EmulatorApi(moto)) as api:
        made = [create_resources(resources(seconds, str(seconds)), api) for seconds in (7, 8)]
        for seconds, attributes in zip((7, 8), made, strict=True):
            complete_resources(resources(seconds, ""), api, attributes)
        assert made[0] == made[1]
        url, arn = made[0]["Jobs", "Ref"], made[0]["Dead", "Arn"]
        queue = api.call("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert queue["VisibilityTimeout"] == "7"
        assert json.loads(queue["RedrivePolicy"])["deadLetterTargetArn"] == arn
        assert api.call("secretsmanager", "GetSecretValue", SecretId=made[0]["Key", "Ref"])["SecretString"] == "7"


def test_a_mistake_of_the_template_is_told_in_the_words_of_the_emulator(moto: str) -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": [], "AttributeDefinitions": []}}
    with closing(EmulatorApi(moto)) as api, pytest.raises(EmulatorFailed) as failure:
        create_resources({"Kept2": table}, api)
    assert re.match(r"Kept2 cannot be created at \S+: CreateTable: .*\w+.* \(ValidationException\)", str(failure.value))


def test_an_endpoint_where_nobody_answers() -> None:
    with pytest.raises(EmulatorFailed, match=r"Table cannot be created at http://127\.0\.0\.1:1: "):
        Twin(template=TEMPLATE, aws_endpoint="http://127.0.0.1:1").__enter__()


def dynamodb(endpoint: str) -> DynamoDBClient:
    credentials = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    return credentials.client("dynamodb", endpoint_url=endpoint)


def test_of_a_hundred_conditional_writers_one_wins_though_others_stall(moto: str) -> None:
    table = dynamodb(moto)
    table.create_table(
        TableName="race",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    everybody = threading.Barrier(CLIENTS)
    winners: list[int] = []

    def write(number: int) -> None:
        everybody.wait(timeout=20)
        try:
            table.put_item(TableName="race", Item={"pk": {"S": "x"}}, ConditionExpression="attribute_not_exists(pk)")
        except table.exceptions.ConditionalCheckFailedException:
            return
        winners.append(number)

    host = (str(urlsplit(moto).hostname), int(urlsplit(moto).port or 0))
    stalled = [socket.create_connection(host) for _ in range(CLIENTS)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(CLIENTS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for connection in stalled:
        connection.close()
    assert len(winners) == 1
