"""`brine keys`: the keys of a keyring, or of the functions of a running twin, and their rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from brine_cli.commands.envelopes.envelope_options import key_options
from brine_cli.commands.envelopes.keep_days import keep_days_option
from brine_cli.commands.envelopes.rotate_command import rotate
from brine_cli.commands.stack_options import STACK, admin_client
from brine_cli.suggestions import SuggestingGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIST: Final = "list"
_HELP: Final = frozenset({"-h", "--help"})


class KeysGroup(SuggestingGroup):
    """A group whose command `list` runs if the first argument is no other command."""

    def parse_args(self, ctx: click.Context, args: Sequence[str]) -> list[str]:
        """Return the arguments for the command, with its name first."""
        given = list(args)
        if not given or (given[0] not in self.commands and given[0] not in _HELP):
            given.insert(0, _LIST)
        return super().parse_args(ctx, given)


@click.group("keys", cls=KeysGroup)
def command() -> None:
    """List the keys of a keyring by their ids, or rotate them.

    `brine keys` is `brine keys list`: which key seals now, which will, and until when each one opens. No command ever
    prints a part of a key.

    \b
    Examples:
      brine keys
      brine keys keys.json
      brine keys --stack brine
      brine keys my-stack-ResponseKeys --region eu-central-1 --json
      brine keys rotate --stack my-stack
    """


@command.command(_LIST)
@click.argument("keyring", required=False, metavar="[SECRET_OR_FILE]")
@key_options
@keep_days_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--twin",
    metavar="URL",
    show_default="the twin of the template here, else the one that started last",
    help="Without SECRET_OR_FILE: the running twin.",
)
@STACK
def list_command(  # noqa: PLR0917 - click passes them by name
    keyring: str | None,
    endpoint_url: str | None,
    region: str | None,
    keep_days: int | None,
    twin: str | None,
    stack: str | None,
    *,
    as_json: bool,
) -> int:
    """List the keys of a keyring by their ids: which one seals now, which will, and until when each one opens.

    SECRET_OR_FILE is the name or ARN of a secret, the logical id of a secret of the running `brine dev`, or a file.
    Without it, the command lists the keys of each function of the running twin, or of a stack. Its exit code is 1 if a
    keyring cannot be loaded.

    \b
    Examples:
      brine keys
      brine keys ResponseKeys
      brine keys keys.json --json
    """
    if keyring is None and keep_days:
        raise click.UsageError("--keep-days goes with SECRET_OR_FILE.")
    if keyring is None and stack is None and (endpoint_url or region):
        raise click.UsageError("--endpoint-url and --region go with SECRET_OR_FILE or --stack.")
    if keyring is not None and (twin is not None or stack is not None):
        raise click.UsageError("--twin and --stack go without SECRET_OR_FILE.")
    from brine_cli.keyrings import list_keys  # noqa: PLC0415 - not for the help

    if keyring is None:
        return list_keys.of_functions(admin_client(twin, stack, region, endpoint_url), as_json=as_json)
    list_keys.of_keyring(keyring, endpoint_url=endpoint_url, region=region, keep_days=keep_days, as_json=as_json)
    return 0


command.add_command(rotate)
