"""`brine types`, as it is on the command line. types.py runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from brine_cli.commands.options import FILE

if TYPE_CHECKING:
    from pathlib import Path


@click.command("types")
@click.argument("sources", nargs=-1, metavar="[FILE_OR_MODULE]...")
@click.option(
    "--output",
    type=FILE,
    metavar="FILE",
    show_default="the one of pyproject.toml, or routes/types.d/generated.toml",
    help="The file to write.",
)
@click.option(
    "--leave-out", multiple=True, metavar="NAME", help="The name of a class that is not declared. May be repeated."
)
@click.option("--check", is_flag=True, help="Write nothing, and exit with 1 if the file differs from the code.")
def command(sources: tuple[str, ...], output: Path | None, leave_out: tuple[str, ...], check: bool) -> None:
    """Declare the classes of your code to the gateway, in a file of types.d.

    The classes are those that the annotations of an app's functions mention, those of a registry, or those that a
    module defines. The command imports the code. FILE_OR_MODULE is such as functions/orders/app.py or shared.messages.
    Without it, the table [tool.brine.types] of pyproject.toml has the settings (docs/formats.md), and without this
    table the sources are functions/*/app.py.

    \b
    Examples:
      brine types
      brine types --check
      brine types functions/orders/app.py --output routes/types.d/orders.toml
    """
    if sources and output is None:
        raise click.UsageError(
            "FILE_OR_MODULE needs --output: the file of the project has the classes of all its sources."
        )
    from brine_cli.commands.project import types  # noqa: PLC0415 - it imports what the help does not need

    types.run(sources, output=output, leave_out=leave_out, check=check)
