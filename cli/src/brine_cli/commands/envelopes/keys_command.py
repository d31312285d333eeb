"""`brine keys`: the keys of a keyring, or of the functions of a running twin."""

from __future__ import annotations

import click

from brine_cli.commands.envelopes.envelope_options import key_options
from brine_cli.commands.stack_options import STACK, admin_client


@click.command("keys")
@click.argument("keyring", required=False, metavar="[SECRET_OR_FILE]")
@key_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--twin",
    metavar="URL",
    show_default="the twin of the template here, else http://127.0.0.1:3000",
    help="Without SECRET_OR_FILE: the running twin.",
)
@STACK
def command(
    keyring: str | None,
    endpoint_url: str | None,
    region: str | None,
    twin: str | None,
    stack: str | None,
    *,
    as_json: bool,
) -> int:
    """List the keys of a keyring by their ids: which one seals now, which will, and how old they are.

    SECRET_OR_FILE is the name or ARN of a secret, the logical id of a secret of the running `brine dev`, or a file.
    Without it, the command lists the keys of each function of the running twin, or of a stack. Its exit code is 1 if a
    keyring cannot be loaded. No command ever prints a part of a key.

    \b
    Examples:
      brine keys
      brine keys keys.json
      brine keys --stack brine
      brine keys my-stack-ResponseKeys --region eu-central-1 --json
    """
    if keyring is None and stack is None and (endpoint_url or region):
        raise click.UsageError("--endpoint-url and --region go with SECRET_OR_FILE or --stack.")
    if keyring is not None and (twin is not None or stack is not None):
        raise click.UsageError("--twin and --stack go without SECRET_OR_FILE.")
    from brine_cli.envelopes import list_keys  # noqa: PLC0415 - not for the help

    if keyring is None:
        return list_keys.of_functions(admin_client(twin, stack, region, endpoint_url), as_json=as_json)
    list_keys.of_keyring(keyring, endpoint_url=endpoint_url, region=region, as_json=as_json)
    return 0
