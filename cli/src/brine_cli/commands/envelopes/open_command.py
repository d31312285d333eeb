"""`brine open`: explain a sealed envelope, and open it if its seal verifies."""

from __future__ import annotations

import click

from brine_cli.commands.envelopes.envelope_options import check_context, envelope_options
from brine_cli.commands.options import FILE


@click.command("open")
@click.argument("file", type=FILE, required=False)
@click.option(
    "--keys", metavar="SECRET_OR_FILE", help="The keyring: the name or ARN of a secret, or a file with its JSON text."
)
@click.option(
    "--purpose",
    multiple=True,
    metavar="TEXT",
    show_default="every purpose of Brine's own envelopes",
    help="The purpose that it was sealed for. May be repeated: the command takes the one that verifies.",
)
@envelope_options
@click.option("--header", "only_header", is_flag=True, help="Print the header alone. It needs no keys.")
@click.option("--even-expired", is_flag=True, help="Open it although it has expired, or is not valid yet.")
@click.option(
    "--graph",
    "takes_graphs",
    is_flag=True,
    help="Open a graph stream too, which only services seal for themselves (gate=False).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: the header, and the object.")
def command(**given: object) -> int:
    """Print the header of a sealed envelope. With its keys, verify and open it, and print the object as JSON.

    FILE has the envelope, as bytes or as base64. Without FILE, or with -, the command reads stdin. The facts of the
    header go to stderr, and the object to stdout. The object of an envelope that does not verify is never read, and no
    code of yours is imported: the classes are those of --types.

    --keys may name a secret of the running `brine dev` by its logical id in the template.

    \b
    Examples:
      brine open answer.bin --header
      brine open answer.bin --keys client-keys.json --response /orders/7
      brine open message.b64 --keys OrdersKeys --message orders user/ana
      aws s3 cp s3://bucket/key - | brine open --keys my-keys --purpose shop --context acme
    """
    context, response, message = given["context"], given["response"], given["message"]
    check_context(context, response, message)  # type: ignore[arg-type]  # click has checked each value
    from brine_cli.envelopes.open_envelope import OpenOptions, run  # noqa: PLC0415 - not for the help

    return run(OpenOptions(**given))  # type: ignore[arg-type]  # as above
