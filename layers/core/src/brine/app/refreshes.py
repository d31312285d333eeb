"""Refreshes of stored responses, from the messages of a function's own queue."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from brine.adapters.sqs import refresh_message
from brine.errors import BadEvent
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresher import Refresh

if TYPE_CHECKING:
    from brine.adapters.powertools.answer_log import AnswerLog
    from brine.service.http_cache.refresher import Refresher


def refresh_batch(event: dict[str, Any], context: Any, refresher: Refresher, log: AnswerLog) -> dict[str, object]:
    """Handle the messages of one batch side by side, and return the ids of those that SQS shall deliver again."""
    deadline = Deadline(time.monotonic() + context.get_remaining_time_in_millis() / 1000, time.monotonic)
    messages = event["Records"]
    with ThreadPoolExecutor(max(1, len(messages))) as threads:
        batch = list(threads.map(lambda message: _refreshed(message, refresher, deadline, log, context), messages))
    again = [message_id for message_id, made in batch if made.outcome == "failed"]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}


def _refreshed(
    message: dict[str, Any], refresher: Refresher, deadline: Deadline, log: AnswerLog, context: Any
) -> tuple[str, Refresh]:
    """Refresh the response that one message names. A message that cannot be read is dropped: a retry would fail too."""
    began = time.monotonic()
    problem = None
    error: Exception | None = None
    try:
        made = refresher.refresh(refresh_message.read(message["body"]), deadline)
    except BadEvent as unreadable:
        made, problem = Refresh(outcome="gone"), str(unreadable)
    except Exception as raised:  # noqa: BLE001 - this message may come again, but the others of the batch must not
        made, error = Refresh(outcome="failed"), raised
    seconds = time.monotonic() - began
    log.refreshed(made, message["messageId"], context.aws_request_id, seconds=seconds, problem=problem, error=error)
    return message["messageId"], made
