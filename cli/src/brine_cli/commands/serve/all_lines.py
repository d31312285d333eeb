"""What `brine dev --verbose` prints at its start: all that the twin serves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine_cli.commands.try_out.overview import described, described_schedule, parameter_lines
from brine_cli.console.page import ROOT as CONSOLE
from brine_cli.lambda_runtime.pool import LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.commands.serve.dev_options import DevOptions
    from brine_cli.twin import Twin


def all_lines(twin: Twin, options: DevOptions) -> Iterator[str]:
    """Yield a line for each route, queue, schedule and function, with its settings, and for what they use."""
    queues = {source: f"SQS {source.queue_name}" for source in twin.application.queue_sources}
    routes = (route.key for route in twin.application.routes)
    expressions = (schedule.text for schedule in twin.application.schedules)
    names = (
        "not served",
        *routes,
        *queues.values(),
        *expressions,
        *twin.application.functions,
        *twin.resources,
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
    yield f"  {'console':<{width}}{twin.url}{CONSOLE}"
    yield f"  {'AWS':<{width}}{twin.aws_endpoint} ({'as given' if options.aws_endpoint else 'moto'})"
    for logical_id, name in twin.resources.items():
        yield f"  {logical_id:<{width}}{re.split('[:/]', name)[-1]}"
    if twin.httpbin is not None:
        yield f"  {'httpbin':<{width}}{twin.httpbin}"
    for name, value in parameter_lines(twin.origin_parameters, twin.parameters, twin.httpbin):
        yield f"  {name:<{width}}{value}"
