"""The errors that stop a command, each with a message for the user.

CommandError
├── TemplateError      template.yaml cannot be read, or has an invalid value
│   └── NotEmulated    a part of it is valid, but the local twin cannot use it
├── CodeNotImported    a file or module of the user cannot be imported
├── PortTaken          another program listens on the port
└── EmulatorFailed     moto, httpbin or the given AWS endpoint does not answer
"""

from __future__ import annotations

from pathlib import Path


class CommandError(Exception):
    """Base class. `brine` prints the message in one line and exits with 1."""


class TemplateError(CommandError):
    """The template cannot be used. The message names the logical id."""


class NotEmulated(TemplateError):
    """The local twin cannot use a part of the template, though AWS can. It can use the other parts."""


class CodeNotImported(CommandError):
    """A file or module of the user cannot be imported. The message has the error of the import. source: its name."""

    def __init__(self, source: str, error: BaseException) -> None:
        super().__init__(f"{source} cannot be imported: {type(error).__name__}: {error}")
        self.source = source


class PortTaken(CommandError):
    """The command cannot listen on the port."""

    def __init__(self, message: str, port: int) -> None:
        super().__init__(message)
        self.port = port


class EmulatorFailed(CommandError):
    """The AWS emulator does not answer."""


def shown(file: Path) -> str:
    """Return the path of a file as messages show it: relative to the current folder if the file is inside."""
    here, file = Path.cwd(), file.absolute()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
