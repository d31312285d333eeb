"""The mistakes in what a twin serves, as `brine check` finds them, and their text."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from brine_cli.checking.configuration.file_set import FileSet
from brine_cli.checking.configuration.of_function import files_of
from brine_cli.checking.configuration.readers import read_channels, read_routes, read_types, variables_in
from brine_cli.checking.project import Checked, check_project
from brine_cli.checking.report import Report
from brine_cli.checking.templates.events import UNSERVED
from brine_cli.screen.colours import Colours

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from brine_cli.checking.finding import Finding
    from brine_cli.errors import TemplateError
    from brine_cli.serving.choices import Choices
    from brine_cli.template.functions import Function


def find_mistakes(choices: Choices, routes: Path | None, imported: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return the mistakes in the files of a twin, and what it does not serve. Raises CommandError for a wrong option.

    routes: the file that takes the place of the routes of the template. imported: the functions whose code is imported.
    """
    checked = check_project(
        choices.template,
        beside=choices.beside,
        parameters=choices.parameters,
        routes=routes,
        environment={},
        given=choices.variables(None).of,
        imported=imported,
    )
    return tuple(one for one in checked.findings if not one.is_warning or one.code == UNSERVED)


def mistakes_of_values(function: Function, variables: Mapping[str, str], routes: Path | None) -> Iterator[Finding]:
    """Yield the mistakes in the routes and channels of a function with the variables that it has in the twin.

    find_mistakes takes an example for a variable without a value. For the function, it is a mistake.
    """
    if files := _with_variables(function, "route", routes):
        yield from read_routes(files, variables, None)[1]
    if files := _with_variables(function, "channel"):
        types = files_of(function, "type")
        yield from read_channels(files, variables, read_types(FileSet(types))[0] if types else ())


def joined(mistakes: Iterable[Finding], more: Iterable[Finding], remark: str = "") -> tuple[Finding, ...]:
    """Return all mistakes in the order of reports, each once. remark: for the remedies of those in `more` alone."""
    unique = {_key(one): one for one in mistakes}
    for one in more:
        unique.setdefault(_key(one), replace(one, remedy=f"{one.remedy} {remark}".strip()))
    return tuple(sorted(unique.values(), key=lambda one: one.order))


def is_about(mistake: Finding, function: Function) -> bool:
    """Return whether a mistake may be the reason why a function cannot start."""
    if mistake.resource:
        return mistake.resource == function.logical_id
    folders = (function.code, *(layer.content for layer in function.layers))
    return any(mistake.file.resolve().is_relative_to(folder.resolve()) for folder in folders)


def are_told(error: TemplateError, mistakes: Iterable[Finding]) -> bool:
    """Return whether one of these mistakes is the reason for an error, whose own message then says nothing more."""
    text = str(error)
    return any(
        (one.code == "BR001" and one.file.suffix not in {".toml", ".py"})
        or (one.code == "BR010" and text in f"{one.file}: {one.message}")
        or (one.resource != "" and text.startswith((f"{one.resource}:", f"{one.resource}.")))
        or (one.given != "" and one.given in text)
        for one in mistakes
    )


def text_of(mistakes: Collection[Finding]) -> str:
    """Return mistakes as `brine check` prints them, after their number."""
    colours = Colours.of(sys.stderr, os.environ)
    report = Report(in_colour=colours.are_wanted)
    head = f"{report.numbers(Checked(list(mistakes)))}:"
    return "\n\n".join((head, *("\n".join(report.lines_of(one)) for one in mistakes))) + "\n"


def _with_variables(function: Function, kind: str, routes: Path | None = None) -> FileSet | None:
    """Return the files of one kind that a function reads, or None if they have no variable."""
    files = FileSet(files_of(function, kind, routes))
    return files if any(variables_in(files)) else None


def _key(mistake: Finding) -> tuple[object, ...]:
    return mistake.file.resolve(), mistake.place, mistake.message
