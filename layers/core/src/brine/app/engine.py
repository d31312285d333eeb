"""The composed gateway of an app, and its answers to events."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brine.adapters.http1.client import HttpClient
from brine.adapters.lambda_http import Incoming, read, room, write
from brine.adapters.sqs.refresh_queue import SqsRefreshQueue
from brine.app.runner import LateRunner
from brine.bootstrap.common import connect_aws, own_keyring, read_file
from brine.bootstrap.gateway import connected_fetcher, file_transcoders
from brine.domain.http.messages import Request
from brine.domain.routing.route import Routes
from brine.errors import AnswerTooLarge, BadEvent, ConfigError
from brine.ports.deadline import Deadline
from brine.service.functions.compose import compose_functions, function_codec
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.problems import ANSWER_TOO_LARGE, EVENT_INVALID, INTERNAL, problem_answer, replaced_by_problem
from brine.settings import Settings
from brine_codec import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.powertools.answer_log import AnswerLog
    from brine.app.registrations import Registrations
    from brine.service.functions.compose import FunctionGateway
    from brine.service.http_cache.answer import Answer

_UNREAD = Incoming(request=Request(method="GET", path="/"), source="http-api-v2")
_ROUTES_BESIDE_CODE = "routes.toml"


@dataclass(slots=True)
class Engine:
    """Answers the events of a Lambda function by the routes of an app."""

    composed: FunctionGateway
    log: AnswerLog
    cors: Any = None

    def handle(self, event: Any, context: Any) -> dict[str, object]:
        """Return the result for one event: an HTTP request, or a batch of messages from the refresh queue."""
        if isinstance(event, dict) and "Records" in event:
            from brine.app.refreshes import refresh_batch  # noqa: PLC0415 - no request needs it

            return refresh_batch(event, context, self.composed.refresher, self.log)
        began = time.monotonic()
        deadline = Deadline(began + context.get_remaining_time_in_millis() / 1000, time.monotonic)
        incoming = _UNREAD
        try:
            incoming = read(event)
            answer = self.composed.gateway.serve(
                incoming.request, deadline, room=room(incoming), account=incoming.account
            )
            answer, result = _written(answer, incoming)
        except BadEvent as error:
            answer = problem_answer(EVENT_INVALID, str(error))
            result = write(answer.response, incoming)
        except Exception as error:  # noqa: BLE001 - for any error, the client gets a problem and the log the traceback
            answer = replace(problem_answer(INTERNAL), error=error)
            result = write(answer.response, incoming)
        self.log.answered(answer, context.aws_request_id, seconds=time.monotonic() - began)
        return result


def _written(answer: Answer, incoming: Incoming) -> tuple[Answer, dict[str, object]]:
    """Return the answer and the result for Lambda. An answer that is too large is replaced by a problem."""
    try:
        return answer, write(answer.response, incoming)
    except AnswerTooLarge as error:
        answer = replaced_by_problem(answer, ANSWER_TOO_LARGE, str(error))
        return answer, write(answer.response, incoming)


def connected_engine(
    app: Registrations, environment: Mapping[str, str], client: HttpClient | None = None, *, cors: Any = None
) -> Engine:
    """Return the engine of an app on AWS. Opens no connection yet. Raises ConfigError.

    `client` makes every connection; the caller that passes one must close it.
    """
    from brine.adapters.powertools.answer_log import AnswerLog  # noqa: PLC0415 - tests of an app have no log

    settings = Settings.from_environment(environment)
    aws = connect_aws(settings, client or HttpClient())
    namespace = settings.namespace or ""
    routes = joined_routes(app, settings, namespace)
    registry = types_of(app)
    queue = settings.refresh_queue
    composed = compose_functions(
        routes,
        connected_fetcher(settings, aws, time.time, time.sleep, namespace=namespace),
        lambda sealer: LateRunner(app, sealer),
        codec=function_codec(own_keyring(settings, aws), registry),
        registry=registry,
        clock=time.time,
        refreshes=None if queue is None else RefreshRequests(SqsRefreshQueue(aws, queue)),
        transcoders=file_transcoders(settings, routes, aws),
    )
    return Engine(composed, AnswerLog(), cors)


def joined_routes(app: Registrations, settings: Settings, namespace: str) -> Routes:
    """Return the routes in code with those of routes.toml: of BRINE_ROUTES, or else beside the code."""
    from brine.adapters.config.routes import parse_routes  # noqa: PLC0415 - an app without the file needs it not

    beside = Path(settings.environment.get("LAMBDA_TASK_ROOT", ".")) / _ROUTES_BESIDE_CODE
    path = settings.routes or (beside if beside.is_file() else None)
    of_file = (
        ()
        if path is None
        else tuple(
            replace(route, namespace=namespace)
            for route in parse_routes(read_file("routes", path), settings.environment, source=path.name)
        )
    )
    in_code = app.routes(namespace)
    for route in of_file:
        if any(route.name == one.name for one in in_code):
            raise ConfigError(
                f'{path}: route "{route.name}": a function has this name too. Choose another name for one of both.'
            )
    return Routes((*in_code, *of_file))


def types_of(app: Registrations) -> Registry:
    """Return the registry with all classes that the annotations of the functions mention."""
    registry = app.registry or Registry()
    registry.register_arrays()
    for function in app.functions:
        returned = function.hints().get("return")
        if returned is not None:
            registry.register_annotated(returned, owner=function.call)
    return registry
