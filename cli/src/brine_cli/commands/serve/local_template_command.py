"""`brine local-template`, as it is on the command line. local_template.py runs it."""

from __future__ import annotations

from pathlib import Path

import click

from brine_cli.commands.options import FILE


@click.command("local-template")
@click.option(
    "--template",
    type=FILE,
    default=Path(".aws-sam/build/template.yaml"),
    metavar="FILE",
    help="The template that `sam build` wrote.",
)
def command(template: Path) -> None:
    """Write local.yaml beside a built template, for `sam local`.

    `sam local` does not resolve outputs of nested stacks, so functions would run without the layers and the table of
    Brine. local.yaml has the layers, and the names, in their place.

    \b
    Examples:
      brine local-template
      brine local-template --template .aws-sam/shop/template.yaml
    """
    from brine_cli.commands.serve import local_template  # noqa: PLC0415 - it imports what the help does not need

    local_template.run(template)
