"""A group of commands that suggests the nearest name for a command that does not exist."""

from __future__ import annotations

import difflib

import click


class SuggestingGroup(click.Group):
    """A group that suggests near names."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of the first argument. Raises UsageError, with the nearest name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            path = ctx.command_path
            hint = f"Did you mean `{path} {near[0]}`?" if near else f"`{path} --help` lists the commands."
            raise click.UsageError(f"{error.message.rstrip('.')}. {hint}", ctx) from None
