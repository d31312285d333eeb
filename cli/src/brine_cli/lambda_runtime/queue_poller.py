"""The poller of a queue: it receives messages and invokes a function with batches, like Lambda's event source mapping.

Messages that the function does not report as failed are deleted. A failed message comes again after its visibility
timeout. After the queue's maxReceiveCount it moves to the dead-letter queue.
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html)
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from brine_cli.emulators.api import EmulatorError
from brine_cli.lambda_runtime.environment import InvocationFailed
from brine_cli.lambda_runtime.environments import IntegrationTimedOut
from brine_cli.template.intrinsics import REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.emulators.api import EmulatorApi
    from brine_cli.template.event_sources import QueueSource

    type Message = dict[str, Any]

# Lambda uses long polling of 20 s instead. moto would block all other requests during that time.
PAUSE_SECONDS = 0.2


class QueuePoller:
    """The thread of one event source: one batch at a time, in the order of the queue.

    invoke: returns the function's result for an event, both as JSON. Raises InvocationFailed or IntegrationTimedOut.
    """

    def __init__(
        self,
        source: QueueSource,
        api: EmulatorApi,
        invoke: Callable[[bytes], bytes],
        *,
        report: Callable[[str], None],
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._source = source
        self._api = api
        self._invoke = invoke
        self._report = report
        self._pause = pause
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{source.function} messages", daemon=True)
        self._last_problem = ""
        self._url = ""

    def start(self) -> None:
        """Start to receive messages."""
        self._thread.start()

    def stop(self) -> None:
        """Stop receiving messages. The current invocation continues."""
        self._stopping.set()

    def join(self) -> None:
        """Wait for the end of the last batch. It ends at the latest when the process of the function ends."""
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                is_idle = not self.poll()
            except EmulatorError as error:
                self._report_once(f"the queue of {self._source.function} does not answer: {error}")
                is_idle = True
            if is_idle:
                self._stopping.wait(self._pause)

    def poll(self) -> bool:
        """Handle one batch. Return whether the queue had messages. Raises EmulatorError."""
        if not self._url:
            self._url = self._api.call("sqs", "GetQueueUrl", QueueName=self._source.queue_name)["QueueUrl"]
        received = self._api.call(
            "sqs",
            "ReceiveMessage",
            QueueUrl=self._url,
            MaxNumberOfMessages=min(self._source.batch_size, 10),
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[Message] = received.get("Messages") or []
        if messages and (done := self._deliver(messages)):
            handles = (message["ReceiptHandle"] for message in done)
            entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(handles)]
            self._api.call("sqs", "DeleteMessageBatch", QueueUrl=self._url, Entries=entries)
        return bool(messages)

    def _deliver(self, messages: list[Message]) -> list[Message]:
        """Return the messages that the function has handled."""
        event = json.dumps({"Records": [_record(message, self._source.queue_arn) for message in messages]})
        try:
            answer = json.loads(self._invoke(event.encode()))
        except (InvocationFailed, IntegrationTimedOut) as failure:
            return self._delivered_again(messages, str(failure) or "it took too long")
        if not self._source.reports_failures:
            return messages
        failed = failed_ids(answer, {message["MessageId"] for message in messages})
        if failed is None:
            return self._delivered_again(messages, "its batch response is malformed")
        return [message for message in messages if message["MessageId"] not in failed]

    def _delivered_again(self, messages: list[Message], why: str) -> list[Message]:
        self._report_once(f"{len(messages)} messages for {self._source.function} will be delivered again: {why}")
        return []

    def _report_once(self, what: str) -> None:
        """Report a problem, unless the last report was the same or the poller is stopping."""
        if what != self._last_problem and not self._stopping.is_set():
            self._report(what)
        self._last_problem = what


def failed_ids(answer: Any, sent: set[str]) -> set[str] | None:
    """Return the ids in a partial batch response, or None if it is malformed: then all messages have failed."""
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else answer
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return None
    ids: list[Any] = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    return set(ids) if all(isinstance(id_, str) and id_ in sent for id_ in ids) else None


def _record(message: Message, queue_arn: str) -> Message:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes") or {},
        "messageAttributes": {
            name: _attribute(attribute) for name, attribute in (message.get("MessageAttributes") or {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def _attribute(attribute: Message) -> Message:
    value: Message = {"stringListValues": [], "binaryListValues": [], "dataType": attribute["DataType"]}
    if "BinaryValue" in attribute:
        return {"binaryValue": attribute["BinaryValue"], **value}
    return {"stringValue": attribute["StringValue"], **value}
