"""Finds the lines and columns of keys and values in a TOML file.

tomllib reads the values, but has no positions. So tree-sitter parses the same text, and only gives the positions.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from brine_cli.checking.finding import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

type Path = tuple[str | int, ...]
"""Keys and indexes from the top of the file, such as ("route", 0, "query", "sort")."""

_KEYS: Final = {"bare_key", "quoted_key", "dotted_key"}


@dataclass(frozen=True, slots=True)
class TomlPlace:
    """Where a key is, and where its value is. A table of a header has the header as both."""

    key: Place
    value: Place


class TomlPlaces:
    """The places in a TOML text by path."""

    def __init__(self, text: str) -> None:
        self._lines = text.encode().split(b"\n")
        self._places: dict[Path, TomlPlace] = {}
        self._lengths: dict[Path, int] = {}  # of the arrays of tables
        root = _parser().parse(text.encode()).root_node
        for node in root.children:
            if node.type == "pair":
                self._add_pair(node, ())
            elif node.type in {"table", "table_array_element"}:
                self._add_table(node)

    def find(self, path: Path, *, is_key: bool) -> Place | None:
        """Return the place of a key or of its value. If the file does not have it, return that of the table."""
        for end in range(len(path), 0, -1):
            found = self._places.get(path[:end])
            if found is not None:
                return found.key if is_key or end < len(path) else found.value
        return None

    def below(self, path: Path) -> Iterator[tuple[Path, TomlPlace]]:
        """Yield the places of a table and of all that it has."""
        for own, place in self._places.items():
            if own[: len(path)] == path:
                yield own, place

    def all(self) -> Iterator[tuple[Path, TomlPlace]]:
        """Yield all places."""
        yield from self._places.items()

    def _add_table(self, node: Node) -> None:
        header = next((child for child in node.children if child.type in _KEYS), None)
        if header is None:
            return
        keys = tuple(_names(header))
        path: Path = ()
        for key in keys[:-1]:
            path = self._last((*path, key))
        path = (*path, keys[-1])
        if node.type == "table_array_element":
            length = self._lengths.get(path, 0)
            self._lengths[path] = length + 1
            self._places.setdefault(path, TomlPlace(self._place(header), self._place(header)))
            path = (*path, length)
        place = self._place(header)
        self._places[path] = TomlPlace(place, place)
        for child in node.children:
            if child.type == "pair":
                self._add_pair(child, path)

    def _last(self, path: Path) -> Path:
        """Return the path of the last table, if there is an array of tables at the path."""
        length = self._lengths.get(path)
        return path if length is None else (*path, length - 1)

    def _add_pair(self, node: Node, path: Path) -> None:
        key = next((child for child in node.children if child.type in _KEYS), None)
        if key is None:
            return
        value = next((child for child in reversed(node.named_children) if child.type not in {"comment", *_KEYS}), key)
        names = tuple(_names(key))
        for count in range(1, len(names)):
            self._places.setdefault((*path, *names[:count]), TomlPlace(self._place(key), self._place(key)))
        self._add_value((*path, *names), key, value)

    def _add_value(self, path: Path, key: Node, value: Node) -> None:
        self._places[path] = TomlPlace(self._place(key), self._place(value))
        if value.type == "inline_table":
            for child in value.children:
                if child.type == "pair":
                    self._add_pair(child, path)
        elif value.type == "array":
            items = (child for child in value.named_children if child.type != "comment")
            for index, child in enumerate(items):
                self._add_value((*path, index), child, child)

    def _place(self, node: Node) -> Place:
        """Return the place of a node, or of its first line. The columns of tree-sitter count bytes."""
        (row, start), (end_row, end) = node.start_point, node.end_point
        line = self._lines[row]
        end = end if end_row == row else len(line.rstrip())
        return Place(row + 1, len(line[:start].decode()) + 1, len(line[:end].decode()) + 1)


def _names(key: Node) -> Iterator[str]:
    """Yield the names of a key, which may have several with dots between them."""
    if key.type == "dotted_key":
        for child in key.children:
            if child.type in _KEYS:
                yield from _names(child)
        return
    text = (key.text or b"").decode()
    yield text if key.type == "bare_key" else next(iter(tomllib.loads(f"{text} = 0")))


@cache
def _parser() -> Parser:
    import tree_sitter_toml  # noqa: PLC0415 - only for a file that is not empty
    from tree_sitter import Language, Parser  # noqa: PLC0415 - as above

    return Parser(Language(tree_sitter_toml.language()))
