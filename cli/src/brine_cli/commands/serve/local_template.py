"""`brine local-template`: write the template that `sam local` needs for a stack that nests Brine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from brine_cli.errors import CommandError
from brine_cli.template.local import local_template
from brine_cli.template.stacks import read_stack_template

if TYPE_CHECKING:
    from pathlib import Path


def run(built: Path) -> None:
    """Write local.yaml beside the built template, and print its path. Raises CommandError."""
    if not built.is_file():
        raise CommandError(
            f"{built} does not exist. Run `sam build` first, or name the built template with --template."
        )
    written = built.with_name("local.yaml")
    text = yaml.safe_dump(local_template(read_stack_template(built)), sort_keys=False, width=120)
    head = f"# Made of {built.name} by `brine local-template`, for `sam local` alone. Each build needs a new one.\n"
    try:
        written.write_text(head + text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{written} cannot be written: {error.strerror}") from None
    print(
        f"Wrote {written}. To use it: sam local start-api --template {written} ... (`brine emulators` prints the rest)"
    )
