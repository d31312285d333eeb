"""`brine health`: whether the stores and the keys of a twin or of a stack can be used."""

from __future__ import annotations

import click

from brine_cli.commands.stack_options import admin_client, stack_options
from brine_cli.screen.printable import printable, printable_json


@click.command(epilog="docs/admin.md describes the checks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--twin",
    metavar="URL",
    help="The running twin. Without it: that of the template here, else the one that started last.",
)
@stack_options
def command(as_json: bool, twin: str | None, stack: str | None, region: str | None, endpoint_url: str | None) -> int:
    """Check whether the table and each keyring of a running twin or of a stack can be used now.

    The exit code is 1 if a check fails.

    \b
    Examples:
      brine health
      brine health --stack brine --region eu-central-1
    """
    client = admin_client(twin, stack, region, endpoint_url)
    document, version = client.get("health", {}), client.get("version", {})
    if as_json:
        print(printable_json(document | {"version": version}, indent=2))
    else:
        print(printable(f"brine {version['brine']} on Python {version['python']}, at {client.url}"))
        for check in document["checks"]:
            line = f"{'ok' if check['error'] is None else 'FAILS':<6} {check['check']}{_because(check['error'])}"
            print(printable(line))
    return 0 if document["status"] == "ok" else 1


def _because(error: str | None) -> str:
    return "" if error is None else f": {error}"
