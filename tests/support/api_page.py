"""The tables of docs/api.md, from the public names and their docstrings.

uv run python -m tests.support.api_page
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

PACKAGES = ("brine", "brine.testing", "brine_codec", "brine_client")


def row_of(package: str, name: str) -> tuple[str, str, str]:
    """Return the row of a name: the name, the first paragraph of its docstring, and its public members."""
    value = getattr(import_module(package), name)
    return f"`{name}`", paragraph_of(value), ", ".join(f"`{member}`" for member in members_of(value)) or "-"


def paragraph_of(value: object) -> str:
    """Return the first paragraph of a docstring. Raises LookupError if it has none of its own."""
    text = inspect.cleandoc(value.__doc__ or "").partition("\n\n")[0]
    if not text or text.startswith(f"{getattr(value, '__name__', '')}("):  # the one that dataclass makes
        raise LookupError(f"{value!r} has no docstring")
    return " ".join(text.split()).replace("|", "\\|")


def members_of(value: Any) -> list[str]:
    """Return the public fields, methods and properties of a class, in the order of the code; none of an error."""
    if not inspect.isclass(value) or issubclass(value, Exception):
        return []
    callables = [
        name
        for name, member in vars(value).items()
        if inspect.isfunction(member) or isinstance(member, property | classmethod | staticmethod)
    ]
    return [name for name in dict.fromkeys((*inspect.get_annotations(value), *callables)) if not name.startswith("_")]


def table_of(package: str) -> list[tuple[str, str, str]]:
    """Return the rows of a package, in alphabetical order."""
    return [row_of(package, name) for name in sorted(import_module(package).__all__, key=str.lower)]


def tables() -> str:
    """Return all tables as Markdown."""
    lines = []
    for package in PACKAGES:
        rows = "\n".join(f"| {' | '.join(row)} |" for row in table_of(package))
        lines.append(f"## {package}\n| Name | Meaning | Members |\n|---|---|---|\n{rows}\n")
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables())
