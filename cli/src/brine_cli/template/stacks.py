"""A template with the templates that it nests: AWS::Serverless::Application with the path of a file.

A nested stack gets its parameters from the stack that nests it, and gives its outputs back to it. If a logical id of a
nested stack occurs outside of it too, it gets the name of the nested stack in front: Table of Brine becomes BrineTable.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

from brine_cli.errors import TemplateError
from brine_cli.template.document import read_template
from brine_cli.template.intrinsics import Resolver
from brine_cli.template.layers import layer_attributes
from brine_cli.template.renames import with_renamed_resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from brine_cli.template.document import Node, Template

NESTED = "AWS::Serverless::Application"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTemplate:
    """A template and the templates that it nests, by the logical id of the nested stack."""

    template: Template
    nested: Mapping[str, StackTemplate]

    @property
    def all(self) -> Iterator[Template]:
        """This template, and then all nested ones."""
        yield self.template
        for inner in self.nested.values():
            yield from inner.all


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One template with the resolver that knows the values of its parameters and resources."""

    template: Template
    resolver: Resolver


def read_stack_template(path: Path) -> StackTemplate:
    """Return the template at `path` with its nested templates. Raises TemplateError."""
    return _read(path, (), "", set())


def _read(path: Path, outer: tuple[Path, ...], prefix: str, taken: set[str]) -> StackTemplate:
    """Return the template with its nested ones. `taken`: the logical ids so far, to which it adds its own."""
    template = read_template(path)
    if template.path in outer:
        raise TemplateError(f"{path} nests itself")
    names = {name: _free(f"{prefix}{name}", taken) for name in template.resources if name in taken}
    template = with_renamed_resources(template, names)
    taken |= template.resources.keys()
    return StackTemplate(
        template=template,
        nested={
            name: _read(_location(template, name, resource), (*outer, template.path), name, taken)
            for name, resource in template.resources.items()
            if resource["Type"] == NESTED
        },
    )


def _free(name: str, taken: set[str]) -> str:
    numbered = (f"{name}{number}" for number in count(2))
    return next(one for one in chain((name,), numbered) if one not in taken)


def _location(template: Template, name: str, resource: Node) -> Path:
    location = (resource.get("Properties") or {}).get("Location")
    if not isinstance(location, str) or "://" in location:
        raise TemplateError(
            f"{name}: Location must be the path of a template. The local twin loads no other application."
        )
    return template.path.parent / location


def resolve_stacks(
    stack: StackTemplate, overrides: Mapping[str, str], attributes: Mapping[tuple[str, str], str]
) -> tuple[Stack, ...]:
    """Return the stack and all stacks that it nests, each with a resolver. Raises TemplateError.

    overrides: values of the outermost template's parameters. attributes: as for a Resolver, of all stacks together.
    """
    template = stack.template
    found: list[Stack] = []
    known = {**layer_attributes(template), **attributes}
    for name, inner in stack.nested.items():
        application = Resolver(template, overrides=overrides, attributes=known).resource(name)
        if application is None:
            continue
        given = (application.get("Properties") or {}).get("Parameters") or {}
        stacks = resolve_stacks(inner, {key: _as_parameter(value) for key, value in given.items()}, attributes)
        known.update(_outputs(name, stacks[0]))
        found += stacks
    return Stack(template=template, resolver=Resolver(template, overrides=overrides, attributes=known)), *found


def _outputs(name: str, stack: Stack) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield what `!GetAtt NAME.Outputs.KEY` finds."""
    for key in stack.template.outputs:
        value = stack.resolver.output(key)
        if value is not None:
            yield (name, f"Outputs.{key}"), value


def _as_parameter(value: Node) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
