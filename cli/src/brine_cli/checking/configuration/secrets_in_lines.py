"""Finds possible secrets in a line of a file, before the line is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine_cli.checking.finding import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.checking.toml.places import Path, TomlPlace

_TABLES: Final = {"origin_headers", "origin_auth"}
_PUBLIC: Final = {"type", "service", "region", "client_auth", "scope", "token_url"}
_SECRET_WORD: Final = re.compile(
    r"origin_headers|origin_auth|password|secret|token|authorization|api[-_]?key|credential|\bkeys\b|_keys\b",
    re.IGNORECASE,
)
_USER: Final = re.compile(r"(?<=//)[^/@\"']*(?=@)")
_KEYRING: Final = re.compile(r"(?<=[\"'])\{.*")
_HIDDEN: Final = '"..."'
_HEADER: Final = re.compile(r"\s*\[")


def hidden_in(line: str, place: Place, places: Iterable[tuple[Path, TomlPlace]]) -> tuple[str, Place]:
    """Return a line without possible secrets, and `place` in this line. places: those of the file."""
    start, end = place.column, place.end_column
    parts = [
        one.value
        for path, one in places
        if one.value.line == place.line and one.key != one.value and _may_be_secret(path)
    ]
    hidden = [part for part in parts if line[part.column - 1] != "{"]  # of a table, only the values are hidden
    spans = [(part.column - 1, part.end_column - 1, _HIDDEN) for part in hidden]
    for pattern in (_USER, _KEYRING):
        spans += [
            (found.start(), found.end(), "...")
            for found in pattern.finditer(line)
            if not any(first <= found.start() < last for first, last, _ in spans)
        ]
    for first, last, text in sorted(spans, reverse=True):
        line = line[:first] + text + line[last:]
        shift = len(text) - (last - first)
        start += shift if start - 1 >= last else 0
        end += shift if end - 1 >= last else 0
    return line, Place(place.line, start, max(end, start + 1))


def is_secret_line(lines: list[str], index: int) -> bool:
    """Return whether a line with a mistake of syntax may have a secret.

    Its words tell it, those of the header above it, or those of the statement that it is inside of.
    """
    above = next((line for line in reversed(lines[:index]) if _HEADER.match(line)), "")
    words = f"{lines[index]} {_statement_around(lines, index)}"
    return bool(_SECRET_WORD.search(words) or any(table in above for table in _TABLES))


def is_secret_yaml(line: str) -> bool:
    """Return whether a line of YAML may have a secret: by its words if it has a value of its own, or by a user."""
    has_value = re.search(r":\s+[^!\s#]", line) is not None
    return has_value and bool(_SECRET_WORD.search(line) or _KEYRING.search(line) or _USER.search(line))


def _statement_around(lines: list[str], index: int) -> str:
    """Return the line whose bracket is still open at a line; "" without one. TOML 1.0 closes a { in its own line."""
    depth = 0
    for line in reversed(lines[:index]):
        if _HEADER.match(line):
            break
        depth += line.count("}") + line.count("]") - line.count("{") - line.count("[")
        if depth < 0:
            return line
    return ""


def _may_be_secret(path: Path) -> bool:
    table = next((index for index, key in enumerate(path) if key in _TABLES), None)
    return table is not None and path[-1] not in _PUBLIC
