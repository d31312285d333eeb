"""The running side of a description: functions, pollers of queues, the routes of the API, and the admin API."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

from brine_cli.api_gateway.authorization.authorize import authorization
from brine_cli.api_gateway.authorization.notices import authorizer_notices
from brine_cli.api_gateway.http_api import HttpApi
from brine_cli.api_gateway.route_table import RouteTable
from brine_cli.console.page import console_pages
from brine_cli.desk.desk import PATHS, Desk
from brine_cli.desk.explaining import Explaining
from brine_cli.desk.origin_names import OriginNames
from brine_cli.http.pages import Pages
from brine_cli.invoke.endpoint import PREFIX as INVOKE
from brine_cli.invoke.endpoint import InvokeEndpoint
from brine_cli.lifetime_hints import LifetimeHints
from brine_cli.schedules.runner import ScheduleRunner
from brine_cli.serving.gateway_routes import gateways
from brine_cli.serving.pollers import Pollers
from brine_cli.serving.telling import MistakeLines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from brine_cli.checking.finding import Finding
    from brine_cli.http.admission import Admission
    from brine_cli.http.messages import HttpRequest, HttpResponse
    from brine_cli.live.live import Live
    from brine_cli.serving.description import Description
    from brine_cli.serving.emulated import Emulated
    from brine_cli.serving.runner import FunctionChanges, Runner

    type OnAnswer = Callable[[str, HttpRequest, HttpResponse], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the API checks who sends a request.

    claims: those of every request to a route with a JWT authorizer; no token is checked then. verifies_tokens: check
    the signatures of tokens with the keys of their issuers, and accept no unsigned tokens.
    """

    claims: Mapping[str, Any] | None = None
    verifies_tokens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a newer description changed. new_routes, old_routes: the routes of the API that came and went.

    new_resources: those that the AWS emulator has now. other_resources: those that it has with older properties.
    mistakes: the lines about mistakes, and about functions that cannot be loaded because of them.
    """

    functions: FunctionChanges
    new_routes: tuple[str, ...] = ()
    old_routes: tuple[str, ...] = ()
    new_resources: tuple[str, ...] = ()
    other_resources: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class Served:
    """Serves one description, and follows to newer ones.

    is_single: the routes are that of `--origin`. live: gets each request and its answer. access: how the API checks who
    sends a request. runs_schedules: invoke functions by the schedules of the template. find_mistakes: see MistakeLines.
    """

    def __init__(
        self,
        description: Description,
        runner: Runner,
        emulated: Emulated,
        report: Callable[[str], None],
        *,
        admission: Admission,
        integration_timeout: float,
        is_single: bool,
        live: Live,
        access: Access,
        runs_schedules: bool,
        find_mistakes: Callable[[Collection[str]], Sequence[Finding]],
    ) -> None:
        self.description = description
        self.runner = runner
        self._emulated = emulated
        self._report = report
        self._is_single = is_single
        self._access = access
        self._runs_schedules = runs_schedules
        self._lines = MistakeLines(find_mistakes)
        self._schedules: ScheduleRunner | None = None
        self._loading: Thread | None = None
        self.pollers = Pollers(runner.invokers, report)
        runner.put(description.plans)
        self._explaining = Explaining(runner.launches, lambda: self.description.application.routes)
        self._desk = Desk(runner.launches, self._functions_of_routes, report, self._explaining.explained)
        self.api = HttpApi(
            routes=RouteTable(description.application.routes),
            environments=runner.invokers,
            admission=admission,
            report=live.reporter(report),
            recorder=live.recorder,
            integration_timeout=integration_timeout,
            authorize=authorization(runner.invokers, report, claims=access.claims, verifies=access.verifies_tokens),
            pages=Pages(
                {
                    **console_pages(),
                    **live.pages(OriginNames(runner.launches)),
                    **dict.fromkeys(PATHS, self._desk),
                    INVOKE: self._invoke_endpoint(),
                }
            ),
            on_answer=self._on_answer(),
            known_failures=self._lines.known_failures,
        )
        for line in self._lines.of(description.mistakes):
            report(line)
        for notice in self.notices(description):
            report(notice)

    def start_functions(self) -> None:
        """Start the function of the route $default, or all functions without such a route. Wait until it is ready.

        Then start the others one after the other, while the server answers. A request to one of them waits for it.
        """
        names = list(self.description.plans)
        defaults = {route.function for route in self.description.application.routes if route.path is None}
        first = [name for name in names if name in defaults] or names
        self._tell(self.runner.start(first))
        self._loading = Thread(
            target=self._start_each, args=([name for name in names if name not in first],), name="loading", daemon=True
        )
        self._loading.start()

    def wait_until_loaded(self) -> None:
        """Wait until all functions are ready, or cannot be loaded."""
        if self._loading is not None:
            self._loading.join()

    def _start_each(self, names: list[str]) -> None:
        for name in names:
            self._tell(self.runner.start([name]))

    def restart_functions(self) -> None:
        """Replace every process of the functions."""
        self._tell(self.runner.restart())

    def start_pollers(self) -> None:
        """Poll the queues of the description."""
        application = self.description.application
        self.pollers.follow(application.queue_sources, application.functions, self._emulated.api)

    def start_schedules(self) -> None:
        """Run the schedules of the description, if the user wants that, and no others."""
        if self._schedules is not None:
            self._schedules.stop()
        if self._runs_schedules:
            schedules = self.description.application.schedules
            self._schedules = ScheduleRunner(schedules, self.pollers.invoke, report=self._report)
            self._schedules.start()

    def follow(self, newer: Description) -> Changes:
        """Replace what differs in a newer description, and return it. All else goes on."""
        older, self.description = self.description, newer
        functions = self.runner.follow(newer.plans)
        before, after = ({route.key for route in one.application.routes} for one in (older, newer))
        self.api.routes = RouteTable(newer.application.routes)
        self.start_pollers()
        if newer.application.schedules != older.application.schedules:
            self.start_schedules()
        if newer.routes != older.routes:
            self.api.on_answer = self._on_answer()
        known = set(self.notices(older))
        mistakes = (
            *self._lines.of_change(functions.failed, newer),
            *self._lines.of_start(functions.started_in_vain, newer),
        )
        return Changes(
            functions=functions,
            new_routes=tuple(sorted(after - before)),
            old_routes=tuple(sorted(before - after)),
            new_resources=tuple(name for name in newer.resources if name not in older.resources),
            other_resources=tuple(
                name
                for name, resource in newer.resources.items()
                if name in older.resources and older.resources[name] != resource
            ),
            mistakes=mistakes,
            notices=tuple(line for line in self.notices(newer) if line not in known),
        )

    def notices(self, description: Description) -> Iterator[str]:
        """Yield what the user must know of a description: differences from AWS, missing secrets, covered routes."""
        application = description.application
        yield from application.notices
        yield from authorizer_notices(
            application.routes,
            application.functions,
            claims=self._access.claims,
            verifies=self._access.verifies_tokens,
        )
        references = description.routes.references()
        for reference in self._emulated.missing_secrets(references) if references else ():
            value = "VALUE" if reference.member is None else f'{{"{reference.member}": "VALUE"}}'
            yield (
                f"the routes name {reference}, which the AWS emulator does not have. Write it into a file, as "
                f"{reference.kind}:{reference.name}={value}, and give the file with --secrets"
            )
        yield from description.routes.hints(description.application)

    def stop(self) -> None:
        """Stop the pollers and the functions."""
        if self._schedules is not None:
            self._schedules.stop()
        self._desk.close()
        self._explaining.close()
        self.pollers.stop()  # before its function stops, so that it does not report that
        self.runner.stop()
        self.wait_until_loaded()
        self.pollers.join()

    def _tell(self, failures: Mapping[str, str]) -> None:
        for line in self._lines.of_start(failures, self.description):
            self._report(line)

    def _invoke_endpoint(self) -> InvokeEndpoint:
        return InvokeEndpoint(
            launches=self.runner.launches_by_name, schedules=lambda: self.description.application.schedules
        )

    def _functions_of_routes(self) -> set[str]:
        """Return the names of the functions with routes of the API."""
        return {route.function for route in self.description.application.routes}

    def _on_answer(self) -> OnAnswer | None:
        """Return the callback for the answers of functions. It gives hints about the answers of gateways."""
        routes = self.description.routes.routes
        if routes is None:
            return None
        hints = LifetimeHints(routes, self._report, is_origin=self._is_single)
        names = gateways(self.description.application)
        return lambda function, request, response: hints(request, response) if function in names else None
