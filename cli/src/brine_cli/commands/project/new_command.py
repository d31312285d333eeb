"""`brine new`, as it is on the command line. new.py runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from brine_cli.commands.options import FILE
from brine_cli.suggestions import SuggestingGroup

if TYPE_CHECKING:
    from pathlib import Path


@click.group("new", cls=SuggestingGroup)
def command() -> None:
    """Write a project around Brine, or a function or route of one.

    \b
    Examples:
      brine new project shop --origin https://api.example.com
      brine new function order-history
      brine new route stock --prefix /stock
    """


@command.command("project")
@click.argument("folder", type=FILE)
@click.option(
    "--origin",
    metavar="URL",
    show_default="`sam deploy` asks",
    help="Scheme and host of your API, for deployments.",
)
@click.option(
    "--wheels",
    type=FILE,
    metavar="FOLDER",
    show_default="a checkout builds them; otherwise, where brine-cli came from",
    help="The folder with Brine's wheels.",
)
def project(folder: Path, origin: str | None, wheels: Path | None) -> None:
    """Write a SAM project that nests Brine, with one function, its test and CI.

    FOLDER is a new folder. Its last part names the project. The project has template.yaml with Brine as a nested
    stack, one function with its test and event, and Brine's wheels. An upgrade of Brine is a version number in its
    pyproject.toml.

    \b
    Examples:
      brine new project shop
      brine new project shop --origin https://api.example.com
    """
    from brine_cli.commands.project import new  # noqa: PLC0415 - it imports what the help does not need

    new.project(folder, origin=origin, wheels=wheels)


@command.command("function")
@click.argument("name")
@click.option("--path", metavar="PATH", show_default="/NAME", help="The first part of all its paths.")
def function(name: str, path: str | None) -> None:
    """Add a function, with its role, queue, log group, event and test.

    NAME is such as order-history. The part of the cache that the function has gets this name too. The command adds to
    template.yaml of the project in this folder, and keeps its text.

    \b
    Examples:
      brine new function order-history
      brine new function order-history --path /v1/orders
    """
    from brine_cli.commands.project import new  # noqa: PLC0415 - it imports what the help does not need

    new.function(name, given_path=path)


@command.command("route")
@click.argument("name")
@click.option("--prefix", metavar="PATH", show_default="/NAME", help="The paths that it serves begin with it.")
@click.option(
    "--origin",
    default="${BRINE_ORIGIN}",
    show_default="the parameter Origin of the template",
    metavar="URL",
    help="The URL of the origin.",
)
def route(name: str, prefix: str | None, origin: str) -> None:
    """Add a route of the gateway, with its test.

    The command writes a file of routes to routes/routes.d of the project in this folder, and a test. NAME is the name
    of the route.

    \b
    Examples:
      brine new route stock
      brine new route stock --prefix /v1/stock --origin https://stock.example.com
    """
    from brine_cli.commands.project import new  # noqa: PLC0415 - it imports what the help does not need

    new.route(name, given_prefix=prefix, origin=origin)
