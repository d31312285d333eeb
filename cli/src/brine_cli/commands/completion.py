"""`brine completion`: print the script that completes commands and options in a shell."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print a script for a shell. With it, the Tab key completes commands, options and their values.

    The script asks `brine` for the words, so `brine` must be on the PATH of the shell: activate the environment, or
    install the command with `uv tool install`.

    \b
    Examples:
      eval "$(brine completion bash)"                       # in ~/.bashrc
      eval "$(brine completion zsh)"                        # in ~/.zshrc, after compinit
      brine completion fish > ~/.config/fish/completions/brine.fish
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - not for the help

    from brine_cli.command_line import COMPLETION_VARIABLE, brine  # noqa: PLC0415 - it is the command above this one

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no script for {shell}.")
    click.echo(found(brine, {}, "brine", COMPLETION_VARIABLE).source())
