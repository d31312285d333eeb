"""Answers HTTP events by a gateway, and logs each answer: the handler of the gateway function and of apps."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from brine.adapters.lambda_http import Incoming, read, room, write
from brine.domain.http.messages import Request
from brine.errors import AnswerTooLarge, BadEvent
from brine.ports.billed_calls import current_calls
from brine.ports.deadline import Deadline
from brine.service.problems import ANSWER_TOO_LARGE, EVENT_INVALID, INTERNAL, problem_answer, replaced_by_problem

if TYPE_CHECKING:
    from brine.adapters.emf.answer_log import AnswerLog
    from brine.adapters.powertools.cors import Cors
    from brine.domain.costs.usage import BilledCall
    from brine.service.gateway import Gateway
    from brine.service.http_cache.answer import Answer

_UNREAD = Incoming(request=Request(method="GET", path="/"), source="http-api-v2")


@dataclass(frozen=True, slots=True)
class HttpHandler:
    """Answers the events of an HTTP API, a REST API, a load balancer or a function URL."""

    gateway: Gateway
    log: AnswerLog
    cors: Cors | None = None

    def __call__(self, event: Any, context: Any) -> dict[str, object]:
        """Return the result for one event. Never raises: any error becomes a problem for the client, and a log line."""
        began = time.monotonic()
        deadline = Deadline(began + context.get_remaining_time_in_millis() / 1000, time.monotonic)
        incoming = _UNREAD
        calls: list[BilledCall] = []
        counting = current_calls.set(calls)
        try:
            incoming = read(event)
            answer = self._serve(
                incoming.request,
                deadline,
                room=room(incoming),
                account=incoming.account,
                front_door=incoming.front_door,
            )
            answer, result = self._written(answer, incoming)
        except BadEvent as error:
            answer = problem_answer(EVENT_INVALID, str(error))
            result = write(answer.response, incoming)
        except Exception as error:  # noqa: BLE001 - for any error, the client gets a problem and the log the traceback
            answer = replace(problem_answer(INTERNAL), error=error)
            result = write(answer.response, incoming)
        finally:
            current_calls.reset(counting)
        self.log.answered(answer, context.aws_request_id, seconds=time.monotonic() - began, calls=calls)
        return result

    def _serve(self, request: Request, deadline: Deadline, **members: Any) -> Answer:
        if self.cors is None:
            return self.gateway.serve(request, deadline, **members)
        return self.cors.served(self.gateway, request, deadline, **members)

    def _written(self, answer: Answer, incoming: Incoming) -> tuple[Answer, dict[str, object]]:
        """Return the answer and the result for Lambda. An answer that is too large is replaced by a problem."""
        try:
            return answer, write(answer.response, incoming)
        except AnswerTooLarge as error:
            answer = replaced_by_problem(answer, ANSWER_TOO_LARGE, f"{error}. {self._remedy(answer)}")
            return answer, write(answer.response, incoming)

    def _remedy(self, answer: Answer) -> str:
        """Return what helps against an answer that is too large."""
        route = None if answer.route is None else self.gateway.route(answer.route)
        if route is None or route.pattern is not None:
            return "Return less at a time, such as one page of a list"
        if route.large_bodies == "refuse":
            return f'Give the route {route.name} large_bodies = "redirect" to answer with a link, or request a range'
        return "It is not stored, so there is no link to it. Request a range"
