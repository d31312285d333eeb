"""Header fields: an ordered, case-insensitive multi-map (RFC 9110 section 5).

Names are kept in lower case, as HTTP/2 and API Gateway write them. Values are text in which each
character is one byte (ISO-8859-1), so what an origin sent goes out again unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

type FieldLine = tuple[str, str]


class Fields:
    """Immutable header fields. Order and repeats are kept; names compare without case."""

    __slots__ = ("_lines",)

    def __init__(self, lines: Iterable[FieldLine] = ()) -> None:
        self._lines = tuple((name.lower(), value) for name, value in lines)

    def __iter__(self) -> Iterator[FieldLine]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, name: str) -> bool:
        name = name.lower()
        return any(own == name for own, _ in self._lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self._lines == other._lines

    def __hash__(self) -> int:
        return hash(self._lines)

    def __repr__(self) -> str:
        return f"Fields({list(self._lines)!r})"

    @property
    def lines(self) -> tuple[FieldLine, ...]:
        """Every (name, value) as it came, names in lower case."""
        return self._lines

    def all(self, name: str) -> tuple[str, ...]:
        """The value of each line called `name`, in order."""
        name = name.lower()
        return tuple(value for own, value in self._lines if own == name)

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: str) -> str: ...
    def get(self, name: str, default: str | None = None) -> str | None:
        """The combined value: lines joined by ", " (RFC 9110 section 5.3), or `default` when there is none."""
        values = self.all(name)
        return ", ".join(values) if values else default

    def without(self, names: Collection[str]) -> Fields:
        """These fields less every line whose name is in `names` (given in lower case)."""
        return Fields(line for line in self._lines if line[0] not in names)

    def only(self, names: Collection[str]) -> Fields:
        """Just the lines whose name is in `names` (given in lower case)."""
        return Fields(line for line in self._lines if line[0] in names)

    def with_line(self, name: str, value: str) -> Fields:
        """These fields and one line more, at the end."""
        return Fields((*self._lines, (name, value)))

    def replacing(self, name: str, value: str) -> Fields:
        """These fields with a single line `name`, at the end, in place of any of that name."""
        return self.without({name.lower()}).with_line(name, value)
