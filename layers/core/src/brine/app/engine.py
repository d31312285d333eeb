"""The composed gateway of an app, and its answers to events."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brine.adapters.emf.answer_log import AnswerLog
from brine.adapters.emf.lines import MetricLines
from brine.adapters.http1.client import HttpClient
from brine.adapters.powertools.http_handler import HttpHandler
from brine.adapters.sqs.refresh_queue import SqsRefreshQueue
from brine.app.runner import LateRunner
from brine.bootstrap.common import connect_aws, own_keyring, read_configuration
from brine.bootstrap.gateway import connected_fetcher, file_transcoders, with_credentials
from brine.domain.routing.route import Routes
from brine.errors import ConfigError
from brine.service.functions.compose import compose_functions, function_codec
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.settings import Settings
from brine_codec import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.powertools.cors import Cors
    from brine.app.registrations import Registrations
    from brine.domain.routing.route import Route
    from brine.service.admin.explain.explainer import Explainer
    from brine.service.functions.compose import FunctionGateway
    from brine.service.results.refreshes.events import RefreshEvents

NEEDS = ("BRINE_NAMESPACE",)
_ROUTES_BESIDE_CODE = "routes.toml"


@dataclass(slots=True)
class Engine:
    """Answers the events of a Lambda function by the routes of an app."""

    composed: FunctionGateway
    log: AnswerLog
    cors: Cors | None = None

    def handle(self, event: Any, context: Any) -> dict[str, object]:
        """Return the result for one event: an HTTP request, messages from the refresh queue, or a schedule."""
        refreshes = self._result_refreshes()
        if refreshes is not None and refreshes.handles(event):
            return refreshes.wrap(self._answer)(event, context)  # type: ignore[no-any-return]  # as _answer returns
        return self._answer(event, context)

    def _result_refreshes(self) -> RefreshEvents | None:
        """Return the refreshes of the results caches that modules of this function created; None without any."""
        lazy_results = sys.modules.get("brine.bootstrap.lazy_results")
        if lazy_results is None or not (caches := lazy_results.created_caches()):
            return None
        from brine.service.results.refreshes.events import RefreshEvents  # noqa: PLC0415 - for functions with caches

        return RefreshEvents(caches)

    def _answer(self, event: Any, context: Any) -> dict[str, object]:
        if isinstance(event, dict) and "Records" in event:
            from brine.adapters.powertools.refresh_handler import RefreshHandler  # noqa: PLC0415 - no request needs it

            return RefreshHandler(self.composed.refresher, self.log)(event, context)
        return HttpHandler(self.composed.gateway, self.log, self.cors)(event, context)


def connected_engine(
    app: Registrations,
    environment: Mapping[str, str],
    client: HttpClient | None = None,
    session: object | None = None,
) -> Engine:
    """Return the engine of an app on AWS. Calls no service yet. Raises ConfigError.

    `client` makes the connections to origins, and those of the lean client to AWS; the caller that passes one must
    close it. `session`: a session of boto3 or botocore, which then makes all calls to AWS.
    """
    settings = Settings.from_environment(environment, needs=NEEDS, has_session=session is not None)
    client = client or HttpClient()
    aws = connect_aws(settings, client, session)
    namespace = settings.namespace or ""
    routes = joined_routes(app, settings, namespace)
    registry = types_of(app)
    queue = settings.refresh_queue
    fetcher = connected_fetcher(settings, aws, client, time.time, time.sleep, namespace=namespace)
    composed = compose_functions(
        routes,
        with_credentials(fetcher, routes, aws, client, settings),
        lambda sealer: LateRunner(app, sealer),
        codec=function_codec(own_keyring(settings, aws), registry),
        registry=registry,
        clock=time.time,
        refreshes=None if queue is None else RefreshRequests(SqsRefreshQueue(aws, queue)),
        transcoders=file_transcoders(settings, routes, aws),
        hooks=app.hook_table(routes),
        names_routes=settings.is_on_emulator,
    )
    return Engine(composed, AnswerLog(MetricLines.from_environment(environment)), app.browsers())


def app_explainer(
    app: Registrations,
    environment: Mapping[str, str],
    client: HttpClient | None = None,
    session: object | None = None,
) -> Explainer:
    """Return an explainer for the routes of an app. It runs no function. Arguments and errors as `connected_engine`."""
    from brine.service.admin.explain.explainer import Explainer  # noqa: PLC0415 - no request needs it

    return Explainer(gateway=connected_engine(app, environment, client, session).composed.gateway)


def joined_routes(app: Registrations, settings: Settings, namespace: str) -> Routes:
    """Return the routes in code and those of routes.toml, which BRINE_ROUTES names or which is beside the code."""
    from brine.adapters.config.routes import parse_routes  # noqa: PLC0415 - an app without the file does not need it

    beside = Path(settings.environment.get("LAMBDA_TASK_ROOT", ".")) / _ROUTES_BESIDE_CODE
    path = settings.routes or (beside if beside.is_file() else None)
    of_file: tuple[Route, ...] = ()
    if path is not None:
        text, source = read_configuration("routes", path)
        parsed = parse_routes(text, settings.environment, source=source)
        of_file = tuple(replace(route, namespace=namespace) for route in parsed)
    return Routes(with_routes_of_file(app.routes(namespace), of_file, path))


def with_routes_of_file(in_code: tuple[Route, ...], of_file: tuple[Route, ...], path: Path | None) -> tuple[Route, ...]:
    """Return the routes in code, and those of a file after them. Raises ConfigError if two have the same name."""
    for route in of_file:
        if any(route.name == one.name for one in in_code):
            raise ConfigError(
                f'{path}: route "{route.name}": a function has this name too. Choose another name for one of both.'
            )
    return *in_code, *of_file


def types_of(app: Registrations) -> Registry:
    """Return the registry with all classes that the annotations of the functions mention. Raises ConfigError."""
    registry = app.registry or Registry()
    registry.register_arrays()
    for function in app.functions:
        returned = function.hints().get("return")
        if returned is not None:
            registry.register_annotated(returned, owner=function.call)
    return registry
