"""The `brine` command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from brine_cli.command_line import COMPLETION_VARIABLE, brine
from brine_cli.debug_option import COMMAND, IS_DEBUG

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED: Final = 130
"""The exit code of a command that Ctrl-C ended: 128 and the number of SIGINT."""

CLOSED: Final = 141
"""The exit code of a command whose reader went away, as in `brine ls | head`: 128 and the number of SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 if done, 1 if it failed, 2 if it is not understood."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if COMPLETION_VARIABLE in os.environ:
        from click.shell_completion import shell_complete  # noqa: PLC0415 - for the shell's question alone

        return shell_complete(brine, {}, "brine", COMPLETION_VARIABLE, os.environ[COMPLETION_VARIABLE])
    context = None
    try:
        context = brine.make_context("brine", given)
        with context:
            result = brine.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it ends
        return CLOSED
    except Exception as error:  # noqa: BLE001 - the user gets a sentence for each error, and a traceback for none
        from brine_cli.failures import tell  # noqa: PLC0415 - for failures alone

        meta = {} if context is None else context.meta
        return tell(error, meta.get(COMMAND, context), os.environ, debug=IS_DEBUG in meta)
    return result if type(result) is int else 0


if __name__ == "__main__":
    sys.exit(main())
