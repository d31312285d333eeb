"""`brine dev`: run the local twin in a terminal."""

from __future__ import annotations

import os
import re
import sys
import time
from itertools import islice
from typing import TYPE_CHECKING

from brine_cli.commands import signals
from brine_cli.commands.code_paths import functions_that_clients_reach, requests_to_try
from brine_cli.declared_types.refresh import refresh_types
from brine_cli.errors import CommandError
from brine_cli.lambda_runtime.pool import LIMIT
from brine_cli.live.live import Live
from brine_cli.live.text.printer import standard_printer
from brine_cli.project.stack_files import vendor_if_needed
from brine_cli.running_twin import RunningTwin
from brine_cli.single_route import RFC_KEYS, RFC_NOTICE
from brine_cli.twin import Twin, to_stderr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.commands.serve.dev_options import DevOptions
    from brine_cli.single_route import Keys

_VARIABLE = re.compile(r"\{[^}]*\}")


def run(options: DevOptions) -> int:
    """Serve until stopped. Raises CommandError."""
    began = time.monotonic()
    beside = dict(options.beside)
    if len(beside) < len(options.beside):
        raise CommandError("two stacks beside the template have the same name. Give them with --beside NAME=FILE")
    vendor_if_needed(options.template, beside.values())
    refresh_types(options.template, to_stderr)
    with (
        signals.until_stopped(),
        standard_printer(options.log) as printer,
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
            env=options.env,
            env_file=options.env_file,
            record_origin=options.record_origin,
            play_origin=options.play_origin,
            reload=options.reload,
            allow_hosts=options.allow_host,
            allow_origins=options.allow_origin,
            report=printer.report,
            live=Live(printer),
        ) as twin,
        _running(twin).announced(os.environ),
    ):
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
    names = ("not served", *routes, *queues.values(), *twin.application.functions)
    width = max(map(len, names)) + 2
    for route in twin.application.routes:
        signed = ", signed requests only (AWS_IAM)" if route.authorizer == "AWS_IAM" else ""
        yield f"  {route.key:<{width}}{route.function}{signed}"
    for source, name in queues.items():
        yield f"  {name:<{width}}{source.function}"
    processes = f"at most {options.environments or LIMIT} processes, one request each"
    for function in twin.application.functions.values():
        layers = ", ".join(layer.logical_id for layer in function.layers) or "no layers"
        kind = "one process, many threads" if function.has_threads and not options.environments else processes
        yield f"  {function.logical_id:<{width}}{function.handler} with {layers}; {kind}"
    for event in twin.application.unserved:
        yield f"  {'not served':<{width}}{event}"
    made = ", ".join(re.split("[:/]", name)[-1] for name in twin.resources.values()) or "nothing"
    yield f"  {'AWS':<{width}}{twin.aws_endpoint} ({'as given' if options.aws_endpoint else 'moto'}) with {made}"
    if twin.httpbin is not None:
        yield f"  {'httpbin':<{width}}{twin.httpbin}"
    if options.rfc:
        yield ""
        yield RFC_NOTICE
    yield ""
    yield "Try:"
    is_sample = "OrdersKeys" in twin.resources and options.origin is None and options.routes is None
    for line in _examples(twin, is_sample=is_sample):
        yield f"  {line}"


def _examples(twin: Twin, *, is_sample: bool) -> tuple[str, ...]:
    if not is_sample:
        of_functions = tuple(_of_functions(twin))
        if any(route.path is None for route in twin.application.routes):
            url = f"{twin.url}{twin.prefix}"
            return f"curl -i {url}", f"curl -I {url}", f"curl -i -H 'Cache-Control: no-cache' {url}", *of_functions
        return of_functions or tuple(_of_routes(twin))
    table = twin.resources["Table"]
    purge = f"uv run brine purge --endpoint-url {twin.aws_endpoint} --table {table} --everything"
    place = f"--url {twin.url} --aws {twin.aws_endpoint}"
    exchange = (f"uv run python -m examples.producer {place}", f"uv run python -m examples.consumer {place}")
    return (
        f"curl -i {twin.url}/httpbin/cache/60    # twice: the second answer is a hit",
        f"curl -sD- -o image.png {twin.url}/httpbin/image/png",
        f"curl -i {twin.url}/httpbin/status/503",
        *_of_functions(twin),
        purge,
        *exchange,
    )


def _of_routes(twin: Twin) -> Iterator[str]:
    """Yield a request to each of the first routes that need no signature."""
    unsigned = (route for route in twin.application.routes if route.authorizer == "NONE")
    for route in islice(unsigned, 3):
        method = "" if route.method in {"ANY", "GET"} else f"-X {route.method} "
        yield f"curl -i {method}{twin.url}{_VARIABLE.sub('7', route.path or '/')}"


def _of_functions(twin: Twin) -> Iterator[str]:
    """Yield a request to each function with routes in code that clients reach."""
    for function in functions_that_clients_reach(twin.application):
        for option, path in islice(requests_to_try(function), 1):
            yield f"curl -i {option}{twin.url}{path}"
