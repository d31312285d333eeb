"""Checks a template, the templates that it nests, and those of the stacks beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine_cli.checking.finding import Finding
from brine_cli.checking.parameters import example_attributes, parameter_values
from brine_cli.checking.templates.functions import FunctionsOfStacks
from brine_cli.checking.templates.nested import unknown_outputs, wrong_parameters
from brine_cli.checking.templates.references import unknown_references, with_examples
from brine_cli.checking.templates.yaml_file import YamlFile
from brine_cli.errors import TemplateError
from brine_cli.template.namespaces import namespace_warnings
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from brine_cli.checking.templates.references import UnknownName
    from brine_cli.template.stacks import Stack, StackTemplate

_COPY: Final = ".brine"


class CheckedTemplates:
    """The templates of a project. files: those that the user writes. functions: None if they cannot be known."""

    def __init__(self, template: Path, beside: Mapping[str, Path], parameters: Mapping[str, str]) -> None:
        self.files: dict[Path, YamlFile] = {}
        self.findings: list[Finding] = []
        self.functions: FunctionsOfStacks | None = None
        outermost = [YamlFile(path.resolve()) for path in (template, *beside.values())]
        self._add(*outermost)
        if not all(file.is_readable for file in outermost):
            return
        try:
            stack = read_stack_template(template, beside)
        except TemplateError as error:
            told = str(error).removeprefix(f"{template} ").removeprefix(f"{template}: ")
            remedy = "Run `brine vendor`, which makes it." if f"{_COPY}/" in told else "Correct the template."
            self.findings.append(Finding(code="BR010", file=outermost[0].path, message=f"{told}.", remedy=remedy))
            return
        for one in (stack, *stack.beside):
            self._add(*(YamlFile(path) for path in _own_files(one)))
        unknown = {path: tuple(unknown_references(file)) for path, file in self.files.items()}
        self.findings += [one.finding for found in unknown.values() for one in found]
        for one in _with_nested(stack):
            if one.template.path in self.files:
                self.findings += wrong_parameters(one, self.files[one.template.path])
                self.findings += unknown_outputs(one, self.files[one.template.path])
        self._read_functions(_with_examples(stack, unknown), parameters)

    def _add(self, *files: YamlFile) -> None:
        for file in files:
            if file.path not in self.files:
                self.files[file.path] = file
                self.findings += file.findings

    def _read_functions(self, stack: StackTemplate, parameters: Mapping[str, str]) -> None:
        for name in sorted(parameters.keys() - stack.parameters):
            known = ", ".join(sorted(stack.parameters)) or "none"
            self.findings.append(
                Finding(
                    code="BR013",
                    file=stack.template.path,
                    given=name,
                    message="the template has no parameter with this name.",
                    remedy=f"Its parameters: {known}.",
                )
            )
        try:
            stacks = resolve_stacks(stack, parameter_values(stack, parameters), example_attributes(stack))
        except TemplateError as error:
            self.findings.append(
                Finding(code="BR010", file=stack.template.path, message=f"{error}.", remedy="Correct the template.")
            )
            return
        self.functions = FunctionsOfStacks(stacks, self.files)
        self.findings += self.functions.findings
        self.findings += self._namespaces(stacks, self.functions)

    def _namespaces(self, stacks: tuple[Stack, ...], functions: FunctionsOfStacks) -> Iterator[Finding]:
        by_name = {one.function.logical_id: one for one in functions.found}
        for line in namespace_warnings(stacks, {name: one.function for name, one in by_name.items()}):
            name, _, told = line.partition(": ")
            file = self.files.get(by_name[name].stack.template.path)
            if file is not None:
                message, _, remedy = told.partition(". Add ")
                path = ("Resources", name)
                yield file.finding(
                    *("BR160", path), given=name, message=f"{message}.", remedy=f"Add {remedy}.", is_key=True
                )


def _own_files(stack: StackTemplate) -> Iterator[Path]:
    """Yield the paths of a template and of those that it nests, but not those of the copy of Brine."""
    for one in _with_nested(stack):
        if _COPY not in one.template.path.parts:
            yield one.template.path


def _with_examples(stack: StackTemplate, unknown: Mapping[Path, tuple[UnknownName, ...]]) -> StackTemplate:
    return replace(
        stack,
        template=with_examples(stack.template, unknown.get(stack.template.path, ())),
        nested={name: _with_examples(inner, unknown) for name, inner in stack.nested.items()},
        beside=tuple(_with_examples(other, unknown) for other in stack.beside),
    )


def _with_nested(stack: StackTemplate) -> Iterator[StackTemplate]:
    yield stack
    for inner in stack.nested.values():
        yield from _with_nested(inner)
    for other in stack.beside:
        yield from _with_nested(other)
