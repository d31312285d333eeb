"""The values of a template's parameters for a check: given ones, those of samconfig.toml, and examples."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import TYPE_CHECKING, Any, Final

from brine_cli.template.document import properties_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from brine_cli.template.document import Node
    from brine_cli.template.stacks import StackTemplate

_IN_SUB: Final = re.compile(r"\$\{(\w+)\.([\w.]+)\}")


def parameter_values(stack: StackTemplate, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values of parameters that are known without a deployment."""
    of_file = {key: value for key, value in _of_samconfig(stack.template.path).items() if key in stack.parameters}
    examples = {name: f"https://{name.lower().replace('.', '-')}.test" for name in stack.origin_parameters}
    return {**examples, **of_file, **given}


def example_attributes(stack: StackTemplate) -> dict[tuple[str, str], str]:
    """Return values for the attributes of resources that look like those of AWS: URLs, and names of buckets."""
    found: dict[tuple[str, str], str] = {}
    for template in (*stack.all, *(one for beside in stack.beside for one in beside.all)):
        for name, resource in template.resources.items():
            if resource["Type"] == "AWS::S3::Bucket" and "BucketName" not in properties_of(resource):
                found[name, "Ref"] = name.lower()
            elif resource["Type"] == "AWS::SQS::Queue":
                found[name, "Ref"] = f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"
        for name, attribute in _attributes_in([template.globals, template.resources, template.outputs]):
            host = f"{name}.{attribute}.test".lower()
            if attribute.lower().endswith(("endpoint", "url")):
                found[name, attribute] = f"https://{host}"
            elif attribute.lower().endswith(("dnsname", "domainname")):
                found[name, attribute] = host
    return {key: value for key, value in found.items() if not key[1].startswith("Outputs.")}


def _attributes_in(node: Node) -> Iterator[tuple[str, str]]:
    match node:
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            yield name, attribute
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            yield from _IN_SUB.findall(text)
        case dict():
            for value in node.values():
                yield from _attributes_in(value)
        case list():
            for value in node:
                yield from _attributes_in(value)


def _of_samconfig(template: Path) -> dict[str, str]:
    """Return the parameters that `sam deploy` gives to the template, by the table `default` of samconfig.toml."""
    try:
        document: Any = tomllib.loads((template.parent / "samconfig.toml").read_text(encoding="utf-8"))
        given = document["default"]["deploy"]["parameters"]["parameter_overrides"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    items = given if isinstance(given, list) else shlex.split(str(given))
    return {name: value.strip('"') for name, equals, value in (str(item).partition("=") for item in items) if equals}
