"""`brine keys rotate`, as it is on the command line. The package `keyrings` runs it."""

from __future__ import annotations

import sys

import click

from brine_cli.commands.envelopes.keep_days import keep_days_option


@click.command("rotate")
@click.option(
    "--stack", metavar="NAME", help="Rotate the three keyrings of this stack, or of the Brine stack that it nests."
)
@click.option(
    "--secret",
    metavar="NAME",
    help="Rotate this one: the name or ARN of a secret, or ResponseKeys, ExchangeKeys or FunctionKeys of the stack or "
    "of the running twin.",
)
@click.option(
    "--leaked",
    type=click.IntRange(1, 2**32 - 1),
    metavar="ID",
    help="Remove the key with this id at once. Responses that it sealed are misses, and messages are refused.",
)
@click.option("--yes", "is_confirmed", is_flag=True, help="With --leaked: remove the key without a question.")
@click.option("--region", metavar="NAME", show_default="the configured one", help="AWS region of the secrets.")
@click.option("--endpoint-url", metavar="URL", help="The AWS emulator that has the secrets.")
@keep_days_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def rotate(  # noqa: PLR0917 - click passes them by name
    stack: str | None,
    secret: str | None,
    leaked: int | None,
    region: str | None,
    endpoint_url: str | None,
    keep_days: int | None,
    *,
    is_confirmed: bool,
    as_json: bool,
) -> None:
    """Add a new key to keyrings, and drop keys that are over. Or remove a key that leaked.

    A new key seals after an hour, when every process knows it. The key that it replaces still opens, for KeyKeepDays of
    the stack. So no stored response is lost. Without --stack and --secret, the command rotates the keyrings of the
    running `brine dev`. A command that was interrupted continues when it runs again. docs/key-rotation.md is the
    runbook.

    \b
    Examples:
      brine keys rotate
      brine keys rotate --stack my-stack
      brine keys rotate --secret arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-keys-AbCdEf
      brine keys rotate --stack my-stack --secret ResponseKeys --leaked 3
    """
    if is_confirmed and leaked is None:
        raise click.UsageError("--yes goes with --leaked.")
    if leaked is not None and not is_confirmed and (as_json or not sys.stdin.isatty()):
        raise click.UsageError("--leaked asks before it removes a key. Give --yes in a script, and with --json.")
    from brine_cli.keyrings import remove_key, rotate_keys  # noqa: PLC0415 - not for the help
    from brine_cli.keyrings.places import WantedKeyrings  # noqa: PLC0415 - the same

    wanted = WantedKeyrings(stack=stack, secret=secret, region=region, endpoint_url=endpoint_url, keep_days=keep_days)
    if leaked is None:
        rotate_keys.rotate(wanted, as_json=as_json)
    else:
        remove_key.remove(wanted, leaked, is_confirmed=is_confirmed, as_json=as_json)
