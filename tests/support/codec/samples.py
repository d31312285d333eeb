"""Classes, keys and codecs for the tests of the codec."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from brine_codec import Codec, Keyring, Registry

NOW = 1_790_000_000.5
CONTEXT = ("tenant-a", "GET /orders/7")
KEYS = '{"1": "first secret, long enough to be one", "2": "second secret, long enough to be one"}'


class Colour(enum.Enum):
    RED = 1
    BLUE = "blue"


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Line(NamedTuple):
    sku: str
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: int
    customer: str | None
    lines: list[Line]
    placed: dt.datetime
    colour: Colour = Colour.RED
    attachment: bytes = b""


@dataclass
class Point:
    x: float
    y: float


@dataclass
class Box:
    content: Any


@dataclass
class Tally:
    limit: int
    total: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.limit < 0:
            raise ValueError("a limit is not negative")


class Handmade:
    """A class that is no dataclass, with a name and a list that can be appended to."""

    def __init__(self, name: str, items: list[str]) -> None:
        self.name = name
        self.items = items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handmade) and (self.name, self.items) == (other.name, other.items)

    def __hash__(self) -> int:
        return hash(self.name)


def pack_handmade(handmade: Handmade) -> tuple[object, ...]:
    return handmade.name, handmade.items


def make_handmade(name: object, items: object) -> Handmade:
    if type(name) is not str or type(items) is not list or not all(type(item) is str for item in items):
        raise ValueError("not what a Handmade is made of")
    return Handmade(name, items)


def registry() -> Registry:
    registered = Registry()
    registered.register(Colour, version=1)
    registered.register(Access, version=1)
    registered.register(Line, version=1)
    registered.register(Order, version=3, name="shop.Order")
    registered.register(Point, version=1)
    registered.register(Box, version=1)
    registered.register(Tally, version=1)
    registered.register(Handmade, version=1, pack=pack_handmade, make=make_handmade)
    return registered


def order(number: int = 7, *, attachment: bytes = b"") -> Order:
    return Order(
        id=number,
        customer=None if number % 2 else f"customer {number}",
        lines=[Line("apple", Decimal("1.50")), Line("pear", Decimal("-0.005"))],
        placed=dt.datetime(2026, 9, 21, 12, 30, tzinfo=dt.UTC),
        colour=Colour.BLUE,
        attachment=attachment,
    )


def keyring(text: str = KEYS) -> Keyring:
    return Keyring.from_json(text)


def codec(**settings: Any) -> Codec:
    given: dict[str, Any] = {"purpose": "test", "registry": registry()} | settings
    return Codec(given.pop("keyring", keyring()), **given)
