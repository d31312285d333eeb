"""What can stop a command, each with a message for the person at the console.

CommandError
├── TemplateError      template.yaml cannot be read, or says something that cannot be
├── PortTaken          somebody else listens there
└── EmulatorFailed     moto, httpbin or the given AWS endpoint does not answer
"""

from __future__ import annotations


class CommandError(Exception):
    """The root of them: `brine` prints the message in one line and exits with 1."""


class TemplateError(CommandError):
    """The template cannot be used. The message names the logical id."""


class PortTaken(CommandError):
    """The port cannot be listened on."""


class EmulatorFailed(CommandError):
    """What stands in for AWS does not answer."""
