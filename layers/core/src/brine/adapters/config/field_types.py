"""The language of field types in types.toml: a small part of Python's annotations, read without running anything.

str  int  float  bool  bytes  None  any  date  datetime  time  timedelta  Decimal  UUID  ndarray
list[X]  set[X]  frozenset[X]  dict[K, V]  tuple[X, Y]  tuple[X, ...]  X | Y  and the names of declared types
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from typing import TYPE_CHECKING, Any, Union

from brine.domain.formats.opaque import OpaqueArray

if TYPE_CHECKING:
    from collections.abc import Collection

MODULE = "types_toml"
"""What the made classes call their module, which nothing imports."""
DEEPEST = 20

_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.-]*|\.\.\.|[\[\],|])")
_NAMED = re.compile("[A-Za-z_]")
_SIMPLE: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "bytes": bytes,
    "None": None,
    "any": Any,
    "date": dt.date,
    "datetime": dt.datetime,
    "time": dt.time,
    "timedelta": dt.timedelta,
    "Decimal": decimal.Decimal,
    "UUID": uuid.UUID,
    "ndarray": OpaqueArray,
}
_GENERIC: dict[str, Any] = {"list": list, "set": set, "frozenset": frozenset, "dict": dict, "tuple": tuple}


def annotation(text: str, names: Collection[str], uses: dict[str, str]) -> object:
    """What the text means as an annotation; the declared `names` that it mentions are noted in `uses`.

    A declared class may mention itself or a later one, so a name stands for it. Raises ValueError that says what is
    wrong, to follow the field's name.
    """
    parser = _Parser(text, names, uses)
    found = parser.union(0)
    if parser.next is not None:
        raise ValueError(f'has "{parser.next}" where its type should end')
    return found


class _Parser:
    """Reads one text from left to right."""

    def __init__(self, text: str, names: Collection[str], uses: dict[str, str]) -> None:
        self._names = names
        self._uses = uses
        self._tokens = _tokens(text)
        self.next: str | None = None
        self._advance()

    def union(self, depth: int) -> object:
        """X | Y"""
        found = [self._term(depth)]
        while self.next == "|":
            self._advance()
            found.append(self._term(depth))
        return found[0] if len(found) == 1 else Union[tuple(found)]  # noqa: UP007 - of a list, and names in it

    def _term(self, depth: int) -> object:
        name = self._advance()
        if depth > DEEPEST:
            raise ValueError(f"is nested deeper than {DEEPEST}")
        if name is None:
            raise ValueError("lacks a type")
        if name in _GENERIC:
            return self._generic(name, depth + 1)
        if name in self._names:  # before the simple ones: a declared "time" is meant
            return self._declared(name)
        if name in _SIMPLE:
            return _SIMPLE[name]
        if not _NAMED.match(name):
            raise ValueError(f'has "{name}" in the place of a type')
        raise ValueError(f'has the type "{name}", which is neither declared here nor one of {_known()}')

    def _generic(self, name: str, depth: int) -> object:
        if self.next != "[":
            return _GENERIC[name]
        self._advance()
        items: list[object] = [self.union(depth)]
        while self.next == ",":
            self._advance()
            if self.next == "..." and name == "tuple" and len(items) == 1:
                self._advance()
                items.append(...)
                break
            items.append(self.union(depth))
        if self._advance() != "]":
            raise ValueError('lacks a "]"')
        if name != "tuple" and len(items) != (2 if name == "dict" else 1):
            raise ValueError(f"has {len(items)} types in a {name}")
        return _GENERIC[name][tuple(items)]

    def _declared(self, name: str) -> str:
        for symbol, known in self._uses.items():
            if known == name:
                return symbol
        symbol = f"t{len(self._uses)}"
        self._uses[symbol] = name
        return symbol

    def _advance(self) -> str | None:
        """The next token, and on to the one after it."""
        found = self.next
        self.next = next(self._tokens, None)
        return found


def _tokens(text: str) -> Any:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"has {text[at:].strip()[0]!r}, which is part of no type")
        at = match.end()
        yield match[1]


def _known() -> str:
    return ", ".join((*_SIMPLE, *_GENERIC))
