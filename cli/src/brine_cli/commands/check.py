"""`brine check`: every mistake of a project at once, with file, line, column and remedy."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from brine_cli.errors import CommandError
from brine_cli.project.default_template import default_template

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = click.Path(path_type=Path)


def _pairs(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return values of the form NAME=VALUE by name. Raises BadParameter."""
    found = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals and option.name == "beside":
            name, equals, text = "brine", "=", value
        if not name or not equals:
            raise click.BadParameter(f"{value!r} is not of the form NAME=VALUE.")
        found[name] = text
    return found


@click.command(epilog="docs/check.md lists the codes of all mistakes and warnings.")
@click.option("-t", "--template", type=_FILE, metavar="FILE", help="The template.  [default: as for `brine dev`]")
@click.option("--routes", type=_FILE, metavar="FILE", help="A routes.toml in the place of the template's.")
@click.option(
    "--beside", multiple=True, callback=_pairs, metavar="[NAME=]FILE", help="Also check the template of a stack beside."
)
@click.option(
    "--parameter", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="A value of a parameter of the template."
)
@click.option("--no-functions", is_flag=True, help="Do not import the code of functions. Its text is checked.")
@click.option("--strict", is_flag=True, help="Exit with 1 for a warning too.")
@click.option("--json", "as_document", is_flag=True, help="Print a JSON document.")
def command(
    *,
    template: Path | None,
    routes: Path | None,
    beside: dict[str, str],
    parameter: dict[str, str],
    no_functions: bool,
    strict: bool,
    as_document: bool,
) -> int:
    """Check routes.toml, types.toml, channels.toml, template.yaml and the code of functions.

    It reports every mistake at once, with file, line, column and remedy. It also warns of settings that are valid, and
    probably a mistake. It calls no service, and needs no AWS account.

    The exit code is 0 without mistakes, 1 with one, and 2 for a wrong option. Warnings do not change it, except with
    --strict.

    \b
    Examples:
      brine check
      brine check --no-functions --strict
      brine check --routes layers/routes/routes.toml --json
    """
    from brine_cli.checking.project import check_project, check_routes_file  # noqa: PLC0415 - not for --help
    from brine_cli.checking.report import Report, as_json  # noqa: PLC0415 - not for --help
    from brine_cli.project.stack_files import vendor_if_needed  # noqa: PLC0415 - not for --help

    chosen = template or Path(default_template())
    if template is None and routes is not None and not chosen.is_file():
        checked = check_routes_file(routes)
    elif not chosen.is_file():
        raise click.UsageError(f"{chosen} does not exist. Name a template with --template, or a file with --routes.")
    else:
        stacks = {name: Path(file) for name, file in beside.items()}
        with suppress(CommandError):  # a mistake of the template, which the check reports
            vendor_if_needed(chosen, stacks.values())
        with _progress(shows=not no_functions and not as_document):
            checked = check_project(
                chosen, beside=stacks, parameters=parameter, routes=routes, imported=() if no_functions else None
            )
    if as_document:
        click.echo(as_json(checked))
    else:
        is_terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if is_terminal else None
        report = Report(width=width, in_colour=is_terminal and not os.environ.get("NO_COLOR"))
        click.echo("\n".join(report.lines(checked)), color=True)
    return int(checked.mistakes > 0 or (strict and checked.warnings > 0))


@contextmanager
def _progress(*, shows: bool) -> Iterator[None]:
    """Show at a terminal that functions are imported, which may take seconds, until the context ends."""
    if not shows or not sys.stderr.isatty():
        yield
        return
    sys.stderr.write("Checking, and importing the functions ...")
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
