"""The local twin: serves a template over HTTP, with emulators of AWS and of an origin.

with Twin(template=Path("template.yaml")) as twin:
    urllib.request.urlopen(twin.url + "/httpbin/cache/60")
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from brine_cli.background import in_background
from brine_cli.errors import CommandError
from brine_cli.http import limits
from brine_cli.http.admission import Admission
from brine_cli.http.listener import listen, url_of
from brine_cli.http.server import HttpServer
from brine_cli.live.live import Live
from brine_cli.serving.choices import Choices, check_url
from brine_cli.serving.emulated import Emulated
from brine_cli.serving.gateway_routes import gateways
from brine_cli.serving.mistakes import text_of
from brine_cli.serving.reading import DescriptionReader
from brine_cli.serving.runner import Runner
from brine_cli.serving.served import Access, Served
from brine_cli.serving.source_files import SourceFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.single_route import Keys
    from brine_cli.template.application import Application


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
    emulated: emulators in place of own ones, for which the endpoint, the hosts and the origins do not count. They go on
        after the twin ends.
    allow_hosts, allow_origins: more values of Host and Origin that the twin accepts.
    report: gets the lines of the twin itself.
    show: gets the output of functions, line by line. Without it, `live` or the twin's stdout does.
    live: gets each request and its answer.
    integration_timeout: seconds that API Gateway waits for a function.
    env: variables of functions, as NAME=VALUE for all or FUNCTION.NAME=VALUE. env_file: a file of variables for all.
    record_origin: a file to which the responses of origins are appended. play_origin: such a file, which answers
        instead of the origins (brine.adapters.recorded_origin).
    reload: follow changes of the files. Without it, a change counts when the twin starts again.
    renew: is called with the files that have changed before the twin follows, and may write files.
    more_places: files and folders whose changes count besides those that the twin serves.
    claims, verifies_tokens: see brine_cli.serving.served.Access.
    runs_schedules: invoke functions by the schedules of the template.
    serves: False starts no functions and no server, for a single invocation by one of `launches`.

    Creating it and entering raise CommandError.
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
    emulated: Emulated | None = None
    allow_hosts: Sequence[str] = ()
    allow_origins: Sequence[str] = ()
    report: Callable[[str], None] = to_stderr
    show: Callable[[str], None] | None = None
    live: Live = field(default_factory=Live)
    integration_timeout: float = limits.INTEGRATION_SECONDS
    env: Sequence[str] = ()
    env_file: Path | None = None
    record_origin: Path | None = None
    play_origin: Path | None = None
    reload: bool = False
    renew: Callable[[Iterable[Path]], object] = lambda _: None
    more_places: Sequence[Path] = ()
    claims: Mapping[str, Any] | None = None
    verifies_tokens: bool = False
    runs_schedules: bool = False
    serves: bool = True
    url: str = field(default="", init=False)

    def __post_init__(self) -> None:
        """Check the arguments. Raises CommandError."""
        self._choices = Choices(
            template=self.template,
            beside=self.beside,
            parameters=self.parameters,
            origin=self.origin,
            route_keys=self.route_keys,
            routes=self.routes,
            secrets=self.secrets,
            env=self.env,
            env_file=self.env_file,
            record_origin=self.record_origin,
            play_origin=self.play_origin,
        )
        if self.environments < 0:
            raise CommandError("the number of environments cannot be negative")
        if self.aws_endpoint is not None:
            check_url("AWS endpoint", self.aws_endpoint)
        if self.claims is not None and self.verifies_tokens:
            raise CommandError("claims and the check of tokens exclude each other. Give --claims or --verify-tokens")
        self._sources = SourceFiles(*filter(None, [self.record_origin]))

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def application(self) -> Application:
        """The functions and event sources that it serves now."""
        return self._served.description.application

    @property
    def prefix(self) -> str:
        """The path of the first route, if it is known."""
        return self._served.description.routes.prefix

    @property
    def httpbin(self) -> str | None:
        """The URL of httpbin, or None if no parameter needs it."""
        return self._emulated.httpbin

    @property
    def resources(self) -> Mapping[str, str]:
        """The names of the tables, buckets, secrets and queues by logical id, as `!Ref` gives them."""
        return self._emulated.names

    @property
    def launches(self) -> Mapping[str, Launch]:
        """How each function runs now, by logical id."""
        return self._served.runner.launches_by_name()

    @property
    def gateways(self) -> frozenset[str]:
        """The functions with a routes.toml, by logical id."""
        return gateways(self.application)

    @property
    def origin_parameters(self) -> frozenset[str]:
        """The parameters for the URL of an origin."""
        return self._served.description.origin_parameters

    @property
    def unset_parameters(self) -> frozenset[str]:
        """The parameters without a default and without a value of the user."""
        return self._served.description.unset_parameters

    def wait_until_loaded(self) -> None:
        """Wait until all functions are ready. Gateways are ready at the start, and the others load after it."""
        self._served.wait_until_loaded()

    def restart_functions(self) -> None:
        """Replace every worker process. This empties the L1; the data in AWS stays."""
        self._served.restart_functions()

    def _start(self, stack: ExitStack) -> None:
        listener = stack.enter_context(listen(self.host, self.port))
        self.url = url_of(listener)
        hosts, origins = self.allow_hosts, self.allow_origins
        self._emulated = self.emulated or stack.enter_context(Emulated(self.aws_endpoint, hosts=hosts, origins=origins))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="brine-dev-")))
        self._reader = DescriptionReader(
            choices=self._choices, emulated=self._emulated, sources=self._sources, folder=folder
        )
        description = self._reader.read_to_start()
        if self.routes is not None and description.routes.is_mistaken:
            raise CommandError(f"{self.routes} cannot be served. {text_of(description.mistakes)}")
        for notice in self._emulated.notices:
            self.report(notice)
        self.aws_endpoint = self._emulated.endpoint
        runner = Runner(
            folder,
            endpoint=self._emulated.endpoint,
            report=self.report,
            show=self.live.taker(self.show),
            most_processes=self.environments,
        )
        self._served = Served(
            description,
            runner,
            self._emulated,
            self.report,
            admission=Admission.at(listener, self.host, hosts=hosts, origins=origins),
            integration_timeout=self.integration_timeout,
            is_single=self.origin is not None,
            live=self.live,
            access=Access(claims=self.claims, verifies_tokens=self.verifies_tokens),
            runs_schedules=self.runs_schedules,
            find_mistakes=self._reader.mistakes,
        )
        if not self.serves:
            self._emulated.complete()
            return
        stack.callback(self._served.stop)
        completed = in_background(self._emulated.complete, "more resources")
        self._served.start_functions()
        completed.result()
        self._served.start_pollers()
        self._served.start_schedules()
        stack.enter_context(HttpServer(listener, self._served.api, refused=self.live.recorder.refused))
        stack.enter_context(self.live)  # it ends its subscriptions before the server ends
        if self.reload:
            from brine_cli.reload.installed import InstalledVersion  # noqa: PLC0415  (not every twin reloads)
            from brine_cli.reload.reloader import Reloader  # noqa: PLC0415  (see above)

            reloader = Reloader(
                self._served,
                self._reader.read,
                self.report,
                self._sources,
                renew=self.renew,
                places=self.more_places,
                notice=InstalledVersion().notice,
            )
            stack.enter_context(reloader)
