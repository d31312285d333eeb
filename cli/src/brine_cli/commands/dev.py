"""`brine dev`: run the local twin in a terminal."""

from __future__ import annotations

import os
import re
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from brine_cli.api_gateway.authorization.claims_option import read_claims
from brine_cli.command_line import COMMANDS
from brine_cli.commands import signals
from brine_cli.commands.try_out.overview import described, described_schedule, parameter_lines
from brine_cli.commands.try_out.try_lines import TwinSummary, try_lines
from brine_cli.console.page import ROOT as CONSOLE
from brine_cli.declared_types.refresh import places_of_classes, refresh_if_code, refresh_types
from brine_cli.errors import CommandError
from brine_cli.lambda_runtime.pool import LIMIT
from brine_cli.live.live import Live
from brine_cli.live.text.printer import standard_printer
from brine_cli.project.samconfig import samconfig_hints
from brine_cli.project.stack_files import vendor_if_needed
from brine_cli.running_twin import RunningTwin
from brine_cli.single_route import RFC_KEYS, RFC_NOTICE
from brine_cli.twin import Twin, to_stderr
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.commands.serve.dev_options import DevOptions
    from brine_cli.serving.emulated import Emulated
    from brine_cli.single_route import Keys


def run(options: DevOptions, emulated: Emulated, began: float) -> int:
    """Serve until stopped. Raises CommandError. began: the time of the start, in the time of `time.monotonic`."""
    beside = dict(options.beside)
    if len(beside) < len(options.beside):
        raise CommandError("two stacks beside the template have the same name. Give them with --beside NAME=FILE")
    vendor_if_needed(options.template, beside.values())
    refresh_types(options.template, to_stderr)
    with (
        signals.until_stopped(),
        standard_printer(options.log) as printer,
        waiting(f"starting the emulators and functions of {options.template}") as wait,
        Twin(
            template=options.template,
            host=options.host,
            port=options.port,
            origin=options.origin,
            route_keys=_route_keys(options),
            routes=options.routes,
            secrets=options.secrets,
            parameters=dict(options.parameters),
            beside=beside,
            environments=options.environments,
            aws_endpoint=options.aws_endpoint,
            emulated=emulated,
            env=options.env,
            env_file=options.env_file,
            record_origin=options.record_origin,
            play_origin=options.play_origin,
            reload=options.reload,
            renew=partial(refresh_if_code, options.template, printer.report),
            more_places=places_of_classes(options.template),
            allow_hosts=options.allow_host,
            allow_origins=options.allow_origin,
            claims=read_claims(options.claims) if options.claims else None,
            verifies_tokens=options.verify_tokens,
            runs_schedules=options.run_schedules,
            report=wait.above(printer.report),
            live=Live(printer),
        ) as twin,
        _running(twin).announced(os.environ),
    ):
        wait.end()
        for hint in samconfig_hints(options.template, twin.unset_parameters):
            printer.report(hint)
        sys.stdout.write("\n".join([*_overview(twin, options, time.monotonic() - began), ""]))  # one write
        sys.stdout.flush()
        signals.wait()
    return 0


def _running(twin: Twin) -> RunningTwin:
    """Return the description of the twin for other commands."""
    return RunningTwin(
        template=str(twin.template.resolve()),
        url=twin.url,
        pid=os.getpid(),
        aws_endpoint=twin.aws_endpoint or "",
        resources=dict(twin.resources),
    )


def _route_keys(options: DevOptions) -> Keys:
    """Return the keys of the route to the origin. Raises CommandError."""
    given = {
        "freshness_lifetime": options.freshness,
        "grace": options.grace,
        "forward_headers": list(options.forward_header) or None,
    }
    keys: Keys = {key: value for key, value in given.items() if value is not None}
    if options.origin is None and (options.rfc or keys):
        raise CommandError(
            "--freshness, --grace, --forward-header and --rfc are for the route of --origin URL: give it"
        )
    if options.rfc and keys:
        raise CommandError("give --rfc, or --freshness, --grace and --forward-header: not both")
    return RFC_KEYS if options.rfc else keys


def _overview(twin: Twin, options: DevOptions, seconds: float) -> Iterator[str]:
    beside = "".join(f" and the stack {name} ({file})" for name, file in twin.beside.items())
    are = "are" if beside else "is"
    yield f"{options.template}{beside} {are} served at {twin.url} (ready in {seconds:.1f} s; Ctrl-C stops it)"
    yield ""
    queues = {source: f"SQS {source.queue_name}" for source in twin.application.queue_sources}
    routes = (route.key for route in twin.application.routes)
    expressions = (schedule.text for schedule in twin.application.schedules)
    names = (
        "not served",
        *routes,
        *queues.values(),
        *expressions,
        *twin.application.functions,
        *twin.origin_parameters,
    )
    width = max(map(len, names)) + 2
    for route in twin.application.routes:
        yield f"  {route.key:<{width}}{route.function}{described(route)}"
    for source, name in queues.items():
        yield f"  {name:<{width}}{source.function}"
    processes = f"at most {options.environments or LIMIT} processes, one request each"
    for schedule in twin.application.schedules:
        yield f"  {schedule.text:<{width}}{described_schedule(schedule, is_run=twin.runs_schedules)}"
    for function in twin.application.functions.values():
        layers = ", ".join(layer.logical_id for layer in function.layers) or "no layers"
        kind = "one process, many threads" if function.has_threads and not options.environments else processes
        yield f"  {function.logical_id:<{width}}{function.handler} with {layers}; {kind}"
    for event in twin.application.unserved:
        yield f"  {'not served':<{width}}{event}"
    made = ", ".join(re.split("[:/]", name)[-1] for name in twin.resources.values()) or "nothing"
    yield f"  {'AWS':<{width}}{twin.aws_endpoint} ({'as given' if options.aws_endpoint else 'moto'}) with {made}"
    yield f"  {'console':<{width}}{twin.url}{CONSOLE}"
    if twin.httpbin is not None:
        yield f"  {'httpbin':<{width}}{twin.httpbin}"
    for name, value in parameter_lines(twin.origin_parameters, twin.parameters, twin.httpbin):
        yield f"  {name:<{width}}{value}"
    if options.rfc:
        yield ""
        yield RFC_NOTICE
    yield ""
    yield "Try:"
    for line in try_lines(_served(twin, options)):
        yield f"  {line}"


def _served(twin: Twin, options: DevOptions) -> TwinSummary:
    """Return what the lines under "Try:" depend on."""
    return TwinSummary(
        url=twin.url,
        application=twin.application,
        prefix=twin.prefix,
        gateways=twin.gateways,
        origin=twin.origin,
        is_httpbin=twin.httpbin is not None and options.routes is None,
        table=twin.resources.get("Table"),
        has_claims=twin.claims is not None,
        commands=COMMANDS,
    )
