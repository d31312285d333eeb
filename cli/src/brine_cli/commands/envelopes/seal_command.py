"""`brine seal`: seal the object of a JSON text in an envelope."""

from __future__ import annotations

import click

from brine_cli.commands.envelopes.envelope_options import check_context, envelope_options
from brine_cli.commands.options import FILE


@click.command("seal")
@click.argument("file", type=FILE, required=False)
@click.option(
    "--keys",
    required=True,
    metavar="SECRET_OR_FILE",
    help="The keyring: the name or ARN of a secret, or a file with its JSON text.",
)
@click.option("--purpose", required=True, metavar="TEXT", help="The purpose that both sides agree on.")
@envelope_options
@click.option("--expires-in", metavar="DURATION", show_default="never", help="When it expires, such as 10m or 1d.")
@click.option("--schema", type=click.IntRange(0, 2**32 - 1), default=0, metavar="N", help="The number of its schema.")
@click.option(
    "--compression",
    type=click.Choice(["auto", "zstd", "zlib", "none"]),
    default="auto",
    help="auto is zstd from 2 KiB on, if that saves space.",
)
@click.option("--output", type=FILE, metavar="FILE", show_default="stdout", help="The file to write.")
@click.option("--base64", "as_base64", is_flag=True, help="Write base64. It is the default at a terminal.")
def command(**given: object) -> None:
    """Seal an object in an envelope, for a test or a repair.

    FILE has the object as JSON, in the form of docs/formats.md, as `brine open` prints it: {"$type": ...} for a class
    of --types, {"$datetime": ...} for a time. Without FILE, or with -, the command reads stdin. The facts of the header
    go to stderr, and the envelope to stdout.

    --keys may name a secret of the running `brine dev` by its logical id in the template.

    \b
    Examples:
      brine seal order.json --keys keys.json --purpose "brine client" --response /orders/7 --output order.bin
      echo '{"id": 7}' | brine seal --keys my-keys --purpose shop --context acme --expires-in 10m --base64
    """
    context, response, message = given["context"], given["response"], given["message"]
    check_context(context, response, message)  # type: ignore[arg-type]  # click has checked each value
    from brine_cli.envelopes.seal_object import SealOptions, run  # noqa: PLC0415 - not for the help

    run(SealOptions(**given))  # type: ignore[arg-type]  # as above
