"""Messages of a queue reach a function as Lambda delivers them, and come again if it says so or fails."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.emulators.api import EmulatorApi, EmulatorError
from brine_cli.emulators.resources import complete_resources, create_resources
from brine_cli.lambda_runtime.environment import InvocationFailed
from brine_cli.lambda_runtime.queue_poller import QueuePoller
from brine_cli.template.event_sources import QueueSource
from tests.support.emulators.sdk import aws_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Invoke = Callable[[bytes], bytes]

DONE = b'{"batchItemFailures": []}'


class Queue:
    """A queue of moto, its dead-letter queue, and the poller under test, asked for one batch at a time."""

    def __init__(self, endpoint: str, *, attempts: int = 2) -> None:
        name = uuid.uuid4().hex
        properties = {
            "VisibilityTimeout": 0,  # a failed message comes again at once
            "RedrivePolicy": {"deadLetterTargetArn": "Dead.Arn", "maxReceiveCount": attempts},
        }
        resources = {
            "Live": {"Type": "AWS::SQS::Queue", "Properties": properties},
            "Dead": {"Type": "AWS::SQS::Queue"},
        }
        self.api = EmulatorApi(endpoint)
        made = create_resources(resources, self.api, name_of=lambda logical_id: f"{logical_id}-{name}")
        complete_resources(resources, self.api, made)
        self.sqs = aws_client("sqs", endpoint)
        self.url, self.arn, self.dead_url = made["Live", "Ref"], made["Live", "Arn"], made["Dead", "QueueUrl"]
        self.told: list[str] = []

    def send(self, *bodies: str, **attributes: Any) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body, MessageAttributes=attributes)

    def poller(self, invoke: Invoke, *, batch_size: int = 10, reports: bool = True) -> QueuePoller:
        source = QueueSource(function="Fn", queue_arn=self.arn, batch_size=batch_size, reports_failures=reports)
        return QueuePoller(source, self.api, invoke, report=self.told.append, pause=0.01)

    def left(self, url: str = "") -> list[str]:
        """The bodies in the queue, or in the one of this URL."""
        received = self.sqs.receive_message(QueueUrl=url or self.url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return sorted(message["Body"] for message in received.get("Messages") or [])


@pytest.fixture
def queue(moto_endpoint: str) -> Iterator[Queue]:
    queue = Queue(moto_endpoint)
    with closing(queue.api):
        yield queue


def test_an_event_is_as_lambda_writes_it(queue: Queue) -> None:
    events: list[Any] = []

    def invoke(event: bytes) -> bytes:
        events.append(json.loads(event))
        return DONE

    attribute = {"DataType": "String", "StringValue": "v"}
    blob = {"DataType": "Binary", "BinaryValue": b"\0\xff"}
    queue.send("grüß", name=attribute, blob=blob)
    assert queue.poller(invoke).poll()
    ((record,),) = (event["Records"] for event in events)
    assert record.keys() == {
        *("messageId", "receiptHandle", "body", "attributes", "messageAttributes"),
        *("md5OfBody", "eventSource", "eventSourceARN", "awsRegion"),
    }
    assert (record["body"], record["eventSource"], record["eventSourceARN"]) == ("grüß", "aws:sqs", queue.arn)
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"].keys() >= {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"}
    lists: dict[str, object] = {"stringListValues": [], "binaryListValues": []}
    assert record["messageAttributes"] == {
        "name": {"stringValue": "v", "dataType": "String", **lists},
        "blob": {"binaryValue": base64.b64encode(b"\0\xff").decode(), "dataType": "Binary", **lists},
    }


def test_a_handled_message_is_deleted_and_an_empty_queue_invokes_no_function(queue: Queue) -> None:
    queue.send("a", "b")
    poller = queue.poller(lambda _: DONE)
    assert poller.poll()
    assert not poller.poll()
    assert queue.left() == []


def test_batches_are_no_larger_than_the_template_says(queue: Queue) -> None:
    sizes: list[int] = []

    def invoke(event: bytes) -> bytes:
        sizes.append(len(json.loads(event)["Records"]))
        return DONE

    queue.send(*"abcde")
    poller = queue.poller(invoke, batch_size=2)
    while poller.poll():
        pass
    assert (sum(sizes), max(sizes)) == (5, 2)


def failing(*bodies: str) -> Invoke:
    """A function that fails for these bodies."""

    def invoke(event: bytes) -> bytes:
        records = json.loads(event)["Records"]
        failures = [{"itemIdentifier": record["messageId"]} for record in records if record["body"] in bodies]
        return json.dumps({"batchItemFailures": failures}).encode()

    return invoke


def test_only_what_failed_comes_again_and_at_last_is_put_aside(queue: Queue) -> None:
    queue.send("a", "b", "c")
    poller = queue.poller(failing("b"))
    assert poller.poll()
    assert poller.poll()
    assert not poller.poll()  # received twice, and that is the most
    assert (queue.left(), queue.left(queue.dead_url)) == ([], ["b"])


def test_without_partial_responses_an_answer_is_a_success(queue: Queue) -> None:
    queue.send("a", "b")
    queue.poller(failing("b"), reports=False).poll()
    assert queue.left() == []


@pytest.mark.parametrize("answer", [b"null", b"{}", b'{"batchItemFailures": null}', b'{"batchItemFailures": []}'])
def test_answers_that_mean_success(queue: Queue, answer: bytes) -> None:
    queue.send("a")
    queue.poller(lambda _: answer).poll()
    assert queue.left() == []


@pytest.mark.parametrize(
    "failures", ['"x"', '["x"]', "[{}]", '[{"itemIdentifier": ""}]', '[{"itemIdentifier": null}]', '[{"itemId": "x"}]']
)
def test_a_malformed_report_fails_the_whole_batch(queue: Queue, failures: str) -> None:
    queue.send("a", "b")
    queue.poller(lambda _: f'{{"batchItemFailures": {failures}}}'.encode()).poll()
    assert queue.left() == ["a", "b"]
    assert queue.told == ["2 messages for Fn will be delivered again: its batch response is malformed"]


def test_a_function_that_fails_is_told_of_once_and_loses_nothing(queue: Queue) -> None:
    def invoke(_: bytes) -> bytes:
        raise InvocationFailed("Fn raised")

    queue.send("a", "b")
    poller = queue.poller(invoke)
    poller.poll()
    poller.poll()
    assert queue.told == ["2 messages for Fn will be delivered again: Fn raised"]
    assert not poller.poll()
    assert queue.left(queue.dead_url) == ["a", "b"]


def test_a_queue_that_is_not_there_is_told_of_and_waited_for(queue: Queue) -> None:
    source = QueueSource(function="Fn", queue_arn="arn:aws:sqs:us-east-1:1:none", batch_size=1, reports_failures=True)
    told = threading.Event()
    poller = QueuePoller(source, queue.api, lambda _: DONE, report=lambda _: told.set(), pause=0.01)
    with pytest.raises(EmulatorError):
        poller.poll()
    poller.start()
    assert told.wait(20)
    poller.stop()
    poller.join()


def test_it_runs_until_it_is_stopped_and_then_complains_of_nothing(queue: Queue) -> None:
    arrived, killed = threading.Event(), threading.Event()

    def invoke(_: bytes) -> bytes:
        arrived.set()
        killed.wait(20)
        raise InvocationFailed("its process was ended")

    poller = queue.poller(invoke)
    poller.start()
    queue.send("a")
    assert arrived.wait(20)
    poller.stop()
    killed.set()
    poller.join()
    assert queue.told == []
    assert queue.left() == ["a"]


def test_one_that_was_never_started_has_nothing_to_wait_for(queue: Queue) -> None:
    poller = queue.poller(lambda _: DONE)
    poller.stop()
    poller.join()
