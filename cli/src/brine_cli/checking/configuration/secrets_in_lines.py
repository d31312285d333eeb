"""Replaces what may be a secret in a line of a TOML file, before the line is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.checking.toml.places import Path, TomlPlace

_TABLES: Final = {"origin_headers", "origin_auth"}
_PUBLIC: Final = {"type", "service", "region", "client_auth", "scope", "token_url"}
_SECRET_WORD: Final = re.compile(
    r"origin_headers|origin_auth|password|secret|token|authorization|api[-_]?key|credential|\bkeys\b|_keys\b",
    re.IGNORECASE,
)
_USER: Final = re.compile(r"(?<=//)[^/@\"']*@")
_KEYRING: Final = re.compile(r"(?<=[\"'])\{.*")
_HEADER: Final = re.compile(r"\s*\[")


def hidden_in(line: str, number: int, places: Iterable[tuple[Path, TomlPlace]]) -> str:
    """Return a line without what may be a secret. number: of the line. places: those of the file."""
    parts = [
        place.value
        for path, place in places
        if place.value.line == number and place.key != place.value and _may_be_secret(path)
    ]
    for part in sorted(parts, key=lambda one: one.column, reverse=True):
        if line[part.column - 1 : part.column] != "{":  # of a table, only the values are hidden
            line = f'{line[: part.column - 1]}"..."{line[part.end_column - 1 :]}'
    return _KEYRING.sub("...", _USER.sub("...@", line))


def is_secret_line(lines: list[str], index: int) -> bool:
    """Return whether a line with a mistake of syntax may have a secret, by its words and the header above it."""
    above = next((line for line in reversed(lines[:index]) if _HEADER.match(line)), "")
    return bool(_SECRET_WORD.search(lines[index]) or any(table in above for table in _TABLES))


def _may_be_secret(path: Path) -> bool:
    table = next((index for index, key in enumerate(path) if key in _TABLES), None)
    return table is not None and path[-1] not in _PUBLIC
