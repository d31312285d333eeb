"""The option `--debug`, which every command has."""

from __future__ import annotations

from typing import Final

import click

IS_DEBUG: Final = "brine.debug"
COMMAND: Final = "brine.command"
"""Keys of a context's `meta`: whether the user gave the option, and the context of the command that runs."""


def _note(context: click.Context, _: click.Parameter, given: bool) -> None:
    context.meta[COMMAND] = context
    if given:
        context.meta[IS_DEBUG] = True


DEBUG: Final = click.Option(
    ["--debug"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_note,
    help="Print the Python traceback of an error.",
)
