"""Reads template.yaml: YAML with the short forms of CloudFormation, converted to the long forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.documents.yaml_limits import check_limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# A parsed template is like JSON. The code that uses a part of it checks its shape.
type Node = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template with its intrinsic functions in the long form ({"Ref": ...}, {"Fn::Sub": ...})."""

    path: Path
    parameters: Mapping[str, Node]
    mappings: Mapping[str, Node]
    conditions: Mapping[str, Node]
    globals: Mapping[str, Node]
    resources: Mapping[str, Node]
    outputs: Mapping[str, Node]

    def folder(self, where: str, location: Node) -> Path:
        """Return the folder at `location`, the value of the property `where`, relative to this template.

        Raises NotEmulated if the content is not in a folder of this machine, and TemplateError if there is no folder.
        """
        if not isinstance(location, str) or "://" in location:
            raise NotEmulated(f"{where} is not a folder of this machine: {location}")
        folder = (self.path.parent / location).resolve()
        if folder.is_file():
            raise NotEmulated(f"{where} {location} is a file. The local twin uses folders only")
        if not folder.is_dir():
            raise TemplateError(f"{where} {location} is not a folder")
        return folder


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml is five times as fast
    """YAML without dates: `Version: 2012-10-17` is text in CloudFormation."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (yaml reads it from the class)
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _short_form(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> Node:
    value: Node
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    if name in {"Ref", "Condition"}:
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_form)


def properties_of(node: Node) -> Node:
    """Return the properties of a resource or an event, or an empty dictionary without any."""
    return node.get("Properties") or {}


def read_document(path: Path) -> Node:
    """Return the content of the template at `path`, with intrinsic functions in the long form. Raises TemplateError."""
    try:
        text = path.read_text(encoding="utf-8")
        check_limits(text, _Loader)
        content = _Loader(text).get_single_data()
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not isinstance(content.get("Resources"), dict):
        raise TemplateError(f"{path} has no Resources")
    for logical_id, resource in content["Resources"].items():
        if _is_function(logical_id):
            continue
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise TemplateError(f"{logical_id} has no Type")
    return content


def _is_function(key: object) -> bool:
    """Return whether a key of a section is a function that makes several entries: Fn::ForEach or Fn::Transform."""
    return isinstance(key, str) and key.startswith("Fn::")


def read_template(path: Path) -> Template:
    """Return the template at `path`. Raises TemplateError if it cannot be read or is not a template.

    A function that makes several resources is one resource here, with its own name as the type, such as Fn::ForEach.
    """
    content = read_document(path)
    sections = {
        name: {key: value for key, value in (content.get(name.title()) or {}).items() if not _is_function(key)}
        for name in ("parameters", "mappings", "conditions", "globals", "resources", "outputs")
    }
    functions = {key: {"Type": "::".join(key.split("::")[:2])} for key in content["Resources"] if _is_function(key)}
    sections["resources"] |= functions
    return Template(path=path.resolve(), **sections)
