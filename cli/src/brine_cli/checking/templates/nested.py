"""Checks what a template gives to the templates that it nests, and what it takes from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine.adapters.config.spelling import did_you_mean
from brine_cli.template.document import properties_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.checking.finding import Finding
    from brine_cli.checking.templates.yaml_file import YamlFile, YamlPath
    from brine_cli.template.document import Node
    from brine_cli.template.stacks import StackTemplate

_OUTPUT_IN_SUB: Final = re.compile(r"\$\{(\w+\.Outputs\.\w+)\}")


def unknown_outputs(stack: StackTemplate, file: YamlFile) -> Iterator[Finding]:
    """Yield a finding for each reference to an output that a nested template does not have."""
    template = stack.template
    sections = {"Globals": template.globals, "Resources": template.resources, "Outputs": template.outputs}
    for section, node in sections.items():
        for path, attribute in _attributes(node, (section,)):
            name, _, output = attribute.partition(".Outputs.")
            inner = stack.nested.get(name)
            if output and inner is not None and output not in inner.template.outputs:
                known = sorted(inner.template.outputs)
                yield file.finding(
                    *("BR011", path),
                    given=attribute,
                    message=f"{name} has no output with this name.",
                    remedy=did_you_mean(output, known).strip() or f"Its outputs: {', '.join(known)}.",
                )


def _attributes(node: Node, path: YamlPath) -> Iterator[tuple[YamlPath, str]]:
    """Yield the attributes of resources that a part of a template takes, such as Brine.Outputs.TableName."""
    match node:
        case {"Fn::GetAtt": taken}:
            yield path, ".".join(map(str, taken)) if isinstance(taken, list) else str(taken)
        case {"Fn::Sub": text}:
            for found in _OUTPUT_IN_SUB.findall(str(text[0] if isinstance(text, list) else text)):
                yield path, found
        case dict():
            for key, value in node.items():
                yield from _attributes(value, (*path, key))
        case list():
            for index, value in enumerate(node):
                yield from _attributes(value, (*path, index))


def wrong_parameters(stack: StackTemplate, file: YamlFile) -> Iterator[Finding]:
    """Yield a finding for each parameter that a nested template does not have, or needs and does not get."""
    for name, inner in stack.nested.items():
        given = properties_of(stack.template.resources.get(name) or {}).get("Parameters") or {}
        if not isinstance(given, dict):
            continue
        known = inner.template.parameters
        path = ("Resources", name, "Properties", "Parameters")
        meant_names = set()
        for key in given:
            if key not in known:
                meant = did_you_mean(key, sorted(known))
                meant_names.add(meant.partition('"')[2].partition('"')[0])
                yield file.finding(
                    *("BR013", (*path, key)),
                    given=key,
                    message=f"{name} has no parameter with this name.",
                    remedy=meant.strip() or f"Its parameters: {', '.join(sorted(known))}.",
                    is_key=True,
                )
        for key, declared in known.items():
            has_default = isinstance(declared, dict) and "Default" in declared
            if not has_default and key not in given and key not in meant_names:
                yield file.finding(
                    *("BR013", path if given else path[:3]),
                    given=name,
                    message=f'the parameter "{key}" has no default, and gets no value.',
                    remedy=f"Write it below Parameters of {name}.",
                    is_key=True,
                )
