"""The layers of a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine_cli.errors import NotEmulated
from brine_cli.template.document import properties_of
from brine_cli.template.intrinsics import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.template.document import Template
    from brine_cli.template.intrinsics import Resolver

LAYERS: Final = {"AWS::Serverless::LayerVersion": "ContentUri", "AWS::Lambda::LayerVersion": "Content"}
"""The property with the folder of a layer, by the type of the layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer. `sam build` puts a built layer into /opt/python. The files of other layers are in /opt unchanged."""

    logical_id: str
    content: Path
    is_built: bool


def layer_arn(logical_id: str) -> str:
    """Return the value of `!Ref` of a layer."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{logical_id}:1"


def layer_attributes(template: Template) -> dict[tuple[str, str], str]:
    """Return the attributes of the template's layers for a Resolver."""
    return {
        (name, "Ref"): layer_arn(name) for name, resource in template.resources.items() if resource["Type"] in LAYERS
    }


def read_layers(template: Template, resolver: Resolver) -> Iterator[tuple[str, Layer]]:
    """Yield the layers of a template that are folders of this machine, each with its ARN. Raises TemplateError."""
    for name, declared in template.resources.items():
        location = LAYERS.get(declared["Type"])
        resource = None if location is None else resolver.resource(name, {location})
        if location is None or resource is None:
            continue
        try:
            content = template.folder(f"{name}: {location}", properties_of(resource).get(location))
        except NotEmulated:
            continue  # for the functions that use it, it is a layer that is not in the template
        is_built = "BuildMethod" in (resource.get("Metadata") or {})
        yield layer_arn(name), Layer(logical_id=name, content=content, is_built=is_built)
