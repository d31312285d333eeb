"""Answers the HTTP events of an exchange, and logs each answer: the handler of the exchange function."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.adapters.lambda_http import Incoming, read, write
from brine.domain.http.messages import Request
from brine.errors import AnswerTooLarge, BadEvent
from brine.ports.billed_calls import current_calls
from brine.ports.deadline import Deadline
from brine.service.channels.exchange_answer import ExchangeAnswer
from brine.service.problems import ANSWER_TOO_LARGE, EVENT_INVALID, INTERNAL, problem_response

if TYPE_CHECKING:
    from brine.adapters.emf.exchange_log import ExchangeLog
    from brine.domain.costs.usage import BilledCall
    from brine.service.channels.exchange import ExchangeService
    from brine.service.problems import ProblemType

_UNREAD = Incoming(request=Request(method="GET", path="/"), source="http-api-v2")


@dataclass(frozen=True, slots=True)
class ExchangeHandler:
    """Answers the events of an HTTP API. All its routes use the authorizer AWS_IAM."""

    exchange: ExchangeService
    log: ExchangeLog

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, object]:
        """Return the result for one event. Never raises: any error becomes a problem for the client, and a log line."""
        began = time.monotonic()
        deadline = Deadline(began + context.get_remaining_time_in_millis() / 1000, time.monotonic)
        incoming, error = _UNREAD, None
        calls: list[BilledCall] = []
        counting = current_calls.set(calls)
        try:
            incoming = read(event)
            answer = self.exchange.serve(incoming.request, deadline, account=incoming.account)
            result = write(answer.response, incoming)
        except (BadEvent, AnswerTooLarge) as mistake:
            answer = _failed(EVENT_INVALID if isinstance(mistake, BadEvent) else ANSWER_TOO_LARGE, str(mistake))
            result = write(answer.response, incoming)
        except Exception as raised:  # noqa: BLE001 - for any error, the client gets a problem and the log the traceback
            answer, error = _failed(INTERNAL), raised
            result = write(answer.response, incoming)
        finally:
            current_calls.reset(counting)
        seconds = time.monotonic() - began
        self.log.answered(answer, context.aws_request_id, seconds=seconds, calls=calls, error=error)
        return result


def _failed(kind: ProblemType, detail: str | None = None) -> ExchangeAnswer:
    """Return the answer to a request that failed with this kind of problem."""
    return ExchangeAnswer(response=problem_response(kind, detail), result="problem", problem=kind.name)
