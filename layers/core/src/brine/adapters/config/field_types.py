"""Reads field types in types.toml. They are a small part of Python's annotations, and no code runs to read them.

str  int  float  bool  bytes  None  any  date  datetime  time  timedelta  Decimal  UUID  ndarray
list[X]  set[X]  frozenset[X]  dict[K, V]  tuple[X, Y]  tuple[X, ...]  X | Y  and the names of declared types
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from typing import TYPE_CHECKING, Any, ForwardRef, Union

from brine.domain.formats.opaque import OpaqueArray

if TYPE_CHECKING:
    from collections.abc import Collection

MODULE = "types_toml"
"""The `__module__` of the classes made from types.toml. No such module exists."""
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
TYPE_NAMES = frozenset((*_SIMPLE, *_GENERIC))
"""The names of field types. A declared class with one of these names hides the field type, or is hidden by it."""


def annotation(text: str, names: Collection[str], uses: dict[str, str]) -> object:
    """Return the annotation that `text` means. The declared `names` in it are added to `uses`, by their symbols.

    In the annotation a symbol stands for a declared class, because a class may mention itself or a later one. Raises
    ValueError.
    """
    parser = _Parser(text, names, uses)
    found = parser.union(0)
    if parser.next is not None:
        raise ValueError(f'"{parser.next}" follows the end of the type. Join types with "|".')
    return ForwardRef(found) if isinstance(found, str) else found  # dataclasses look for the module of a bare text


class _Parser:
    """Parses one text from left to right."""

    def __init__(self, text: str, names: Collection[str], uses: dict[str, str]) -> None:
        self._names = names
        self._uses = uses
        self._tokens = _tokens(text)
        self.next: str | None = None
        self._advance()

    def union(self, depth: int) -> object:
        """Parse `X | Y`, or one type."""
        found = [self._term(depth)]
        while self.next == "|":
            self._advance()
            found.append(self._term(depth))
        return found[0] if len(found) == 1 else Union[tuple(found)]  # noqa: UP007 - made of a list, with names in it

    def _term(self, depth: int) -> object:
        name = self._advance()
        if depth > DEEPEST:
            raise ValueError(f"nested too deeply. Write at most {DEEPEST} levels.")
        if name is None:
            raise ValueError("a type is missing. Write one, such as str.")
        if name in _GENERIC:
            return self._generic(name, depth + 1)
        if name in self._names:  # first, so that a declared "time" wins over Python's
            return self._declared(name)
        if name in _SIMPLE:
            return _SIMPLE[name]
        if not _NAMED.match(name):
            raise ValueError(f'"{name}" stands in the place of a type.')
        raise ValueError(f'"{name}" is not a type.{self._meant(name)}')

    def _meant(self, name: str) -> str:
        from brine.adapters.config.spelling import did_you_mean  # noqa: PLC0415 - only for a mistake

        known = f" Write the name of a declared type, or one of {_known()}."
        return did_you_mean(name, (*self._names, *_SIMPLE, *_GENERIC)) or known

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
            raise ValueError('a "]" is missing.')
        if name != "tuple" and len(items) != (2 if name == "dict" else 1):
            raise ValueError(f"{len(items)} types in a {name}. Write {2 if name == 'dict' else 1}.")
        return _GENERIC[name][tuple(items)]

    def _declared(self, name: str) -> str:
        for symbol, known in self._uses.items():
            if known == name:
                return symbol
        symbol = f"t{len(self._uses)}"
        self._uses[symbol] = name
        return symbol

    def _advance(self) -> str | None:
        """Return the next token, and move on to the one after it."""
        found = self.next
        self.next = next(self._tokens, None)
        return found


def _tokens(text: str) -> Any:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"{text[at:].strip()[0]!r} is not allowed in a type. Leave it out.")
        at = match.end()
        yield match[1]


def _known() -> str:
    return ", ".join((*_SIMPLE, *_GENERIC))
