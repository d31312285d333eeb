"""The target of the attacks: a codec with registered classes that record each access."""

from __future__ import annotations

import copyreg
import datetime as dt
import enum
import ipaddress
import os
import pickle
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

import brine_codec
from brine_codec import Codec, Limits, Registry, frames
from tests.attacks.attack import CONTEXT, PURPOSE
from tests.support.codec.samples import NOW, keyring

if TYPE_CHECKING:
    from tests.attacks.attack import Wall

CANARY = os.environ.get("BRINE_CANARY", "/nonexistent/canary") + os.environ.get("BRINE_SHARE", "")


def sing(*_: object, **__: object) -> None:
    """Called only if an attack got something executed."""
    with open(CANARY, "a") as file:  # noqa: PTH123 - as little as possible between the call and the file
        file.write("x")


def has_sung() -> bool:
    """Whether anything called `sing` since this was last asked."""
    try:
        os.unlink(CANARY)  # noqa: PTH108 - as above
    except FileNotFoundError:
        return False
    return True


class Mood(enum.Enum):
    GOOD = 1
    BAD = 2


class Pair(NamedTuple):
    left: object
    right: object


@dataclass
class Open:
    """A record with a field that takes any value, so that attacks can build on it."""

    content: Any


@dataclass(frozen=True)
class Keyed:
    content: Any


@dataclass
class Strict:
    number: int
    names: list[str]


class Cart:
    """A class with all the methods that opcodes can call."""

    def __init__(self, name: str) -> None:
        self.name = name

    append = extend = add = __setitem__ = __setstate__ = __delitem__ = sing


def pack_cart(cart: Cart) -> tuple[object, ...]:
    return (cart.name,)


def make_cart(name: object) -> Cart:
    if type(name) is not str:
        raise ValueError("a cart is named by text")
    return Cart(name)


class Extended:
    """In copyreg's extension registry, as some library's class might be."""

    def __init__(self, *arguments: object) -> None:
        sing(*arguments)


class Colours(enum.Flag):
    RED = 1
    GREEN = 2


class Bits(enum.IntFlag):
    LOW = 1
    HIGH = 2**20


@dataclass
class Dear:
    """A record with an annotation that is expensive to check."""

    content: list[int | list[int] | dict[str, int | None] | None]


def registry() -> Registry:
    known = Registry()
    for cls in (Mood, Pair, Open, Keyed, Strict, Colours, Bits, Dear):
        known.register(cls, version=1)
    frames.register(known)
    known.register(Cart, version=1, pack=pack_cart, make=make_cart)
    return known


TAGS = {
    cls.__name__: registry().reducers[cls](value)[0].tag
    for cls, value in {
        Mood: Mood.GOOD,
        Pair: Pair(1, 2),
        Open: Open(1),
        Keyed: Keyed(1),
        Strict: Strict(1, []),
        Cart: Cart(""),
    }.items()
}
DEAR = registry().reducers[Dear](Dear([]))[0].tag
EXTENSION = 200


def register_extension() -> None:
    """Put a class where EXT opcodes reach it without find_class: into the cache of extensions."""
    copyreg.add_extension(__name__, "Extended", EXTENSION)
    pickle.loads(b"\x80\x02\x82" + bytes([EXTENSION]) + b".")  # noqa: S301 - fills the cache, as an earlier load would


def warm_up() -> None:
    """Import and compile all that the first envelope would."""
    codec = Codec(keyring(), purpose=PURPOSE, registry=registry())
    values: list[object] = [
        ipaddress.ip_address("1.1.1.1"),
        Decimal(1),
        Fraction(1),
        uuid.UUID(int=1),
        PurePosixPath("a"),
        range(1),
    ]
    values += [dt.date(2026, 1, 1), OrderedDict(), ZoneInfo("Europe/Berlin"), pd.DataFrame({"a": [1, None]})]
    for size in (1, 200_000):
        opened = codec.open(codec.seal([*values, b"x" * size, "a" * 3_000], now=NOW), now=NOW)
        repr(opened)


def open_envelope(wall: Wall, envelope: bytes) -> object:
    """Open as a service with these walls would."""
    codec = Codec(keyring(), purpose=PURPOSE, registry=registry(), gate=wall != "reader", limits=Limits())
    return codec.open(envelope, context=CONTEXT, now=NOW)


WATCHED = (
    Mood,
    Mood.GOOD,
    Mood.BAD,
    Colours,
    Bits,
    Dear,
    Pair,
    Open,
    Keyed,
    Strict,
    Cart,
    Extended,
    sing,
    make_cart,
    pack_cart,
)


def state() -> object:
    """Everything shared that an attack might change, as something that compares."""
    return (
        [(id(thing), sorted((name, id(value)) for name, value in vars(thing).items())) for thing in WATCHED],
        [(sing.__defaults__, sing.__kwdefaults__, id(sing.__code__), id(make_cart.__code__), make_cart.__defaults__)],
        [(name, id(value)) for name, value in sorted(vars(brine_codec).items())],
        id(brine_codec.rebuild._find),
        [(name, id(value)) for name, value in sorted(vars(dt).items())],
        sorted(copyreg.dispatch_table, key=repr),
        [(name, id(value)) for name, value in sorted(vars(os).items())],
    )
