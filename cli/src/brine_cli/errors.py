"""The errors that stop a command, each with a message for the user.

CommandError
├── TemplateError      template.yaml cannot be read, or has an invalid value
│   └── Unsupported    a part of it is valid, but the local twin cannot use it
├── PortTaken          another program listens on the port
└── EmulatorFailed     moto, httpbin or the given AWS endpoint does not answer
"""

from __future__ import annotations


class CommandError(Exception):
    """Base class. `brine` prints the message in one line and exits with 1."""


class TemplateError(CommandError):
    """The template cannot be used. The message names the logical id."""


class Unsupported(TemplateError):
    """The local twin cannot use a part of the template, though AWS can. It can use the other parts."""


class PortTaken(CommandError):
    """The command cannot listen on the port."""


class EmulatorFailed(CommandError):
    """The AWS emulator does not answer."""
