"""The commands of `brine`, each loaded when it is called: the start of one costs no import of another."""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import Final, NamedTuple

import click


class LazyCommand(NamedTuple):
    """A command that is not loaded yet: its module, which has it as `command`, and its line in the help."""

    module: str
    summary: str


COMMANDS: Final[dict[str, LazyCommand]] = {
    "replay": LazyCommand("brine_cli.commands.inspect.replay", "replay an access log against other routes"),
}
"""The commands by name, in the order of the help."""


class LazyGroup(click.Group):
    """A group that imports the module of a command when the command is called, and suggests near names."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature of click
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - see above
        """Return the command of this name, or None."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = import_module(entry.module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of the first argument. Raises UsageError, with the nearest name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean `brine {near[0]}`?" if near else " `brine --help` lists the commands."
            raise click.UsageError(f"{error.message.rstrip('.')}.{hint}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - see above
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])
