"""The local twin makes the tables and queues of templates like those of the quick starts of AWS."""

from __future__ import annotations

import json
from pathlib import Path

from brine_cli.twin import Twin
from tests.support.emulators.sdk import aws_client
from tests.unit.twin.wire import fetch

FOLDER = Path(__file__).parents[2] / "unit/twin/fixtures/ordinary"


def test_tables_with_an_index_a_stream_and_numbers_as_text_and_a_simple_table() -> None:
    with Twin(template=FOLDER / "crud.yaml") as twin:
        given = json.loads(fetch(f"{twin.url}/items/7")[1])
        assert given["route"] == "GET /items/{id}"
        assert twin.aws_endpoint is not None
        client = aws_client("dynamodb", twin.aws_endpoint)
        orders = client.describe_table(TableName=given["environment"]["ORDERS"])["Table"]
        assert [index["IndexName"] for index in orders["GlobalSecondaryIndexes"]] == ["by-customer"]
        assert orders["LatestStreamArn"] == given["environment"]["STREAM"]
        assert orders["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
        expiry = client.describe_time_to_live(TableName=given["environment"]["ORDERS"])["TimeToLiveDescription"]
        assert expiry["TimeToLiveStatus"] == "ENABLED"
        items = client.describe_table(TableName=given["environment"]["ITEMS"])["Table"]
        assert items["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]


def test_a_fifo_queue_has_the_name_and_the_attributes_of_one() -> None:
    with Twin(template=FOLDER / "events.yaml") as twin:
        assert twin.aws_endpoint is not None
        client = aws_client("sqs", twin.aws_endpoint)
        attributes = client.get_queue_attributes(QueueUrl=twin.resources["Jobs"], AttributeNames=["All"])["Attributes"]
        assert (attributes["FifoQueue"], attributes["ContentBasedDeduplication"]) == ("true", "true")
        assert twin.resources["Jobs"].endswith("brine-dev-jobs.fifo")
        assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].endswith("brine-dev-failed.fifo")
