"""Tells the user why a command failed: what was wrong, and the next step. Only `--debug` shows a traceback.

This module is imported when a command fails, and by no command that succeeds.
"""

from __future__ import annotations

import platform
import sys
import traceback
from typing import TYPE_CHECKING

import click

import brine_cli
from brine_cli.errors import CommandError, PortTaken
from brine_cli.running_twin import state_folder
from brine_cli.screen.printable import printable_lines
from brine_cli.screen.width import wrapped_for
from brine_cli.suggestions import usage_message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FAILED, MISUSED = 1, 2


def tell(error: Exception, context: click.Context | None, environment: Mapping[str, str], *, debug: bool) -> int:
    """Print on stderr what failed, and return the exit code.

    context: of the command that ran, with its options, if the command line was understood.
    environment: the variables of the process, for the folder of the file with the traceback.
    debug: whether to print the traceback instead of writing it to a file.
    """
    if debug:
        traceback.print_exception(error)
    if isinstance(error, click.UsageError):
        name = "brine" if error.ctx is None else error.ctx.command_path
        _print(f"{name}: {usage_message(error)}", environment)
        return MISUSED
    message = _expected(error, context)
    if message is None:
        message = _unexpected(error, context, environment, debug=debug)
    _print(f"brine: {message}", environment)
    return FAILED


def _print(text: str, environment: Mapping[str, str]) -> None:
    print(wrapped_for(sys.stderr, printable_lines(text), environment), file=sys.stderr)


def _expected(error: Exception, context: click.Context | None) -> str | None:
    """Return the message of an error that has its cause outside of the command, or None for any other error."""
    if isinstance(error, PortTaken):
        from brine_cli.taken_port import remedy  # noqa: PLC0415 - only for this error

        return f"{error}. {remedy(error, {} if context is None else context.params)}"
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, click.ClickException):
        return error.format_message()
    errors = sys.modules.get("brine.errors")  # not loaded: then none of them was raised
    if errors is not None and isinstance(error, errors.BrineError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}. Check that this path is right and that you may use it."
    return None


def _unexpected(error: Exception, context: click.Context | None, environment: Mapping[str, str], *, debug: bool) -> str:
    what = f"This is a mistake in Brine: {_line(error)}."
    report = "Report it as an issue of the project, with"
    if debug:
        return f"{what} {report} the traceback above."
    command = "brine" if context is None else context.command_path
    path = _written(error, command, state_folder(environment))
    if path is None:
        traceback.print_exception(error)
        return f"{what} {report} the traceback above."
    again = f"`brine --debug {command.partition(' ')[2]} ...`"
    return f"{what} {report} {path}, which has the traceback and the versions. {again} prints it."


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _written(error: Exception, command: str, folder: Path) -> Path | None:
    """Return the file with the traceback. It has no arguments of the command, which may be secret."""
    lines = (
        f"brine {brine_cli.__version__}, Python {platform.python_version()}, {platform.platform()}\n",
        f"{command}\n\n",
        *traceback.format_exception(error),
    )
    path = folder / "last-error.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text("".join(lines), encoding="utf-8")
    except OSError:
        return None
    return path
