"""The layers of a template as references see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.template.intrinsics import ACCOUNT, REGION

if TYPE_CHECKING:
    from brine_cli.template.document import Template

LAYERS = frozenset({"AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"})


def layer_arn(logical_id: str) -> str:
    """Return the value of `!Ref` of a layer."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{logical_id}:1"


def layer_attributes(template: Template) -> dict[tuple[str, str], str]:
    """Return the attributes of the template's layers for a Resolver."""
    return {
        (name, "Ref"): layer_arn(name) for name, resource in template.resources.items() if resource["Type"] in LAYERS
    }
