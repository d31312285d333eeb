"""`brine vendor`, as it is on the command line. vendor.py runs it."""

from __future__ import annotations

from pathlib import Path

import click

from brine_cli.commands.options import FILE


@click.command("vendor")
@click.option("--project", type=FILE, default=Path(), metavar="FOLDER", help="The folder with template.yaml.")
def command(project: Path) -> None:
    """Copy Brine's stack, in the installed version, into the folder .brine of a project.

    The stack is a template, functions and layers. The template of the project nests .brine/template.yaml. `brine dev`
    makes this copy itself. `sam build` needs this command first.

    \b
    Examples:
      brine vendor
      brine vendor --project ../shop
    """
    from brine_cli.commands.project import vendor  # noqa: PLC0415 - it imports what the help does not need

    vendor.run(project)
