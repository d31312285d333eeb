"""Header fields: an ordered, case-insensitive multi-map (RFC 9110 section 5).

Names are kept in lower case, as HTTP/2 and API Gateway write them. Each character of a value is one byte (ISO-8859-1),
so the gateway forwards a value of the origin unchanged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, overload

from brine.domain.http.field_syntax import FIELD_VALUE, TOKEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, KeysView

type FieldLine = tuple[str, str]

_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")

# A control character makes their restrictions unreadable, so each gets its strictest value.
_UNREADABLE = {"cache-control": "no-store", "cdn-cache-control": "no-store", "expires": "0"}


class Fields:
    """Immutable header fields. Order and repeats are kept; names compare without case."""

    __slots__ = ("_index", "lines")

    lines: tuple[FieldLine, ...]
    _index: dict[str, tuple[str, ...]] | None  # values by name, made at the first look-up

    def __init__(self, lines: Iterable[FieldLine] = ()) -> None:
        self.lines = tuple((name.lower(), value) for name, value in lines)
        self._index = None

    @classmethod
    def from_lowercase(cls, lines: Iterable[FieldLine]) -> Fields:
        """Return fields made from lines with names in lower case already."""
        fields = cls.__new__(cls)
        fields.lines = tuple(lines)
        fields._index = None  # noqa: SLF001 - a constructor of this class
        return fields

    def __iter__(self) -> Iterator[FieldLine]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, name: str) -> bool:
        index = self._by_name() if self._index is None else self._index
        return name.lower() in index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self.lines == other.lines

    def __hash__(self) -> int:
        return hash(self.lines)

    def __repr__(self) -> str:
        return f"Fields({list(self.lines)!r})"

    @property
    def names(self) -> KeysView[str]:
        """The names of the lines, each once."""
        index = self._by_name() if self._index is None else self._index
        return index.keys()

    def all(self, name: str) -> tuple[str, ...]:
        """Return the value of each line called `name`, in order."""
        index = self._by_name() if self._index is None else self._index
        return index.get(name.lower(), ())

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: str) -> str: ...
    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the combined value: lines joined by ", " (RFC 9110 section 5.3), or `default` without such a line."""
        index = self._by_name() if self._index is None else self._index
        values = index.get(name.lower())
        if values is None:
            return default
        return values[0] if len(values) == 1 else ", ".join(values)

    def without(self, names: Collection[str]) -> Fields:
        """Return these fields without the lines of these names (given in lower case)."""
        return Fields.from_lowercase([line for line in self.lines if line[0] not in names])

    def only(self, names: Collection[str]) -> Fields:
        """Return only the lines of these names (given in lower case)."""
        return Fields.from_lowercase([line for line in self.lines if line[0] in names])

    def with_line(self, name: str, value: str) -> Fields:
        """Return these fields with one more line at the end."""
        return Fields.from_lowercase((*self.lines, (name.lower(), value)))

    def replacing(self, name: str, value: str) -> Fields:
        """Return these fields with a single line `name`, at the end, in place of all lines of that name."""
        return self.without({name.lower()}).with_line(name, value)

    def updated_by(self, newer: Fields) -> Fields:
        """Return these fields, but with the lines of `newer`, at the end, for each name that `newer` has."""
        return Fields.from_lowercase([*(line for line in self.lines if line[0] not in newer.names), *newer.lines])

    def sanitised(self) -> Fields:
        """Return the fields with a blank for each control character, which some recipients reject.

        A field about caching with a control character gets its strictest value: `no-store`, or an expired date.

        Raises ValueError for a character that could end a line or is not a byte, and for a name that is not a token
        (RFC 9110 sections 5.1 and 5.5).
        """
        if _are_valid(self.lines):
            return self
        lines = [(name, _without_controls(name, value)) for name, value in self.lines]
        if not _are_valid(lines):
            raise ValueError("a field line holds a line break, a null, or what is no byte")
        return Fields.from_lowercase(lines)

    def _by_name(self) -> dict[str, tuple[str, ...]]:
        values: dict[str, list[str]] = {}
        for name, value in self.lines:
            values.setdefault(name, []).append(value)
        self._index = index = {name: tuple(lines) for name, lines in values.items()}
        return index


def _are_valid(lines: Collection[FieldLine]) -> bool:
    return all(map(TOKEN.fullmatch, [name for name, _ in lines])) and all(
        map(FIELD_VALUE.fullmatch, [value for _, value in lines])
    )


def _without_controls(name: str, value: str) -> str:
    if _CONTROL.search(value) is None:
        return value.strip(" \t")
    return _UNREADABLE.get(name) or _CONTROL.sub(" ", value).strip(" \t")
