"""What `brine dev` prints when it is ready: addresses, routes, functions, and what to try."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brine.errors import BrineError
from brine_cli.command_line import COMMANDS
from brine_cli.commands.serve.all_lines import all_lines
from brine_cli.commands.serve.short_lines import function_lines, route_lines
from brine_cli.commands.try_out.try_lines import TwinSummary, try_lines
from brine_cli.console.page import ROOT as CONSOLE
from brine_cli.desk.administered import launched_routes
from brine_cli.project.default_template import default_template
from brine_cli.screen.width import terminal_width
from brine_cli.single_route import RFC_NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.domain.routing.route import Routes
    from brine_cli.commands.serve.dev_options import DevOptions
    from brine_cli.twin import Twin

_WIDEST: Final = 100


def start_lines(twin: Twin, options: DevOptions, seconds: float) -> Iterator[str]:
    """Yield the lines. seconds: how long the start took."""
    width = terminal_width(sys.stdout, os.environ)
    beside = "".join(f" and the stack {name} ({file})" for name, file in twin.beside.items())
    are = "are" if beside else "is"
    yield f"{options.template}{beside} {are} served at {twin.url} (ready in {seconds:.1f} s)"
    yield ""
    yield from all_lines(twin, options) if options.verbose else _short(twin, options, min(_WIDEST, width or _WIDEST))
    if options.rfc:
        yield ""
        yield RFC_NOTICE
    yield ""
    yield "Try:"
    for line in try_lines(_summary(twin, options)):
        yield f"  {line if width is None or len(line) + 2 <= width else line.partition('  # ')[0]}"
    yield ""
    yield f"Ctrl-C stops it.{'' if options.verbose else ' --verbose shows every route, queue, layer and name.'}"


def _short(twin: Twin, options: DevOptions, width: int) -> Iterator[str]:
    """Yield what a person needs at once."""
    yield f"  console  {twin.url}{CONSOLE}"
    yield f"  AWS      {twin.aws_endpoint} ({'as given' if options.aws_endpoint else 'moto'})"
    if twin.httpbin is not None:
        names = sorted(twin.origin_parameters - twin.parameters.keys())
        yield f"  httpbin  {twin.httpbin} (your API: {' '.join(f'--parameter {name}=URL' for name in names)})"
    yield from ("", "Routes:", *route_lines(twin.application, _routes(twin), twin.httpbin, width))
    yield from ("", "Functions:", *function_lines(twin.application, width, runs_schedules=twin.runs_schedules))


def _routes(twin: Twin) -> Routes | None:
    """Return the routes of the gateway behind $default. None without one, or if it reports a mistake in them."""
    name = next((route.function for route in twin.application.routes if route.path is None), "")
    if name not in twin.gateways:
        return None
    try:
        return launched_routes(twin.launches[name])
    except (BrineError, KeyError):
        return None


def _summary(twin: Twin, options: DevOptions) -> TwinSummary:
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
        verifies_tokens=twin.verifies_tokens,
        is_found=Path(default_template()).resolve() == twin.template.resolve(),
        console=CONSOLE,
        commands=COMMANDS,
    )
