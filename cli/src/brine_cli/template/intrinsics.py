"""Resolves the intrinsic functions, conditions and pseudo parameters of CloudFormation.

A reference is looked up in this order: pseudo parameters, parameters, resources. The caller passes the physical ids and
attributes of the resources that it has created. An unknown name raises an error with the logical id that uses it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine_cli.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.template.document import Node, Template

REGION = "us-east-1"
ACCOUNT = "123456789012"
STACK = "brine-dev"

_PSEUDO_PARAMETERS: dict[str, Node] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::NotificationARNs": [],
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/00000000-0000-0000-0000-000000000000",
    "AWS::StackName": STACK,
    "AWS::URLSuffix": "amazonaws.com",
}
_NO_VALUE = object()
_IN_SUB = re.compile(r"\$\{(?P<literal>!?)(?P<name>[^}]*)\}")


class Resolver:
    """Resolves the nodes of one template.

    overrides: values of parameters.
    attributes: values of Fn::GetAtt by (logical id, attribute), and of Ref by (logical id, "Ref"). A resource that is
    missing here resolves to its own logical id.
    """

    def __init__(
        self, template: Template, *, overrides: Mapping[str, str], attributes: Mapping[tuple[str, str], str]
    ) -> None:
        self._template = template
        self._overrides = overrides
        self._attributes = attributes
        self._functions: dict[str, Callable[[Node, str], Node]] = {
            "Ref": self._ref,
            "Condition": self._condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._if,
            "Fn::Equals": self._equals,
            "Fn::And": lambda node, where: all(self.resolve(part, where) for part in node),
            "Fn::Or": lambda node, where: any(self.resolve(part, where) for part in node),
            "Fn::Not": lambda node, where: not self.resolve(node[0], where),
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
        }

    def resource(self, logical_id: str) -> Node | None:
        """Return the resource with all nodes resolved, or None if its condition is false."""
        resource = self._template.resources[logical_id]
        if "Condition" in resource and not self._condition(resource["Condition"], logical_id):
            return None
        return self.resolve({key: value for key, value in resource.items() if key != "Condition"}, logical_id)

    def output(self, name: str) -> str | None:
        """Return the value of an output, or None if its condition is false."""
        output = self._template.outputs[name]
        if "Condition" in output and not self._condition(output["Condition"], name):
            return None
        return str(self.resolve(output["Value"], name))

    def resolve(self, node: Node, where: str) -> Node:
        """Return `node` without intrinsic functions. `where` is the logical id for error messages."""
        if isinstance(node, list):
            parts = (self.resolve(part, where) for part in node)
            return [part for part in parts if part is not _NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name,) = node
            if name in self._functions and not (name == "Condition" and isinstance(node[name], dict)):
                return self._call(name, node[name], where)
            if isinstance(name, str) and name.startswith("Fn::"):
                raise TemplateError(f"{where}: the local twin does not support {name}")
        entries = ((key, self.resolve(value, where)) for key, value in node.items())
        return {key: value for key, value in entries if value is not _NO_VALUE}

    def _call(self, name: str, argument: Node, where: str) -> Node:
        try:
            return self._functions[name](argument, where)
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            raise TemplateError(f"{where}: {name} cannot be used like this: {argument!r}") from error

    def _ref(self, name: Node, where: str) -> Node:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in _PSEUDO_PARAMETERS:
            return _PSEUDO_PARAMETERS[name]
        if name in self._template.parameters:
            return self._parameter(name)
        if name in self._template.resources:
            return self._attributes.get((name, "Ref"), name)
        raise TemplateError(f"{where}: !Ref {name}: no parameter or resource has this name")

    def _parameter(self, name: str) -> Node:
        declared = self._template.parameters[name] or {}
        value = self._overrides.get(name, declared.get("Default"))
        if value is None:
            raise TemplateError(f"{name}: the parameter has no default, and the local twin does not give it a value")
        if declared.get("Type") == "CommaDelimitedList":
            return [part.strip() for part in str(value).split(",")]
        return value

    def _get_att(self, argument: Node, where: str) -> Node:
        logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        if logical_id not in self._template.resources:
            raise TemplateError(f"{where}: !GetAtt {logical_id}.{attribute}: no resource has this name")
        return self._attributes.get((logical_id, attribute), f"{logical_id}.{attribute}")

    def _sub(self, argument: Node, where: str) -> str:
        text, values = (argument, {}) if isinstance(argument, str) else argument

        def replacement(found: re.Match[str]) -> str:
            name = found["name"]
            if found["literal"]:
                return f"${{{name}}}"
            if name in values:
                return str(self.resolve(values[name], where))
            return str(self._get_att(name, where) if "." in name else self._ref(name, where))

        return _IN_SUB.sub(replacement, text)

    def _join(self, argument: Node, where: str) -> str:
        separator, parts = argument
        return str(separator).join(str(part) for part in self.resolve(parts, where))

    def _if(self, argument: Node, where: str) -> Node:
        name, then, otherwise = argument
        return self.resolve(then if self._condition(name, where) else otherwise, where)

    def _equals(self, argument: Node, where: str) -> bool:
        left, right = self.resolve(argument, where)
        return str(left) == str(right)

    def _select(self, argument: Node, where: str) -> Node:
        index, parts = self.resolve(argument, where)
        return parts[int(index)]

    def _split(self, argument: Node, where: str) -> list[str]:
        separator, text = self.resolve(argument, where)
        return list(text.split(separator))

    def _find_in_map(self, argument: Node, where: str) -> Node:
        table, first, second = self.resolve(argument, where)
        try:
            return self._template.mappings[table][first][second]
        except KeyError as error:
            raise TemplateError(f"{where}: !FindInMap {table}.{first}.{second}: no such entry") from error

    def _condition(self, name: Node, where: str) -> bool:
        if name not in self._template.conditions:
            raise TemplateError(f"{where}: no condition has the name {name}")
        return bool(self.resolve(self._template.conditions[name], name))
