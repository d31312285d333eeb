"""The field type that types.toml has for an annotation."""

from __future__ import annotations

import collections.abc
import datetime as dt
import decimal
import enum
import fractions
import pathlib
import typing
import uuid
from abc import ABC
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, NewType, Protocol, TypedDict

import numpy as np
import numpy.typing as npt
import pytest

from brine.adapters.config.field_types import DEEPEST, TYPE_NAMES, annotation
from brine_cli.declared_types.field_text import FieldTexts


class Event(ABC):  # noqa: B024 - what has subclasses in the code of users
    """A class without fields, for which its subclasses stand."""


@dataclass
class Paid(Event):
    total: decimal.Decimal


@dataclass
class Refunded(Paid):
    why: str


class Colour(enum.Enum):
    RED = 1


class Point(NamedTuple):
    x: float


@dataclass
class Crate[T]:
    content: T


class Row(TypedDict):
    x: int


class Sized(Protocol):
    size: int


class Plain:
    """A class that is not declared."""


Sku = NewType("Sku", str)
type Prices = dict[Sku, decimal.Decimal]
type Tree = list[Tree] | int
NAMES = {
    Paid: "shop.Paid",
    Refunded: "shop.Refunded",
    Colour: "shop.Colour",
    Point: "shop.Point",
    Crate: "shop.Crate",
}
DEEP: Any = int
for _ in range(DEEPEST + 3):
    DEEP = list[DEEP]

TEXTS: list[tuple[object, str]] = [
    (str, "str"),
    (int, "int"),
    (float, "float"),
    (bool, "bool"),
    (bytes, "bytes"),
    (None, "None"),
    (type(None), "None"),
    (Any, "any"),
    (object, "any"),
    (dt.date, "date"),
    (dt.datetime, "datetime"),
    (dt.time, "time"),
    (dt.timedelta, "timedelta"),
    (decimal.Decimal, "Decimal"),
    (uuid.UUID, "UUID"),
    (np.ndarray, "ndarray"),
    (np.ndarray[tuple[int, int], np.dtype[np.int64]], "ndarray"),
    (list, "list"),
    (list[int], "list[int]"),
    (typing.List[int], "list[int]"),  # noqa: UP006 - the older way
    (set[str], "set[str]"),
    (frozenset, "frozenset"),
    (dict[str, list[int]], "dict[str, list[int]]"),
    (dict[str, Any], "dict[str, any]"),
    (tuple[int, str], "tuple[int, str]"),
    (tuple[int, ...], "tuple[int, ...]"),
    (tuple[()], "tuple"),
    (tuple[int, *tuple[str, ...]], "tuple"),
    (str | None, "str | None"),
    (typing.Optional[str], "str | None"),  # noqa: UP045 - the older way
    (int | str | int, "int | str"),
    (int | Any, "any"),
    (list[int | None], "list[int | None]"),
    (typing.Annotated[int, "a comment"], "int"),
    (typing.Final[int], "int"),
    (typing.Required[int], "int"),
    (Sku, "str"),
    (Prices, "dict[str, Decimal]"),
    (Tree, "any"),
    (Row, "dict"),
    (Literal["a", "b"], "str"),
    (Literal["a", 1, None], "str | int | None"),
    (Literal[Colour.RED], "shop.Colour"),
    (Colour, "shop.Colour"),
    (Point, "shop.Point"),
    (list[Refunded], "list[shop.Refunded]"),
    (Paid, "shop.Paid | shop.Refunded"),
    (Event, "shop.Paid | shop.Refunded"),
    (Paid | None, "shop.Paid | shop.Refunded | None"),
    (Crate[int], "shop.Crate"),
    # types.toml has no such type, so the gateway checks no more than that the value may pass
    (collections.abc.Sequence[int], "any"),
    (collections.abc.Sequence, "any"),
    (collections.abc.Hashable, "any"),
    (collections.abc.Mapping[str, int], "any"),
    (collections.OrderedDict[str, int], "any"),
    (collections.abc.Callable[[int], str], "any"),
    (type[int], "any"),
    (enum.Enum, "any"),
    (complex, "any"),
    (fractions.Fraction, "any"),
    (pathlib.PurePosixPath, "any"),
    (bytearray, "any"),
    (npt.NDArray[np.float64], "any"),  # a generic alias, which the codec does not check either
    (Sized, "any"),
    (Plain, "any"),
    (typing.TypeVar("T"), "any"),
    (typing.LiteralString, "any"),
    (DEEP, "list[" * DEEPEST + "list" + "]" * DEEPEST),
]


@pytest.mark.parametrize(("given", "text"), TEXTS, ids=[str(given)[:60] for given, _ in TEXTS])
def test_an_annotation_is_written_as_a_field_type_that_the_gateway_reads(given: object, text: str) -> None:
    assert FieldTexts(NAMES).text(given) == text
    annotation(text, set(NAMES.values()), {})


def test_every_field_type_is_written() -> None:
    written = {word for _, text in TEXTS for word in text.replace("[", " ").replace("]", " ").replace(",", " ").split()}
    assert written >= TYPE_NAMES
