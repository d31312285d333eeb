"""Classes of every kind that a key may have."""

from __future__ import annotations

import enum
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar, NamedTuple

import attrs
import msgspec
import pydantic


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2
    LEAST = 1


class Colour(enum.StrEnum):
    RED = "red"


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Pair(NamedTuple):
    a: object
    b: object = None


class Couple(NamedTuple):
    a: object
    b: object = None


@dataclass(frozen=True)
class Point:
    x: object
    y: object = None
    label: str = field(default="", compare=False)
    origin: ClassVar[int] = 0
    scale: InitVar[int] = 1


@dataclass(slots=True)
class Size:
    x: object
    y: object = None


@attrs.frozen
class Weight:
    x: object
    unit: str = attrs.field(default="kg", eq=False)


class Request(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    x: Any
    _note: str = ""

    def noted(self, note: str) -> Request:
        """Return this request with another private attribute."""
        self._note = note
        return self


class Change(pydantic.BaseModel):
    """The content of a PATCH request: a field that is not set stays unchanged."""

    name: str | None = None
    note: str | None = None


class Query(msgspec.Struct):
    x: Any
    y: Any = None


class Opaque:
    """A class without fields."""


@dataclass
class Text(str):
    """A dataclass with content besides its fields."""

    x: int = 1


class MorePoint(Point):
    """No dataclass itself: its attributes are unknown."""
