"""The differences from AWS that a user must know of before a template runs, each in one line."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from brine_cli.errors import TemplateError
from brine_cli.template.namespaces import namespace_warnings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine_cli.template.functions import Function
    from brine_cli.template.stacks import Stack

_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def differences(stacks: tuple[Stack, ...], functions: Mapping[str, Function]) -> Iterator[str]:
    """Yield a line for each difference between these functions and those on AWS, and for each mistake in `stacks`."""
    yield from _mistakes(stacks)
    by_layer, by_runtime = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for name, function in functions.items():
        for arn in function.foreign_layers:
            by_layer[arn].append(name)
        if function.runtime not in {"", _PYTHON}:
            by_runtime[function.runtime].append(name)
    for arn, names in by_layer.items():
        layer = arn.partition(":layer:")[2] or arn
        yield f"the layer {layer} is not in a template here: {', '.join(names)} can use the installed packages instead"
    for runtime, names in by_runtime.items():
        yield f"{', '.join(names)} run with {_PYTHON} here, and with {runtime} on AWS"
    yield from namespace_warnings(stacks, functions)


def _mistakes(stacks: tuple[Stack, ...]) -> Iterator[str]:
    """Yield the unknown names in the parts of the templates that the twin does not use."""
    for stack in stacks:
        for name in stack.template.resources:
            try:
                stack.resolver.resource(name)
            except TemplateError as mistake:
                yield f"{mistake}. AWS would refuse the template"
