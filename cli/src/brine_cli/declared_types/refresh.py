"""Brings a project's generated types up to date before its gateway reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.declared_types.settings import project_settings
from brine_cli.errors import CodeNotImported, CommandError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_CODE: Final = ".py"


def refresh_types(template: Path, report: Callable[[str], None]) -> None:
    """Write the generated file of the project around `template` anew if it differs from the code.

    It does so only in a project with the table [tool.brine.types] or with the file. If the classes cannot be read or
    declared, it reports that, and leaves the file as it is. The start of the twin tells why code cannot be imported.
    """
    try:
        settings = project_settings(template.parent)
        if not settings.is_configured and not settings.output.exists():
            return
        from brine_cli.declared_types.generate import generate  # noqa: PLC0415 - other projects do not need it

        generated = generate(settings)
        if generated.differences:
            generated.write()
            report("\n  ".join((f"{shown(settings.output)} is written anew from the code", *generated.differences)))
    except CommandError as error:
        reason = str(error)
        if isinstance(error.__cause__, CodeNotImported):
            reason = f"{error.__cause__.source} cannot be imported, and `brine types` says why"
        report(f"the types of the project are not renewed: {reason}")


def refresh_if_code(template: Path, report: Callable[[str], None], changed: Iterable[Path]) -> None:
    """Do so if a file with code is among the changed files."""
    if any(file.suffix == _CODE for file in changed):
        refresh_types(template, report)


def places_of_classes(template: Path) -> tuple[Path, ...]:
    """Return the files and folders from which `refresh_types` makes the file. None if the project has no such file."""
    try:
        settings = project_settings(template.parent)
    except CommandError:  # `refresh_types` reports it
        return ()
    if not settings.is_configured and not settings.output.exists():
        return ()
    found: list[Path] = []
    for source in settings.sources:
        if source.endswith(_CODE):
            found += settings.root.glob(source)
        else:  # a module or a package
            path = settings.root / source.replace(".", "/")
            found.append(path if path.is_dir() else path.with_suffix(_CODE))
    return tuple(found)
