"""Reads paths to try from the code of a function, without running it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine_cli.template.application import Application
    from brine_cli.template.functions import Function

_ARGUMENT = re.compile(r"<[^>]*>")


def functions_that_clients_reach(application: Application) -> Iterator[Function]:
    """Yield the functions that a route of the API leads to. With `--origin`, these are the gateways alone."""
    reached = {route.function for route in application.routes}
    return (function for name, function in application.functions.items() if name in reached)


def requests_to_try(function: Function) -> Iterator[tuple[str, str]]:
    """Yield the header option of curl, or "", and the path of each `@app.get("/path")`, with 7 for its arguments.

    Code that is no text of Python, and paths that are computed, yield no request.
    """
    module = function.handler.rpartition(".")[0].replace(".", "/")
    try:
        tree = ast.parse((function.code / f"{module}.py").read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    texts = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(rule))], keywords=given):
                        if rule.startswith("/"):
                            yield _tenant(given, texts), _ARGUMENT.sub("7", rule)


def _tenant(settings: list[ast.keyword], texts: Mapping[str, str]) -> str:
    """Return the option with a tenant's header, for a route that takes the tenant from one. `texts`: by name."""
    for setting in settings:
        match setting:
            case ast.keyword(arg="tenant", value=ast.Constant(value=str(source))):
                pass
            case ast.keyword(arg="tenant", value=ast.Name(id=name)):
                source = texts.get(name, "")
            case _:
                continue
        if source.startswith("header:"):
            return f"-H '{source.removeprefix('header:')}: acme' "
    return ""
