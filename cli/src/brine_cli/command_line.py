"""The commands of `brine`, each loaded when it is called: the start of one costs no import of another."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from brine_cli import __version__
from brine_cli.suggestions import SuggestingGroup, with_manners

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMPLETION_VARIABLE: Final = "_BRINE_COMPLETE"
"""The variable by which the scripts of `brine completion` ask for words."""


class LazyCommand(NamedTuple):
    """A command that is not loaded yet: its module, which has it as `command`, and its line in the help."""

    module: str
    summary: str


COMMANDS: Final[dict[str, LazyCommand]] = {
    "dev": LazyCommand("brine_cli.commands.serve.dev_command", "serve a template over HTTP, without AWS or Docker"),
    "new": LazyCommand("brine_cli.commands.project.new_command", "write a project, or a function or route of one"),
    "types": LazyCommand("brine_cli.commands.project.types_command", "declare the classes of your code to the gateway"),
    "check": LazyCommand("brine_cli.commands.check", "report every mistake of a project, with line and remedy"),
    "ls": LazyCommand("brine_cli.commands.inspect.ls", "list stored responses and results"),
    "explain": LazyCommand("brine_cli.commands.inspect.explain", "explain what a request would do now, and why"),
    "health": LazyCommand("brine_cli.commands.inspect.health", "check the stores and the keys of a twin or a stack"),
    "console": LazyCommand("brine_cli.commands.inspect.console", "serve the console of a deployed stack to a browser"),
    "get": LazyCommand("brine_cli.commands.inspect.get", "send a request, and explain its answer"),
    "replay": LazyCommand("brine_cli.commands.inspect.replay", "replay an access log against other routes"),
    "tail": LazyCommand("brine_cli.commands.inspect.tail", "show the requests to a running twin as they come"),
    "top": LazyCommand("brine_cli.commands.inspect.top", "show the hit ratio, the times and the hot keys of a twin"),
    "purge": LazyCommand("brine_cli.commands.purging.purge_command", "purge responses by URL, tag, route or tenant"),
    "open": LazyCommand("brine_cli.commands.envelopes.open_command", "explain and open a sealed envelope"),
    "seal": LazyCommand("brine_cli.commands.envelopes.seal_command", "seal an object in an envelope"),
    "keys": LazyCommand("brine_cli.commands.envelopes.keys_command", "list the keys of a keyring by their ids"),
    "invoke": LazyCommand("brine_cli.commands.try_out.invoke_command", "invoke a function with an event"),
    "token": LazyCommand("brine_cli.commands.try_out.token", "print an unsigned token for development"),
    "vendor": LazyCommand("brine_cli.commands.project.vendor_command", "copy Brine's stack into a project"),
    "emulators": LazyCommand("brine_cli.commands.serve.emulators_command", "run only the emulators, for `sam local`"),
    "completion": LazyCommand("brine_cli.commands.completion", "print the script for the Tab key of a shell"),
    "local-template": LazyCommand(
        "brine_cli.commands.serve.local_template_command", "write a template for `sam local`"
    ),
}
"""The commands by name."""

SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "Serve and try": ("dev", "get", "invoke", "token"),
    "See and explain": ("tail", "top", "ls", "explain", "replay", "health", "console"),
    "Change what is stored": ("purge",),
    "Projects": ("new", "check", "types", "vendor", "emulators", "local-template"),
    "Sealed envelopes": ("open", "seal", "keys"),
    "Shells": ("completion",),
}
"""The sections of the help, with the commands in their order. A test refuses a command without a section."""


class LazyGroup(SuggestingGroup):
    """A group that imports the module of a command when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature of click
        """Return the names in the order of the help."""
        return [name for names in SECTIONS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - see above
        """Return the command of this name, or None."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        return with_manners(import_module(entry.module).command)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands for the completion of a shell, without loading them."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - for the shell's question alone

        found = [
            CompletionItem(name, help=entry.summary) for name, entry in COMMANDS.items() if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - see above
        """Write the list of commands without loading them."""
        width = max(map(len, COMMANDS))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:<{width}}", COMMANDS[name].summary) for name in names])


@click.group(
    name="brine",
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True},
)
@click.version_option(__version__, "--version", message="brine %(version)s", help="Show the version and exit.")
def brine() -> None:
    """Develop and operate Brine, a serverless caching gateway.

    \b
    Examples:
      brine dev                    serve the template of this folder
      brine new project shop       start a project
      brine explain /orders/7      say what a request would do, and why
      brine purge --help           describe one command
    """


with_manners(brine)
