"""The local twin: serves a template over HTTP, with emulators of AWS and of an origin.

with Twin(template=Path("template.yaml")) as twin:
    urllib.request.urlopen(twin.url + "/httpbin/cache/60")
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from brine.adapters.config.routes import parse_routes
from brine.bootstrap.common import read_configuration
from brine.errors import ConfigError
from brine_cli.api_gateway.http_api import HttpApi
from brine_cli.api_gateway.route_table import RouteTable
from brine_cli.covered_routes import covered_routes
from brine_cli.desk.desk import PATHS, Desk
from brine_cli.emulators.run import run_emulator
from brine_cli.errors import CommandError, TemplateError
from brine_cli.http import limits
from brine_cli.http.admission import Admission
from brine_cli.http.pages import Pages
from brine_cli.http.server import HttpServer, listen, url_of
from brine_cli.lambda_runtime.environment import InvocationFailed
from brine_cli.lambda_runtime.environments import IntegrationTimedOut
from brine_cli.lambda_runtime.launch import prepare
from brine_cli.lambda_runtime.pool import LIMIT, OnDemandEnvironments
from brine_cli.lambda_runtime.shared_environment import SharedEnvironment
from brine_cli.lifetime_hints import LifetimeHints
from brine_cli.live.live import Live
from brine_cli.single_route import single_route
from brine_cli.template.application import Application, read_application
from brine_cli.template.data import data_resources
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from brine.domain.routing.route import Routes
    from brine_cli.http.messages import HttpRequest, HttpResponse
    from brine_cli.lambda_runtime.environments import Environments
    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.lambda_runtime.queue_poller import QueuePoller
    from brine_cli.single_route import Keys
    from brine_cli.template.stacks import Stack, StackTemplate

_ROUTES = "BRINE_ROUTES"  # the variable for the path of routes.toml


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port, or half an IPv6 address
        return False


def to_stderr(line: str) -> None:
    """Print a line for the user on stderr."""
    sys.stderr.write(f"brine: {line}\n")  # one write, so that no other line comes between
    sys.stderr.flush()


@dataclass(kw_only=True, eq=False)
class Twin:
    """A twin that runs within its context. At the end, it stops its processes and deletes its files.

    port: 0 takes a free port.
    origin: replaces all routes by a single one to this URL. route_keys: other keys of that route, with their values.
    routes: a file that replaces the routes.
    secrets: a file with secrets, which the twin creates in the AWS emulator (brine_cli.emulators.secret_file).
    parameters: values of the template's parameters. The name of a stack beside comes before its parameters, as in
        brine.Origin.
    beside: the templates of the stacks beside the template, by the name of the stack. The twin serves them too, and the
        template may import what they export.
    environments: the most processes of a function, each with one request at a time. 0 permits LIMIT processes, and
        functions with BrineThreads then run in one process with threads.
    aws_endpoint: the address of an AWS emulator to use instead of moto. Its data stays after the twin ends. Within the
        context, this is the address of the emulator in any case.
    allow_hosts, allow_origins: more values of Host and Origin that the twin accepts.
    report: gets the lines of the twin itself.
    show: gets the output of functions, line by line. Without it, `live` or the twin's stdout does.
    live: gets each request and its answer.
    integration_timeout: seconds that API Gateway waits for a function.

    The attribute `prefix` is the path of the first route, if it is known. Entering raises CommandError.
    """

    template: Path
    host: str = "127.0.0.1"
    port: int = 0
    origin: str | None = None
    route_keys: Keys = field(default_factory=dict)
    routes: Path | None = None
    secrets: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, Path] = field(default_factory=dict)
    environments: int = 0
    aws_endpoint: str | None = None
    allow_hosts: Sequence[str] = ()
    allow_origins: Sequence[str] = ()
    report: Callable[[str], None] = to_stderr
    show: Callable[[str], None] | None = None
    live: Live = field(default_factory=Live)
    integration_timeout: float = limits.INTEGRATION_SECONDS
    url: str = field(default="", init=False)
    httpbin: str | None = field(default=None, init=False)
    resources: dict[str, str] = field(default_factory=dict, init=False)
    prefix: str = field(default="/", init=False)
    application: Application = field(default=Application(functions={}, routes=()), init=False)
    _environments: dict[str, Environments] = field(default_factory=dict, init=False)
    _launches: dict[str, Launch] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if self.origin is not None and self.routes is not None:
            raise CommandError("give an origin or a routes file, not both")
        if self.origin is None and self.route_keys:
            raise CommandError(f"{', '.join(self.route_keys)}: only for the route to an origin. Give --origin URL too")
        if self.environments < 0:
            raise CommandError("the number of environments cannot be negative")
        for name, url in (("origin", self.origin), ("AWS endpoint", self.aws_endpoint)):
            if url is not None and not _is_url(url):
                raise CommandError(f"the {name} must be an http or https URL with a host, not {url!r}")
        if self.origin is not None:
            self._single_route = single_route(self.origin, self.route_keys)
        if self.routes is not None and not self.routes.is_file():
            raise CommandError(f"{self.routes}: no such file")
        self._given_endpoint = self.aws_endpoint

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def restart_functions(self) -> None:
        """Replace every worker process. This empties the L1; the data in AWS stays."""
        self._stop_functions()
        self._start_functions()

    def _start(self, stack: ExitStack) -> None:
        listener = stack.enter_context(listen(self.host, self.port))
        self.url = url_of(listener)
        template = read_stack_template(self.template, self.beside)
        self._read(template, {})  # report mistakes in the template before any process starts
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="brine-dev-")))
        if self.origin is None and template.origin_parameters - self.parameters.keys():
            self.httpbin = stack.enter_context(run_emulator("httpbin"))
        attributes = self._provide_aws(template, stack)
        self.application = self._read(template, attributes)
        for notice in self.application.notices:
            self.report(notice)
        self._put_secrets()
        known_routes = self._check_routes()
        pollers = self._pollers()
        for poller in pollers:
            stack.callback(poller.join)
        stack.callback(self._stop_functions)
        self._start_functions()
        for poller in pollers:
            poller.start()
            stack.callback(poller.stop)  # before its function stops, so that it does not report that
        admission = Admission.at(listener, self.host, hosts=self.allow_hosts, origins=self.allow_origins)
        desk = Desk(
            self._launches.values,
            lambda: {route.function for route in self.application.routes},
            self.report,
        )
        stack.callback(desk.close)
        api = HttpApi(
            routes=RouteTable(self.application.routes),
            environments=self._environments,
            admission=admission,
            report=self.live.reporter(self.report),
            integration_timeout=self.integration_timeout,
            recorder=self.live.recorder,
            pages=Pages({**dict.fromkeys(PATHS, desk), **self.live.pages()}),
            on_answer=None if known_routes is None else self._hints(known_routes),
        )
        stack.enter_context(HttpServer(listener, api, refused=self.live.recorder.refused))
        stack.enter_context(self.live)  # it ends its subscriptions before the server ends

    def _provide_aws(self, template: StackTemplate, stack: ExitStack) -> dict[tuple[str, str], str]:
        resources = data_resources(*self._stacks(template, {}))
        self.aws_endpoint = self._given_endpoint or stack.enter_context(
            run_emulator("moto", hosts=self.allow_hosts, origins=self.allow_origins, on_demand=not resources)
        )
        if not resources:
            return {}
        from brine_cli.emulators.resources import create_resources  # noqa: PLC0415  (boto3 loads while moto starts)

        attributes = create_resources(resources, self.aws_endpoint)
        self.resources = {name: attributes[name, "Ref"] for name in resources}
        return attributes

    def _put_secrets(self) -> None:
        if self.secrets is None or self.aws_endpoint is None:
            return
        from brine_cli.emulators.secret_file import put_secrets, read_secret_file  # noqa: PLC0415  (boto3, see above)

        put_secrets(read_secret_file(self.secrets), self.aws_endpoint)

    def _report_missing_secrets(self, routes: Routes) -> None:
        """Tell the user which secrets of routes the emulator lacks. Requests to such a route get a problem."""
        references = [one for route in routes if route.credentials for one in route.credentials.references]
        if not references or self.aws_endpoint is None:
            return
        from brine_cli.emulators.secret_file import missing  # noqa: PLC0415  (boto3, see above)

        for reference in missing(references, self.aws_endpoint):
            value = "VALUE" if reference.member is None else f'{{"{reference.member}": "VALUE"}}'
            self.report(
                f"the routes name {reference}, which the AWS emulator does not have. Write it into a file, as "
                f"{reference.kind}:{reference.name}={value}, and give the file with --secrets"
            )

    def _pollers(self) -> list[QueuePoller]:
        sources = self.application.queue_sources
        if not sources or self.aws_endpoint is None:
            return []
        from brine_cli.lambda_runtime.queue_poller import QueuePoller  # noqa: PLC0415  (boto3, see above)

        return [
            QueuePoller(source, self.aws_endpoint, partial(self._invoke, source.function), report=self.report)
            for source in sources
        ]

    def _invoke(self, function: str, event: bytes) -> bytes:
        """Invoke a function for a queue: wait until its own timeout, not until that of API Gateway."""
        timeout = self.application.functions[function].timeout + 2 * limits.INIT_SECONDS
        return self._environments[function].invoke(event, timeout=timeout)

    def _stacks(self, template: StackTemplate, attributes: dict[tuple[str, str], str]) -> tuple[Stack, ...]:
        origin = self.httpbin or self.origin or "http://httpbin.invalid"  # the last until httpbin runs
        known = {**dict.fromkeys(template.origin_parameters, origin), **self.parameters}
        return resolve_stacks(template, known, attributes)

    def _read(self, template: StackTemplate, attributes: dict[tuple[str, str], str]) -> Application:
        unknown = self.parameters.keys() - template.parameters
        if unknown:
            names = ", ".join(sorted(template.parameters)) or "none"
            raise TemplateError(
                f"{self.template}: no parameter has the name {', '.join(sorted(unknown))}. Its parameters: {names}"
            )
        application = read_application(*self._stacks(template, attributes))
        chooses_routes = self.origin is not None or self.routes is not None
        if chooses_routes and not any(_ROUTES in function.environment for function in application.functions.values()):
            raise TemplateError(f"no function declares {_ROUTES}, so its routes cannot be replaced")
        if self.origin is None:
            return application
        default = tuple(route for route in application.routes if route.path is None)  # it leads to the origin
        return replace(application, routes=default or application.routes)

    def _check_routes(self) -> Routes | None:
        """Return the routes, if they are known, and set `prefix`.

        Raises CommandError for a mistake in the given routes, before the first request finds it.
        """
        if self.origin is not None:
            return parse_routes(self._single_route, {})
        function = next((one for one in self.application.functions.values() if _ROUTES in one.environment), None)
        if function is None:
            return None
        name = function.environment[_ROUTES].removeprefix("/opt/")
        path = self.routes or next((layer.content / name for layer in function.layers if not layer.is_built), None)
        if path is None:
            return None
        try:
            text, source = read_configuration("routes", path)
            routes = parse_routes(text, function.environment, source=source)
        except ConfigError as error:
            if self.routes is not None:
                raise CommandError(str(error)) from None
            return None  # the gateway reports it
        self.prefix = next((route.prefix for route in routes), "/")
        self._report_missing_secrets(routes)
        for hint in covered_routes(routes, self.application.routes, self._gateways):
            self.report(hint)
        return routes

    @property
    def _gateways(self) -> frozenset[str]:
        functions = self.application.functions.items()
        return frozenset(name for name, function in functions if _ROUTES in function.environment)

    def _hints(self, routes: Routes) -> Callable[[str, HttpRequest, HttpResponse], None]:
        """Return the callback for the answers of functions. It gives hints about the answers of gateways."""
        hints = LifetimeHints(routes, self.report, is_origin=self.origin is not None)
        gateways = self._gateways
        return lambda function, request, response: hints(request, response) if function in gateways else None

    def _start_functions(self) -> None:
        variables: dict[str, str] = {}
        show = self.live.taker(self.show)
        if self.routes is not None:
            variables[_ROUTES] = str(self.routes.resolve())
        if self.origin is not None:
            routes = self._folder / "routes.toml"
            routes.write_text(self._single_route, encoding="utf-8")
            variables[_ROUTES] = str(routes)
        for name, function in self.application.functions.items():
            opt = self._folder / "opt" / name
            launch = prepare(function, opt, endpoint=self.aws_endpoint, variables=variables, show=show)
            self._launches[name] = launch
            self._environments[name] = (
                SharedEnvironment(launch, self.report)
                if function.has_threads and not self.environments
                else OnDemandEnvironments(launch, self.report, limit=self.environments or LIMIT)
            )
            self._environments[name].start()
        for name, environments in self._environments.items():
            try:
                environments.wait_until_ready()
            except InvocationFailed as failure:
                self.report(
                    f"{failure}\n{name} will answer with errors until this is fixed; the next request tries again"
                )
            except IntegrationTimedOut:
                self.report(f"{name} has not finished loading within {limits.INIT_SECONDS:g} s")

    def _stop_functions(self) -> None:
        for environments in self._environments.values():
            environments.stop()
