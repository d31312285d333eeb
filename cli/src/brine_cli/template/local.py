"""A built template for `sam local`, which does not resolve the outputs of nested stacks.

The layers of nested stacks become layers of the outer template too, and names of tables and buckets become text.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from brine_cli.errors import TemplateError
from brine_cli.template.document import properties_of, read_document
from brine_cli.template.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from brine_cli.template.document import Node
    from brine_cli.template.stacks import StackTemplate

_BUILT_BY = "SamResourceId"  # in the Metadata of each resource that `sam build` wrote


def local_template(stack: StackTemplate) -> Node:
    """Return a template in which `sam local` finds the layers and names that nested stacks output.

    stack: as `sam build` wrote it. Raises TemplateError if it did not.
    """
    path = stack.template.path
    if not any(_BUILT_BY in (resource.get("Metadata") or {}) for resource in stack.template.resources.values()):
        raise TemplateError(f"{path} is not a template that `sam build` wrote. Run `sam build`, and give its output.")
    outputs = {
        (name, f"Outputs.{key}"): value
        for name, nested in stack.nested.items()
        for key, value in _outputs(nested, path.parent)
    }
    layers = {output["Ref"]: layer for output, layer in outputs.values() if layer is not None}
    document = _replaced(read_document(path), {place: output for place, (output, _) in outputs.items()})
    return {**document, "Resources": {**layers, **document["Resources"]}}


def _outputs(stack: StackTemplate, folder: Path) -> Iterator[tuple[str, tuple[Node, Node | None]]]:
    """Yield each output that `sam local` can use, with its layer or None. `folder`: of the outermost template."""
    inner = {
        (name, f"Outputs.{key}"): one for name, nested in stack.nested.items() for key, one in _outputs(nested, folder)
    }
    for key, declared in stack.template.outputs.items():
        match declared.get("Value"):
            case {"Ref": str(name)} if name in stack.template.resources:
                resource = stack.template.resources[name]
                if resource["Type"] in LAYERS:
                    yield key, ({"Ref": name}, _layer(resource, stack.template.path.parent, folder))
                else:
                    yield key, (name, None)  # `sam local` resolves !Ref to the logical id
            case {"Fn::GetAtt": [str(name), str(attribute)]} if (name, attribute) in inner:
                yield key, inner[name, attribute]
            case _:
                pass


def _layer(resource: Node, place: Path, folder: Path) -> Node:
    properties = properties_of(resource)
    content = os.path.relpath(place / str(properties.get("ContentUri", "")), folder)
    runtimes = {name: properties[name] for name in ("CompatibleRuntimes",) if name in properties}
    return {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": content, **runtimes}}


def _replaced(node: Node, outputs: Mapping[tuple[str, str], Node]) -> Node:
    """Return `node` with the values of `outputs` in the place of references to them."""
    match node:
        case {"Fn::GetAtt": [str(name), str(attribute)]} if (name, attribute) in outputs:
            return outputs[name, attribute]
        case {"Fn::Sub": str(text)}:
            for (name, attribute), value in outputs.items():
                if isinstance(value, str):
                    text = text.replace(f"${{{name}.{attribute}}}", value)
            return {"Fn::Sub": text}
        case dict():
            return {key: _replaced(value, outputs) for key, value in node.items()}
        case list():
            return [_replaced(value, outputs) for value in node]
        case _:
            return node
