"""`brine top`: the figures of a running twin, live."""

from __future__ import annotations

import click

from brine_cli.commands.stack_options import admin_client, stack_options


@click.command(epilog="docs/watch-requests.md describes each figure and each member of the JSON.")
@click.option("--once", is_flag=True, help="Print the figures once, and end.")
@click.option("--json", "as_json", is_flag=True, help="The figures in JSON: one line each second, or one with --once.")
@click.option(
    "--twin",
    metavar="URL",
    help="The running twin. Without it: that of the template here, else the one that started last.",
)
@stack_options
@click.option("--window", metavar="DURATION", help="With --stack: the time before now, such as 15m or 1d. Default: 1h.")
@click.option("--route", metavar="NAME", help="With --stack: the requests to this route of the gateway.")
def command(
    *,
    once: bool,
    as_json: bool,
    twin: str | None,
    stack: str | None,
    region: str | None,
    endpoint_url: str | None,
    window: str | None,
    route: str | None,
) -> int:
    """Show the hit ratio, the requests, the calls to origins and the times of a running twin, or of a stack.

    There is a line for each route, and the most frequent URLs and the slowest origins come below. The figures are
    renewed each second. Ctrl-C ends the command. With --stack, the figures are those of CloudWatch, and they are
    printed once.

    \b
    Examples:
      brine top
      brine top --once
      brine top --once --json | jq .since_start.hit_ratio
      brine top --stack brine --window 1d
    """
    if stack is not None:
        from brine_cli.deployed.figures import show_figures  # noqa: PLC0415 - a twin needs no AWS

        client = admin_client(twin, stack, region, endpoint_url)
        return show_figures(client, window=window, route=route, as_json=as_json)
    if any(given is not None for given in (region, endpoint_url, window, route)):
        raise click.UsageError("--region, --endpoint-url, --window and --route go with --stack.")
    from brine_cli.commands.inspect.watching import watch  # noqa: PLC0415 - the help needs no twin

    return watch(twin, once=once, as_json=as_json)
