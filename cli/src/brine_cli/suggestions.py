"""Suggests the nearest name for a command, an option or a choice that does not exist."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

import click

from brine_cli.debug_option import DEBUG

if TYPE_CHECKING:
    from collections.abc import Iterable

SYNONYMS: Final = {
    "clear": "purge",
    "curl": "get",
    "decode": "open",
    "encode": "seal",
    "fetch": "get",
    "flush": "purge",
    "init": "new",
    "invalidate": "purge",
    "lint": "check",
    "list": "ls",
    "logs": "tail",
    "run": "dev",
    "serve": "dev",
    "start": "dev",
    "validate": "check",
    "why": "explain",
}
"""Commands of Brine by the names that other tools have for them."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is most like `word`, or None if none is near."""
    return next(iter(difflib.get_close_matches(word, list(candidates), n=1)), None)


class SuggestingGroup(click.Group):
    """A group that suggests near names of its commands, and whose commands suggest near names of choices."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, or None."""
        command = super().get_command(ctx, cmd_name)
        return None if command is None else with_manners(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of the first argument. Raises UsageError, with the nearest name."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchOption:
            raise
        except click.UsageError as error:
            names, path = self.list_commands(ctx), ctx.command_path
            synonym = SYNONYMS.get(args[0])
            near = synonym if synonym in names else nearest(args[0], names)
            hint = f"Did you mean `{path} {near}`?" if near else f"`{path} --help` lists the commands."
            raise click.UsageError(f"{error.message.rstrip('.')}. {hint}", ctx) from None


class SuggestingChoice(click.Choice):
    """A choice that suggests the nearest value."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the choice. Raises BadParameter, with the nearest value."""
        try:
            return str(super().convert(value, param, ctx))
        except click.BadParameter as error:
            near = nearest(value, self.choices)
            if near is not None:
                error.message += f" Did you mean {near!r}?"
            raise


class WholeNumber(click.ParamType):
    """A whole number within limits. Unlike click's own type, it does not show `1<=x<=9` in the help."""

    name = "integer"

    def __init__(self, least: float | None, most: float | None) -> None:
        self._least, self._most = least, most

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number. Raises BadParameter, with the limits."""
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        if (self._least is not None and number < self._least) or (self._most is not None and number > self._most):
            least = "" if self._least is None else f" from {self._least}"
            most = "" if self._most is None else f" to {self._most}"
            self.fail(f"{number} is not allowed. Give a number{least}{most}{'' if most else ' on'}.", param, ctx)
        return number


def with_manners(command: click.Command) -> click.Command:
    """Let a command suggest near choices, describe defaults and ranges in words, and have `--debug`. Return it."""
    for param in command.params:
        if isinstance(param, click.Option) and isinstance(param.show_default, str):
            param.help = f"{param.help}  [default: {param.show_default}]"  # click would put it into parentheses too
            param.show_default = False
        if type(param.type) is click.IntRange:
            param.type = WholeNumber(param.type.min, param.type.max)
        if type(param.type) is click.Choice:
            param.type = SuggestingChoice(param.type.choices, param.type.case_sensitive)
    if DEBUG not in command.params:
        command.params.append(DEBUG)
    return command


def usage_message(error: click.UsageError) -> str:
    """Return what was wrong in a command line, and the next step."""
    context = error.ctx
    if context is None:
        return f"{error.format_message()} `brine --help` lists the commands."
    if isinstance(error, click.NoSuchOption):
        params = context.command.get_params(context)
        options = (name for param in params for name in (*param.opts, *param.secondary_opts) if name.startswith("-"))
        near = nearest(error.option_name, options)
        message = f"There is no option {error.option_name}."
        return f"{message} Did you mean {near}?" if near else f"{message} `{context.command_path} --help` lists them."
    message = error.format_message()
    if message.endswith("?") or "`" in message or message.count(". "):  # it names the next step itself
        return message
    return f"{message.rstrip('.')}. `{context.command_path} --help` shows how to use it."
