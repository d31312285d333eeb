"""Checks the parameters that a template gives to the templates that it nests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.config.spelling import did_you_mean
from brine_cli.template.document import properties_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.checking.finding import Finding
    from brine_cli.checking.templates.yaml_file import YamlFile
    from brine_cli.template.stacks import StackTemplate


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
