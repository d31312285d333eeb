"""`brine keys`: the ids of the keys with which the functions of a running twin seal."""

from __future__ import annotations

import click


@click.command("keys")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option(
    "--twin",
    metavar="URL",
    help="The running twin. Without the option: the twin of the template here, else http://127.0.0.1:3000.",
)
def command(*, as_json: bool, twin: str | None) -> int:
    """List the ids of the signing keys of each function, and which one seals.

    A keyring has several keys during a rotation: the newest seals, and all of them open. The command shows ids and
    times only, never a key.

    \b
    Examples:
      brine keys
      brine keys --json
    """
    from brine_cli.desk.keys_command import show_keys  # noqa: PLC0415 - the help needs none of it

    return show_keys(twin, as_json=as_json)
