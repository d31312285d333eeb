"""Renames the resources of a template if another template has the same logical ids.

CloudFormation keeps the logical ids of stacks apart. The twin serves all stacks together, so it needs different ones.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.template.document import Node, Template

_IN_SUB = re.compile(r"\$\{([^}!.]+)(\.[^}]*)?\}")


def with_renamed_resources(template: Template, names: Mapping[str, str]) -> Template:
    """Return the template with other logical ids, and with all references to them. `names`: the new ids by the old."""
    if not names:
        return template
    resources = {names.get(name, name): _renamed(one, names) for name, one in template.resources.items()}
    return replace(
        template,
        resources=resources,
        globals=_renamed(template.globals, names),
        outputs=_renamed(template.outputs, names),
    )


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    match node:
        case {"Ref": str(name)} if len(node) == 1:
            return {"Ref": names.get(name, name)}
        case {"Fn::GetAtt": [str(name), *rest]} if len(node) == 1:
            return {"Fn::GetAtt": [names.get(name, name), *rest]}
        case {"Fn::Sub": str(text)} if len(node) == 1:
            return {"Fn::Sub": _in_text(text, names)}
        case {"Fn::Sub": [str(text), dict(values)]} if len(node) == 1:
            shadowed = {name: new for name, new in names.items() if name not in values}
            return {"Fn::Sub": [_in_text(text, shadowed), _renamed(values, names)]}
        case dict():
            return {
                key: _depends(value, names) if key == "DependsOn" else _renamed(value, names)
                for key, value in node.items()
            }
        case list():
            return [_renamed(value, names) for value in node]
        case _:
            return node


def _in_text(text: str, names: Mapping[str, str]) -> str:
    return _IN_SUB.sub(lambda found: f"${{{names.get(found[1], found[1])}{found[2] or ''}}}", text)


def _depends(value: Node, names: Mapping[str, str]) -> Node:
    if isinstance(value, list):
        return [names.get(name, name) for name in value]
    return names.get(value, value)
