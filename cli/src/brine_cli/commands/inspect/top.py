"""`brine top`: the figures of a running twin, live."""

from __future__ import annotations

import click


@click.command(epilog="docs/watch-requests.md describes each figure and each member of the JSON.")
@click.option("--once", is_flag=True, help="Print the figures once, and end.")
@click.option("--json", "as_json", is_flag=True, help="The figures in JSON: one line each second, or one with --once.")
@click.option(
    "--twin",
    metavar="URL",
    help="The running twin. Without it: that of the template here, else the one that started last.",
)
def command(*, once: bool, as_json: bool, twin: str | None) -> int:
    """Show the hit ratio, the requests, the calls to origins and the times of a running twin.

    There is a line for each route, and the most frequent URLs and the slowest origins come below. The figures are
    renewed each second. Ctrl-C ends the command.

    \b
    Examples:
      brine top
      brine top --once
      brine top --once --json | jq .since_start.hit_ratio
    """
    from brine_cli.commands.inspect.watching import watch  # noqa: PLC0415 - the help needs no twin

    return watch(twin, once=once, as_json=as_json)
