"""Options that more than one command has, and the forms of their values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from brine_cli.errors import CommandError
from brine_cli.http.admission import HOST, ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable

FILE: Final = click.Path(path_type=Path)
"""A path, whether or not a file is there."""

BRINE: Final = "brine"
"""The name of a stack beside the template, unless the user gives another one."""

_LAST_PORT: Final = 65_535
_STACK_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class Port(click.ParamType):
    """The number of a port. 0 takes a free one."""

    name = "port"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        try:
            number = int(value)
        except ValueError:
            number = -1
        if not 0 <= number <= _LAST_PORT:
            self.fail(f"{value!r} is not a port. Give a number from 0, which takes a free port, to 65535.", param, ctx)
        return number


class NameValue(click.ParamType):
    """`NAME=VALUE`, as a pair."""

    name = "name=value"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the name and the value."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not name or not equals:
            self.fail(f"{value!r} is not of the form NAME=VALUE.", param, ctx)
        return name, text


class StackBeside(click.ParamType):
    """`[NAME=]FILE`, as a pair of the name of a stack and its template."""

    name = "stack"

    def convert(
        self, value: str | tuple[str, Path], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        """Return the name and the file."""
        if isinstance(value, tuple):
            return value
        name, equals, file = value.partition("=")
        if not equals:
            return BRINE, Path(value)
        if _STACK_NAME.fullmatch(name) is None:
            self.fail(f"{name!r} cannot be the name of a stack. Use a letter, then letters, digits and -.", param, ctx)
        return name, Path(file)


class Matching(click.ParamType):
    """Text of a form, which `described` tells the user."""

    name = "text"

    def __init__(self, form: re.Pattern[str], described: str) -> None:
        self._form = form
        self._described = described

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text as it is."""
        if self._form.fullmatch(value.lower()) is None:
            self.fail(f"{value!r} is not of the form {self._described}.", param, ctx)
        return value


def check_template(template: Path) -> None:
    """Raise CommandError if the template of a command does not exist."""
    if not template.is_file():
        raise CommandError(
            f"{template}: no such template. Name yours with --template FILE, or write a project with "
            "`brine new project FOLDER`"
        )


def emulator_options[F: Callable[..., object]](function: F) -> F:
    """Add the options of every command that runs emulators."""
    for add in reversed(_EMULATOR_OPTIONS):
        function = add(function)
    return function


_EMULATOR_OPTIONS: Final = (
    click.option(
        "--parameter",
        "parameters",
        multiple=True,
        type=NameValue(),
        metavar="NAME=VALUE",
        help="A value of one of the template's parameters, or of those of a stack beside it, as in brine.Origin=URL. "
        "May be repeated.",
    ),
    click.option(
        "--allow-host",
        multiple=True,
        type=Matching(HOST, "NAME or NAME:PORT"),
        metavar="NAME[:PORT]",
        help="Also answer requests with this Host. May be repeated. Default: the names of this machine.",
    ),
    click.option(
        "--allow-origin",
        multiple=True,
        type=Matching(ORIGIN, "SCHEME://NAME[:PORT], without a path, or null"),
        metavar="ORIGIN",
        help="Also answer web pages with this Origin. May be repeated. Default: those of this machine.",
    ),
)
