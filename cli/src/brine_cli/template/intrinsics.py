"""Resolves the intrinsic functions, conditions and pseudo parameters of CloudFormation.

A reference is looked up in this order: pseudo parameters, parameters, resources. The caller passes the physical ids and
attributes of the resources that it has created. An unknown name raises an error with the logical id that uses it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.document import properties_of
from brine_cli.template.parameters import ParameterValues
from brine_cli.template.plain_functions import PLAIN_FUNCTIONS
from brine_cli.template.published import Published

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from brine_cli.template.document import Node, Template

    type Note = Callable[[str], object]

REGION = "us-east-1"
ACCOUNT = "123456789012"
STACK = "brine-dev"

_PSEUDO_PARAMETERS: dict[str, Node] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::NotificationARNs": [],
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
_NO_VALUE = object()
_IN_SUB = re.compile(r"\$\{(?P<literal>!?)(?P<name>[^}]*)\}")
_IMPLICIT_APIS = ("ServerlessHttpApi", "ServerlessRestApi")


def ignore(_: str) -> None:
    """Take no note."""


class Resolver:
    """Resolves the nodes of one template.

    overrides: values of parameters.
    attributes: values of Fn::GetAtt by (logical id, attribute), and of Ref by (logical id, "Ref"). The Ref of a
    resource that is missing here is its own logical id.
    stack_name: the value of AWS::StackName.
    published: the exports and SSM parameters of the stacks beside this one.
    """

    def __init__(
        self,
        template: Template,
        *,
        overrides: Mapping[str, str],
        attributes: Mapping[tuple[str, str], str],
        stack_name: str = STACK,
        published: Published | None = None,
    ) -> None:
        self._template = template
        self._attributes = attributes
        self._published = published or Published()
        self._parameters = ParameterValues(declared=template.parameters, given=overrides, published=self._published)
        self._pseudo_parameters = _PSEUDO_PARAMETERS | {
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack_name}/"
            "00000000-0000-0000-0000-000000000000",
            "AWS::StackName": stack_name,
        }
        self._functions: dict[str, Callable[[Node, str], Node]] = {
            "Ref": self._ref,
            "Condition": self._condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAZs": self._zones,
            "Fn::ImportValue": lambda name, where: self._published.export(str(self.resolve(name, where)), where),
        }

    def resource(self, logical_id: str, properties: Container[str] | None = None, note: Note = ignore) -> Node | None:
        """Return the resource with all nodes resolved, or None if its condition is false.

        properties: resolve these only. A value that the local twin cannot know is left out, and `note` gets the reason.
        Raises TemplateError if AWS could not know it either.
        """
        resource = self._template.resources[logical_id]
        try:
            if "Condition" in resource and not self._condition(resource["Condition"], logical_id):
                return None
        except NotEmulated as reason:
            note(f"{logical_id} is left out, as its condition is not known: {reason}")
            return None
        parts = {key: value for key, value in resource.items() if key not in {"Condition", "Properties"}}
        own = properties_of(resource)
        if properties is not None:
            own = {key: value for key, value in own.items() if key in properties}
        known = self.known(own, logical_id, note) if own else {}
        return self.known(parts, logical_id, note) | ({"Properties": known} if own else {})

    def output(self, name: str) -> str | None:
        """Return the value of an output, or None if its condition is false."""
        output = self._template.outputs[name]
        if "Condition" in output and not self._condition(output["Condition"], name):
            return None
        return str(self.resolve(output["Value"], name))

    def known(self, node: Node, where: str, note: Note = ignore) -> Node:
        """Return `node` without intrinsic functions, and without the values that the local twin cannot know.

        where: the logical id for messages, followed by the path to the node. note: gets a line for each such value.
        """
        known = self._known(node, where, note)
        return {} if known is _NO_VALUE else known

    def _known(self, node: Node, where: str, note: Note) -> Node:
        try:
            match node:
                case list():
                    parts = (self._known(part, where, note) for part in node)
                    return [part for part in parts if part is not _NO_VALUE]
                case {"Fn::If": [name, then, otherwise]} if len(node) == 1:
                    return self._known(then if self._condition(name, where) else otherwise, where, note)
                case dict() if not self._is_function(node):
                    entries = ((key, self._known(value, f"{where}.{key}", note)) for key, value in node.items())
                    return {key: value for key, value in entries if value is not _NO_VALUE}
                case _:
                    return self.resolve(node, where)
        except NotEmulated as reason:
            note(str(reason) if str(reason).startswith(where) else f"{where}: {reason}")
            return _NO_VALUE

    def resolve(self, node: Node, where: str) -> Node:
        """Return `node` without intrinsic functions. `where` is the logical id for error messages.

        Raises NotEmulated for a value that the local twin cannot know, and TemplateError.
        """
        if isinstance(node, list):
            parts = (self.resolve(part, where) for part in node)
            return [part for part in parts if part is not _NO_VALUE]
        if isinstance(node, str):
            return self._published.without_dynamic_references(node, where)
        if not isinstance(node, dict):
            return node
        if self._is_function(node):
            ((name, argument),) = node.items()
            return self._call(name, argument, where)
        entries = ((key, self.resolve(value, where)) for key, value in node.items())
        return {key: value for key, value in entries if value is not _NO_VALUE}

    def _is_function(self, node: Node) -> bool:
        """Return whether `node` calls an intrinsic function. A policy may have a `Condition` that is none."""
        if len(node) != 1:
            return False
        ((name, argument),) = node.items()
        if name == "Condition":
            return not isinstance(argument, dict)
        return name == "Ref" or (isinstance(name, str) and name.startswith("Fn::"))

    def _call(self, name: str, argument: Node, where: str) -> Node:
        try:
            if name in PLAIN_FUNCTIONS:
                return PLAIN_FUNCTIONS[name](self.resolve(argument, where))
            if name not in self._functions:
                raise NotEmulated(f"{where}: the local twin does not support {name}")
            return self._functions[name](argument, where)
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            # The argument may be the attribute of a resource that the local twin does not make.
            raise NotEmulated(f"{where}: {name} cannot be used like this: {argument!r}") from error

    def _ref(self, name: Node, where: str) -> Node:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._pseudo_parameters:
            return self._pseudo_parameters[name]
        if name in self._template.parameters:
            return self._parameters.value(name)
        if name in self._template.resources or self._is_generated(name):
            return self._attributes.get((name, "Ref"), name)
        raise TemplateError(f"{where}: !Ref {name}: no parameter or resource has this name")

    def _is_generated(self, name: str) -> bool:
        """Return whether SAM may generate a resource with this logical id, such as FunctionRole for Function.

        (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html)
        """
        of_sam = (key for key, one in self._template.resources.items() if one["Type"].startswith("AWS::Serverless::"))
        return name.startswith((*_IMPLICIT_APIS, *of_sam))

    def _get_att(self, argument: Node, where: str) -> Node:
        logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        if logical_id not in self._template.resources and not self._is_generated(logical_id):
            raise TemplateError(f"{where}: !GetAtt {logical_id}.{attribute}: no resource has this name")
        if attribute.startswith("Outputs.") and (logical_id, attribute) not in self._attributes:
            raise NotEmulated(f"{where}: !GetAtt {logical_id}.{attribute}: the local twin does not know this output")
        return self._attributes.get((logical_id, attribute), f"{logical_id}.{attribute}")

    def _sub(self, argument: Node, where: str) -> str:
        text, values = (argument, {}) if isinstance(argument, str) else argument

        def replacement(found: re.Match[str]) -> str:
            name = found["name"].strip()
            if found["literal"]:
                return f"${{{name}}}"
            if name in values:
                return str(self.resolve(values[name], where))
            return str(self._get_att(name, where) if "." in name else self._ref(name, where))

        return self._published.without_dynamic_references(_IN_SUB.sub(replacement, text), where)

    def _if(self, argument: Node, where: str) -> Node:
        name, then, otherwise = argument
        return self.resolve(then if self._condition(name, where) else otherwise, where)

    def _zones(self, argument: Node, where: str) -> list[str]:
        region = self.resolve(argument, where) or REGION
        return [f"{region}{zone}" for zone in "abc"]

    def _find_in_map(self, argument: Node, where: str) -> Node:
        table, first, second, *rest = self.resolve(argument, where)
        try:
            return self._template.mappings[table][first][second]
        except KeyError as error:
            if rest:
                return rest[0]["DefaultValue"]
            # The first key may be the region. The template then has no entry for the region of the local twin.
            raise NotEmulated(f"{where}: !FindInMap {table}.{first}.{second}: no such entry") from error

    def _condition(self, name: Node, where: str) -> bool:
        if name not in self._template.conditions:
            raise TemplateError(f"{where}: no condition has the name {name}")
        return bool(self.resolve(self._template.conditions[name], name))
