"""`brine types`: declare the classes of the code to the gateway, or check that the declarations are up to date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING

from brine_cli.declared_types.generate import generate
from brine_cli.declared_types.settings import project_settings
from brine_cli.errors import CommandError, shown
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine_cli.declared_types.settings import TypesSettings


def run(sources: Sequence[str], *, output: Path | None, leave_out: Sequence[str], check: bool) -> None:
    """Write the file, or compare it with the code. Raises CommandError."""
    settings = _settings(sources, output, leave_out)
    with waiting("importing the code"):
        generated = generate(settings)
    file, count = shown(settings.output), len(generated.tables)
    classes = f"{count} {'class' if count == 1 else 'classes'}"
    if not generated.differences and (generated.exists or check):
        print(f"{file} agrees with the code: {classes}")
        return
    if check:
        state = "differs from the code" if generated.exists else "does not exist"
        command = f"brine types {settings.command}".rstrip()
        lines = "\n  ".join((f"{file} {state}:", *generated.differences))
        raise CommandError(f"{lines}\nRun `{command}` to write it.")
    generated.write()
    print("\n  ".join((f"{file} is written: {classes}", *(generated.differences if generated.exists else ()))))


def _settings(sources: Sequence[str], output: Path | None, leave_out: Sequence[str]) -> TypesSettings:
    """Return the settings of the project, with those of the command line in their place."""
    here = Path.cwd()
    settings = project_settings(here)
    if leave_out:
        settings = replace(settings, leave_out=(*settings.leave_out, *leave_out))
    if output is None:
        return settings
    settings = replace(settings, output=here / output)
    if not sources:
        return settings
    left_out = [f"--leave-out={name}" for name in leave_out]
    command = join([*sources, *left_out, "--output", output.as_posix()])
    return replace(settings, root=here, sources=tuple(sources), command=command)
