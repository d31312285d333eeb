"""Refreshes stored responses by the messages of a queue: the handler of the refresher function and of apps."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.adapters.sqs import refresh_message
from brine.errors import BadEvent
from brine.ports.billed_calls import current_calls
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresher import Refresh

if TYPE_CHECKING:
    from brine.adapters.emf.answer_log import AnswerLog
    from brine.domain.costs.usage import BilledCall
    from brine.service.http_cache.refresher import Refresher


@dataclass(frozen=True, slots=True)
class RefreshHandler:
    """Handles batches of refresh requests."""

    refresher: Refresher
    log: AnswerLog

    def __call__(self, event: Any, context: Any) -> dict[str, object]:
        """Return the ids of the messages that SQS shall deliver again.

        The messages of a batch are handled side by side, so that a slow origin does not delay the refreshes of another.
        """
        deadline = Deadline(time.monotonic() + context.get_remaining_time_in_millis() / 1000, time.monotonic)
        messages = event["Records"]
        with ThreadPoolExecutor(max(1, len(messages))) as threads:
            refreshed = threads.map(lambda one: self._refresh(one, deadline, context, batch=len(messages)), messages)
            outcomes = list(refreshed)
        again = [
            message["messageId"] for message, made in zip(messages, outcomes, strict=True) if made.outcome == "failed"
        ]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}

    def _refresh(self, message: dict[str, Any], deadline: Deadline, context: Any, *, batch: int) -> Refresh:
        """Refresh the response that one message names. A message that cannot be read is dropped: it stays as it is."""
        began = time.monotonic()
        problem: str | None = None
        error: Exception | None = None
        calls: list[BilledCall] = []
        counting = current_calls.set(calls)
        try:
            made = self.refresher.refresh(refresh_message.read(message["body"]), deadline)
        except BadEvent as unreadable:
            made, problem = Refresh(outcome="gone"), str(unreadable)
        except Exception as raised:  # noqa: BLE001 - this message may come again, but the others of the batch must not
            made, error = Refresh(outcome="failed"), raised
        finally:
            current_calls.reset(counting)
        self.log.refreshed(
            made,
            message["messageId"],
            context.aws_request_id,
            seconds=time.monotonic() - began,
            calls=calls,
            batch=batch,
            problem=problem,
            error=error,
        )
        return made
