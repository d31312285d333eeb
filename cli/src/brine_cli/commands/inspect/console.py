"""`brine console`: the console of a deployed stack in a browser."""

from __future__ import annotations

import click

from brine_cli.commands.options import Port


@click.command(epilog="docs/console.md describes the page.")
@click.option("--stack", required=True, metavar="NAME", help="The deployed stack.")
@click.option("--region", metavar="NAME", help="Its AWS region.")
@click.option("--endpoint-url", metavar="URL", help="The AWS emulator that has it.")
@click.option("--port", type=Port(), default=0, metavar="PORT", help="Port of 127.0.0.1; 0 takes a free one.")
def command(stack: str, region: str | None, endpoint_url: str | None, port: int) -> int:
    """Serve the console of a deployed stack on this machine, until Ctrl-C.

    The command prints the URL to open. It signs the requests of the page with your access to AWS, so keep the URL to
    yourself. If the admin API of the stack takes tokens, the page asks for one. The console of a twin is at /_brine/ of
    `brine dev`.

    \b
    Examples:
      brine console --stack brine
      brine console --stack brine --region eu-central-1 --port 3080
    """
    from brine_cli.deployed.console_command import serve_console  # noqa: PLC0415 - not for the help
    from brine_cli.deployed.stack_client import StackPlace  # noqa: PLC0415 - not for the help

    return serve_console(StackPlace(name=stack, region=region, endpoint_url=endpoint_url), port)
