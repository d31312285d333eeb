"""The checks that `brine dev` makes when it starts, and when a file changes: only mistakes, and no code is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.config.mistakes import MistakeLog
from brine.adapters.config.routes import find_routes
from brine_cli.checking.configuration.file_set import FileSet
from brine_cli.checking.project import check_project
from brine_cli.checking.report import Report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from brine_cli.checking.finding import Finding


def mistakes_of(
    template: Path,
    *,
    environment: Mapping[str, str],
    routes: Path | None = None,
    beside: Mapping[str, Path] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Return the mistakes of a template and of all files that belong to it, without warnings. Arguments: check_project.

    It imports no code of functions: the twin does that anyway.
    """
    checked = check_project(
        template,
        beside=beside or {},
        parameters=parameters or {},
        routes=routes,
        environment=environment,
        imports=False,
    )
    return [finding for finding in checked.findings if not finding.is_warning]


def mistakes_of_routes(file: Path, environment: Mapping[str, str]) -> list[Finding]:
    """Return the mistakes of a routes.toml, with its folder routes.d, for exactly these variables.

    A variable that `environment` does not have is a mistake here, as it is for the gateway.
    """
    files = FileSet((file, *sorted(file.with_suffix(".d").glob("*.toml"))))
    log = MistakeLog(files.source)
    find_routes(files.text, environment, log)
    return sorted([*files.findings, *files.findings_of(log.found)], key=lambda one: one.order)


def as_text(findings: list[Finding], *, in_colour: bool = False) -> str:
    """Return findings as text, each with its place, its line of the file and its remedy."""
    report = Report(in_colour=in_colour)
    return "\n".join(line for finding in findings for line in report.lines_of(finding))
