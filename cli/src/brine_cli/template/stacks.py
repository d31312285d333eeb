"""A template with the templates that it nests, and with those of the stacks beside it.

A nested stack (AWS::Serverless::Application or AWS::CloudFormation::Stack with the path of a file) gets its parameters
from the stack that nests it, and gives its outputs back to it. A stack beside another one has a name. It publishes the
exports of its outputs, and SSM parameters.

If a logical id of such a stack occurs in another one too, it gets the name of its stack in front: Table of Brine
becomes BrineTable.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.document import properties_of, read_template
from brine_cli.template.intrinsics import STACK, Resolver
from brine_cli.template.layers import layer_attributes
from brine_cli.template.published import Published
from brine_cli.template.renames import with_renamed_resources
from brine_cli.template.ssm import ssm_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from brine_cli.template.document import Node, Template

NESTED: Final = {"AWS::Serverless::Application": "Location", "AWS::CloudFormation::Stack": "TemplateURL"}
"""The property with the path of the nested template, by the type of the resource."""
# The parameters with the URL of an origin, for which the local twin starts httpbin.
_ORIGIN, _HTTPBIN_ORIGIN = "Origin", "HttpbinOrigin"
_OF_GATEWAYS = "BRINE_ROUTES"
_SECRET = "{{resolve:secretsmanager:"  # noqa: S105  (not a secret: it names one)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTemplate:
    """A template, the templates that it nests by the logical id of the nested stack, and the stacks beside it."""

    template: Template
    nested: Mapping[str, StackTemplate]
    name: str = STACK
    beside: tuple[StackTemplate, ...] = ()

    @property
    def all(self) -> Iterator[Template]:
        """This template, and then all nested ones."""
        yield self.template
        for inner in self.nested.values():
            yield from inner.all

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the parameters that a user may give. Those of a stack beside have its name in front."""
        beside = (f"{stack.name}.{name}" for stack in self.beside for name in stack.parameters)
        return frozenset((*self.template.parameters, *beside))

    @property
    def without_default(self) -> frozenset[str]:
        """The parameters of this template that have no default."""
        declared = self.template.parameters.items()
        return frozenset(name for name, parameter in declared if "Default" not in (parameter or {}))

    @property
    def reads_secrets(self) -> bool:
        """Whether a template has a dynamic reference to a secret, such as {{resolve:secretsmanager:NAME}}."""
        own = any(_SECRET in str((one.globals, one.resources, one.parameters)) for one in self.all)
        return own or any(stack.reads_secrets for stack in self.beside)

    @property
    def origin_parameters(self) -> frozenset[str]:
        """Those of `parameters` for which the local twin starts an origin. Only Brine's templates have them."""
        has_gateway = any(_OF_GATEWAYS in str((one.globals, one.resources)) for one in self.all)
        own = {_ORIGIN, _HTTPBIN_ORIGIN} if has_gateway else {_HTTPBIN_ORIGIN}
        beside = (f"{stack.name}.{name}" for stack in self.beside for name in stack.origin_parameters)
        return frozenset((*(own & self.template.parameters.keys()), *beside))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One template with the resolver that knows the values of its parameters and resources.

    nested: the logical ids of the stacks that it nests, as far as their templates are files of this machine.
    """

    template: Template
    resolver: Resolver
    nested: frozenset[str] = frozenset()


def read_stack_template(path: Path, beside: Mapping[str, Path] = MappingProxyType({})) -> StackTemplate:
    """Return the template at `path` with its nested templates, and with those of the stacks beside it by stack name.

    Raises TemplateError.
    """
    taken: set[str] = set()
    own = _read(path, (), "", taken)
    stacks = (replace(_read(file, (), _prefix(name), taken), name=name) for name, file in beside.items())
    return replace(own, beside=tuple(stacks))


def _prefix(stack_name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in stack_name.split("-"))


def _read(path: Path, outer: tuple[Path, ...], prefix: str, taken: set[str]) -> StackTemplate:
    """Return the template with its nested ones. `taken`: the logical ids so far, to which it adds its own."""
    template = read_template(path)
    if template.path in outer:
        raise TemplateError(f"{path} nests itself")
    names = {name: _free(f"{prefix}{name}", taken) for name in template.resources if name in taken}
    template = with_renamed_resources(template, names)
    taken.update(template.resources)
    nested = {name: _location(template, resource) for name, resource in template.resources.items()}
    return StackTemplate(
        template=template,
        nested={
            name: _read(location, (*outer, template.path), name, taken)
            for name, location in nested.items()
            if location is not None
        },
    )


def _free(name: str, taken: set[str]) -> str:
    numbered = (f"{name}{number}" for number in count(2))
    return next(one for one in chain((name,), numbered) if one not in taken)


def _location(template: Template, resource: Node) -> Path | None:
    """Return the path of a nested template, or None for another resource or a template that is not a file here."""
    location = properties_of(resource).get(NESTED.get(resource["Type"]))
    return template.path.parent / location if isinstance(location, str) and "://" not in location else None


def resolve_stacks(
    stack: StackTemplate,
    overrides: Mapping[str, str],
    attributes: Mapping[tuple[str, str], str],
    published: Published | None = None,
) -> tuple[Stack, ...]:
    """Return the stack, the stacks that it nests, and those beside it, each with a resolver. Raises TemplateError.

    overrides: values of `stack.parameters`. attributes: as for a Resolver, of all stacks together.
    published: the exports, SSM parameters and secrets that exist before this stack.
    """
    published = published or Published()
    beside: list[Stack] = []
    for one in stack.beside:
        prefix = f"{one.name}."
        given = {name.removeprefix(prefix): value for name, value in overrides.items() if name.startswith(prefix)}
        stacks = resolve_stacks(one, given, attributes, published)
        published = published.joined(_published_by(stacks))
        beside += stacks
    template = stack.template
    known = {**layer_attributes(template), **attributes}
    resolver = Resolver(template, overrides=overrides, attributes=known, stack_name=stack.name, published=published)
    if own := {one.name: one.value for one in ssm_parameters(template, resolver)}:
        published = published.joined(Published(parameters=own))
        resolver = Resolver(template, overrides=overrides, attributes=known, stack_name=stack.name, published=published)
    found: list[Stack] = []
    for name, inner in stack.nested.items():
        application = resolver.resource(name, {"Parameters"})
        if application is None:
            continue
        given = properties_of(application).get("Parameters") or {}
        stacks = resolve_stacks(
            inner, {key: _as_parameter(value) for key, value in given.items()}, attributes, published
        )
        known.update(_outputs(name, stacks[0]))
        found += stacks
    return Stack(template=template, resolver=resolver, nested=frozenset(stack.nested)), *found, *beside


def _outputs(name: str, stack: Stack) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the value of each `!GetAtt NAME.Outputs.KEY`, by the arguments of `!GetAtt`."""
    for key in stack.template.outputs:
        try:
            value = stack.resolver.output(key)
        except NotEmulated:
            continue  # the outer template does not know it either
        if value is not None:
            yield (name, f"Outputs.{key}"), value


def _published_by(stacks: tuple[Stack, ...]) -> Published:
    """Return the exports and the SSM parameters of these stacks, without those that the local twin cannot know."""
    exports: dict[str, str] = {}
    parameters: dict[str, str] = {}
    for stack in stacks:
        for key, output in stack.template.outputs.items():
            with suppress(NotEmulated):
                value = stack.resolver.output(key)
                if value is not None and "Export" in output:
                    exports[str(stack.resolver.resolve(output["Export"]["Name"], key))] = value
        parameters |= {one.name: one.value for one in ssm_parameters(stack.template, stack.resolver)}
    return Published(exports=exports, parameters=parameters)


def _as_parameter(value: Node) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
