"""Finds references of a template to names that it does not have."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import yaml

from brine.adapters.config.spelling import did_you_mean
from brine_cli.checking.templates.yaml_file import child, entries, place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from brine_cli.checking.finding import Finding
    from brine_cli.checking.templates.yaml_file import YamlFile
    from brine_cli.template.document import Template

_IN_SUB: Final = re.compile(r"\$\{(?P<literal>!?)(?P<name>[^}]*)\}")
_LOOP: Final = "Fn::ForEach"
_MADE_BY_SAM: Final = frozenset({"Alias", "Version", "Stage", "Deployment", "DestinationTopic", "DestinationQueue"})
"""What a reference may name after a resource of SAM and a dot. SAM makes these resources."""
_IMPLICIT: Final = ("ServerlessHttpApi", "ServerlessRestApi", "ServerlessDeploymentApplication")


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A reference to a name that the template does not have. is_condition: whether it must be a condition."""

    name: str
    is_condition: bool
    finding: Finding


def unknown_references(file: YamlFile) -> Iterator[UnknownName]:
    """Yield each reference to a parameter, resource or condition that the template does not have."""
    if any(str(key.value).startswith(_LOOP) for key, _ in entries(child(file.root, "Resources"))):
        return  # the names that a loop makes are not known
    yield from _References(file).all()


def with_examples(template: Template, unknown: Collection[UnknownName]) -> Template:
    """Return the template with all these names, so that its other parts can be checked."""
    names = {one.name for one in unknown if not one.is_condition}
    conditions = {one.name: {"Fn::Equals": ["1", "1"]} for one in unknown if one.is_condition}
    return replace(
        template,
        parameters={**template.parameters, **{name: {"Type": "String", "Default": "unknown"} for name in names}},
        resources={**template.resources, **{name: {"Type": "Unknown"} for name in names}},
        conditions={**template.conditions, **conditions},
    )


class _References:
    def __init__(self, file: YamlFile) -> None:
        self._file = file
        self._resources = self._names("Resources")
        self._parameters = self._names("Parameters")
        self._conditions = self._names("Conditions")
        self._of_sam = tuple(
            str(key.value)
            for key, value in entries(child(file.root, "Resources"))
            if str(getattr(child(value, "Type"), "value", "")).startswith("AWS::Serverless::")
        )

    def all(self) -> Iterator[UnknownName]:
        for section in ("Globals", "Conditions", "Resources", "Outputs"):
            node = child(self._file.root, section)
            if node is not None:
                yield from self._in(node)
        for _, resource in (*entries(child(self._file.root, "Resources")), *entries(child(self._file.root, "Outputs"))):
            named = child(resource, "Condition")
            if isinstance(named, yaml.ScalarNode):
                yield from self._condition(named)
        for _, resource in entries(child(self._file.root, "Resources")):
            needed = child(resource, "DependsOn")
            for one in (needed.value if isinstance(needed, yaml.SequenceNode) else [needed]) if needed else ():
                yield from self._unknown(one, str(one.value), self._resources, "resource")

    def _names(self, section: str) -> frozenset[str]:
        return frozenset(str(key.value) for key, _ in entries(child(self._file.root, section)))

    def _in(self, node: yaml.Node) -> Iterator[UnknownName]:
        name = node.tag.removeprefix("!")
        function = name if node.tag.startswith("!") and not node.tag.startswith("!!") else ""
        if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
            key, value = node.value[0]
            if key.value == "Ref" or str(key.value).startswith("Fn::"):
                yield from self._call(str(key.value).removeprefix("Fn::"), value)
        elif function:
            yield from self._call(function, node)
        if isinstance(node, yaml.MappingNode):
            for _, value in node.value:
                yield from self._in(value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                yield from self._in(value)

    def _call(self, function: str, node: yaml.Node) -> Iterator[UnknownName]:
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        if function == "Ref" and isinstance(node, yaml.ScalarNode):
            yield from self._reference(node, node.value)
        elif function == "GetAtt":
            name = items[0].value if items else str(node.value).partition(".")[0]
            yield from self._unknown(node, str(name), self._resources, "resource")
        elif function == "Condition" and isinstance(node, yaml.ScalarNode):
            yield from self._condition(node)
        elif function == "If" and items:
            yield from self._condition(items[0])
        elif function == "Sub":
            text = items[0] if items else node
            own = {str(key.value) for key, _ in entries(items[1] if len(items) > 1 else None)}
            for found in _IN_SUB.finditer(str(text.value)):
                name = found["name"].strip()
                if not found["literal"] and name not in own:
                    names = self._resources if "." in name else self._resources | self._parameters
                    yield from self._unknown(text, name.partition(".")[0], names, "parameter or resource")

    def _reference(self, node: yaml.Node, name: str) -> Iterator[UnknownName]:
        owner, _, made = name.partition(".")
        if made in _MADE_BY_SAM and owner in self._of_sam:
            return
        yield from self._unknown(node, name, self._resources | self._parameters, "parameter or resource")

    def _condition(self, node: yaml.Node) -> Iterator[UnknownName]:
        if isinstance(node, yaml.ScalarNode):
            yield from self._unknown(node, str(node.value), self._conditions, "condition")

    def _unknown(self, node: yaml.Node, name: str, known: Collection[str], kind: str) -> Iterator[UnknownName]:
        """Yield a finding for a name that is neither known nor made by AWS or SAM."""
        if name in known or name.startswith(("AWS::", *_IMPLICIT)):
            return
        if kind != "condition" and any(name.startswith(one) and name[len(one)].isupper() for one in self._of_sam):
            return  # a resource that SAM makes, such as HelloFunctionRole
        meant = did_you_mean(name, known)
        finding = self._file.at(
            "BR011",
            place_of(node),
            given=name,
            message=f"no {kind} has this name.",
            remedy=meant.strip() or f"Add it to the template, or correct the name of the {kind}.",
        )
        yield UnknownName(name, kind == "condition", finding)
