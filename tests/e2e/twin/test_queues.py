"""The queues of a template are made as it says, and a receiver that waits at one does not block other requests."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.twin import Twin
from tests.support.emulators.sdk import aws_client

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parent / "fixtures/queues.yaml"


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(template=TEMPLATE) as running:
        yield running


@pytest.fixture(scope="module")
def sqs(twin: Twin) -> Any:
    return aws_client("sqs", str(twin.aws_endpoint))


def attributes(sqs: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def test_each_queue_has_its_own_attributes_and_dead_letters(twin: Twin, sqs: Any) -> None:
    assert set(twin.resources) == {"Orders", "Invoices", "FailedOrders", "FailedInvoices", "Claims"}
    orders, invoices = (attributes(sqs, twin.resources[name]) for name in ("Orders", "Invoices"))
    assert (orders["VisibilityTimeout"], invoices["VisibilityTimeout"]) == ("30", "1")
    assert orders["MessageRetentionPeriod"] == "86400"
    for queue, failed, receives in ((orders, "FailedOrders", 5), (invoices, "FailedInvoices", 1)):
        policy = json.loads(queue["RedrivePolicy"])
        assert policy["deadLetterTargetArn"] == attributes(sqs, twin.resources[failed])["QueueArn"]
        assert int(policy["maxReceiveCount"]) == receives


def test_a_message_that_is_not_deleted_comes_again_and_then_goes_to_the_dead_letters(twin: Twin, sqs: Any) -> None:
    url = twin.resources["Invoices"]
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    (failed,) = sqs.receive_message(QueueUrl=twin.resources["FailedInvoices"])["Messages"]
    assert failed["Body"] == "poison"


def test_a_wait_at_a_queue_ends_with_a_message_and_stops_nobody(twin: Twin, sqs: Any) -> None:
    url = twin.resources["Orders"]
    received: list[Any] = []
    client = aws_client("sqs", str(twin.aws_endpoint))
    waiting = threading.Thread(
        target=lambda: received.append(client.receive_message(QueueUrl=url, WaitTimeSeconds=20)), daemon=True
    )
    waiting.start()
    for _ in range(20):  # long enough for the wait to have begun
        assert attributes(sqs, url)
    sqs.send_message(QueueUrl=url, MessageBody="order")
    waiting.join(timeout=10)
    assert received[0]["Messages"][0]["Body"] == "order"
