"""The `brine` command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from brine_cli.command_line import brine
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 if done, 1 if it failed, 2 if it is not understood."""
    try:
        result = brine.main(arguments, prog_name="brine", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except CommandError as error:
        print(f"brine: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
