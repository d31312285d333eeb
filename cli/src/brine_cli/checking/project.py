"""Checks a whole project: the template, the configuration files of its functions, and their code."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from brine_cli.checking.configuration.file_set import FileSet
from brine_cli.checking.configuration.known_variables import KnownVariables
from brine_cli.checking.configuration.of_function import files_of
from brine_cli.checking.configuration.readers import read_channels, read_routes, read_types, variables_in
from brine_cli.checking.ignored import without_ignored
from brine_cli.checking.surroundings import surroundings_of
from brine_cli.checking.warnings.rules import unset_variables, warnings_about_routes
from brine_cli.checking.warnings.warning import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from pathlib import Path

    from brine_cli.checking.finding import Finding
    from brine_cli.checking.templates.functions import FoundFunction, FunctionsOfStacks
    from brine_cli.checking.templates.yaml_file import YamlFile

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_NO_STACKS: Final[Mapping[str, Path]] = MappingProxyType({})


@dataclass(slots=True)
class Checked:
    """The result of a check. ignored: how many warnings comments silence. functions: how many were imported."""

    findings: list[Finding] = field(default_factory=list)
    files: tuple[Path, ...] = ()
    ignored: int = 0
    functions: int = 0

    @property
    def mistakes(self) -> int:
        """The number of mistakes."""
        return sum(not finding.is_warning for finding in self.findings)

    @property
    def warnings(self) -> int:
        """The number of warnings."""
        return len(self.findings) - self.mistakes


def check_routes_file(file: Path, environment: Mapping[str, str] = os.environ) -> Checked:
    """Check a routes.toml, with the files of its folder routes.d, without a template."""
    check = _Check(environment, None)
    check.add_routes(FileSet((file, *sorted(file.with_suffix(".d").glob("*.toml")))), [], None, Surroundings())
    return check.result()


def check_project(
    template: Path,
    *,
    beside: Mapping[str, Path] = _NO_STACKS,
    parameters: Mapping[str, str] = _NOTHING,
    routes: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    given: Callable[[str], Mapping[str, str]] = lambda _: _NOTHING,
    imported: Container[str] | None = None,
) -> Checked:
    """Check a template and all that belongs to it. It calls no service, and reports mistakes instead of raising errors.

    beside: the templates of the stacks beside it. parameters: values of the template's parameters. routes: a file in
    the place of the one that the template names. environment: gives values to `${NAME}`. given: more variables of a
    function, by its logical id, which go before those of the template. imported: the logical ids of the functions whose
    code is imported, each in a process of its own; None for all.
    """
    check = _Check(environment, routes, given)
    functions = check.add_templates(template, beside, parameters)
    if functions is not None:
        check.add_configurations(functions.found)
        check.add_code(functions.found, imported)
    return check.result()


class _Check:
    """A check that goes on. environment: of this command. routes, given: see check_project."""

    def __init__(
        self,
        environment: Mapping[str, str],
        routes: Path | None,
        given: Callable[[str], Mapping[str, str]] = lambda _: _NOTHING,
    ) -> None:
        self._environment = environment
        self._routes = routes
        self._given = given
        self._findings: list[Finding] = []
        self._files: dict[Path, None] = {}
        self._names: dict[tuple[Path, ...], frozenset[str]] = {}  # of routes, by the files
        self._types_of: dict[tuple[Path, ...], frozenset[str]] = {}
        self._own: frozenset[Path] = frozenset()
        self._used: set[str] = set()
        self._functions = 0

    def result(self) -> Checked:
        unique = {(one.file, one.place, one.given, one.message): one for one in reversed(self._findings)}
        kept, ignored = without_ignored(sorted(unique.values(), key=lambda one: one.order))
        return Checked(kept, tuple(self._files), ignored, self._functions)

    def add_templates(
        self, template: Path, beside: Mapping[str, Path], parameters: Mapping[str, str]
    ) -> FunctionsOfStacks | None:
        """Check the templates, and return their functions; None if they cannot be read."""
        from brine_cli.checking.templates.stacks import CheckedTemplates  # noqa: PLC0415 - not for a single file

        templates = CheckedTemplates(template, beside, parameters)
        self._findings += templates.findings
        self._files |= dict.fromkeys(templates.files)
        self._own = frozenset(templates.files)
        self._templates: tuple[YamlFile, ...] = tuple(templates.files.values())
        return templates.functions

    def add_configurations(self, functions: Sequence[FoundFunction]) -> None:
        """Check the configuration files of all functions, each once."""
        from brine_cli.checking.templates.names import misspelt_names  # noqa: PLC0415 - not for a single file

        by_files: dict[tuple[Path, ...], list[FoundFunction]] = {}
        types = {found.function.logical_id: self._types(found) for found in functions}
        for found in functions:
            if files := files_of(found.function, "route", self._routes):
                by_files.setdefault(files, []).append(found)
            if channels := files_of(found.function, "channel"):
                declared = types[found.function.logical_id] or frozenset()
                self._add_channels(FileSet(channels), found, declared)
        for files, readers in by_files.items():
            known = types[readers[0].function.logical_id]
            self.add_routes(FileSet(files), readers, known, surroundings_of(readers, functions))
        for file in self._templates:
            self._findings += misspelt_names(file, self._used)

    def add_routes(
        self, files: FileSet, readers: Sequence[FoundFunction], types: frozenset[str] | None, around: Surroundings
    ) -> None:
        """Check a file of routes. readers: the functions that read it. types: the declared classes."""
        given = [self._variables(files, one) for one in readers] or [self._variables(files, None)]
        found, findings = read_routes(files, given[0], types)
        self._findings += findings
        self._findings += warnings_about_routes(found, around)
        for one in given:
            self._findings += unset_variables(files, one)
        self._names[files.files] = found.names
        self._note(files)

    def add_code(self, functions: Iterable[FoundFunction], imported: Container[str] | None) -> None:
        """Check the code of the functions of the user's own templates. imported: see check_project."""
        from brine_cli.checking.code.text import FunctionCode  # noqa: PLC0415 - not for a single file

        importable = []
        for found in functions:
            if found.stack.template.path not in self._own:
                continue
            code = FunctionCode(found.function.code, found.function.handler)
            self._findings += code.findings
            self._files |= dict.fromkeys(code.files)
            if code.is_app:
                names = self._names.get(files_of(found.function, "route", self._routes), frozenset())
                self._findings += code.unknown_routes(names, _new_routes(found))
            is_wanted = imported is None or found.function.logical_id in imported
            if is_wanted and not code.findings and code.handler_file.is_file():
                importable.append((found, code))
        if importable:
            from brine_cli.checking.code.imports import mistakes_of_imports  # noqa: PLC0415 - only if it is wanted

            self._findings += mistakes_of_imports(importable)
            self._functions = len(importable)

    def _types(self, found: FoundFunction) -> frozenset[str] | None:
        files = files_of(found.function, "type")
        if files and files not in self._types_of:
            types = FileSet(files)
            self._types_of[files], findings = read_types(types)
            self._findings += findings
            self._note(types)
        return self._types_of.get(files)

    def _add_channels(self, files: FileSet, found: FoundFunction, types: frozenset[str]) -> None:
        variables = self._variables(files, found)
        self._findings += read_channels(files, variables, types)
        self._findings += unset_variables(files, variables)
        self._note(files)

    def _variables(self, files: FileSet, found: FoundFunction | None) -> KnownVariables:
        if found is None:
            return KnownVariables(self._environment, (), files.text)
        of_template = {key: one for key, one in found.function.environment.items() if one}
        given = self._given(found.function.logical_id)
        known = {**self._environment, **of_template, **given}
        known.pop("BRINE_VARIABLES", None)
        if listed := {**of_template, **given}.get("BRINE_VARIABLES"):
            known["BRINE_VARIABLES"] = listed
        return KnownVariables(known, found.variables - found.function.environment.keys(), files.text)

    def _note(self, files: FileSet) -> None:
        self._files |= dict.fromkeys(files.files)
        self._used |= {name for _, name in variables_in(files)}


def _new_routes(found: FoundFunction) -> str:
    return "routes.toml" if "BRINE_ROUTES" in found.function.environment else "routes.toml beside the code"
