"""The gateway takes each object that a registry seals, if its declarations are generated from the classes."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field, make_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

import attrs
import msgspec
import numpy as np
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine.domain.formats import Format, decode, encode
from brine_codec import Codec, Registry
from tests.support.codec.format_samples import exactly
from tests.support.codec.samples import NOW, keyring
from tests.support.codec.strategies import DATETIMES, DECIMALS, TEXTS
from tests.support.declarations import generated

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Types

type Draw = st.DrawFn
type Values = st.SearchStrategy[Any]

GENERIC: dict[str, Any] = {"list": list, "set": set, "frozenset": frozenset, "dict": dict, "tuple": tuple}
FUNCTIONAL: dict[str, Any] = {"Enum": enum.Enum, "NamedTuple": NamedTuple}

HASHABLE: list[tuple[Any, Values]] = [
    (str, TEXTS),
    (int, st.integers()),
    (bytes, st.binary(max_size=20)),
    (dt.date, st.dates()),
    (dt.time, st.times()),
    (dt.timedelta, st.timedeltas()),
    (Decimal, DECIMALS),
    (UUID, st.uuids()),
]
ARRAYS = st.lists(st.integers(0, 255), max_size=5).map(lambda items: np.array(items, np.uint8))
SIMPLE: list[tuple[Any, Values]] = [
    *HASHABLE,
    (float, st.floats(allow_nan=False) | st.integers(-(2**40), 2**40)),
    (bool, st.booleans()),
    (None, st.none()),
    (dt.datetime, DATETIMES),
    (np.ndarray, ARRAYS),
    (Any, st.recursive(st.none() | st.integers() | TEXTS, lambda inner: st.lists(inner, max_size=2), max_leaves=3)),
    (list, st.lists(st.integers(), max_size=2)),
    (set, st.sets(st.integers(), max_size=2)),
    (frozenset, st.frozensets(TEXTS, max_size=2)),
    (dict, st.dictionaries(TEXTS, st.integers(), max_size=2)),
    (tuple, st.tuples(TEXTS, st.none())),
]


@dataclass
class Zoo:
    """Classes with fields, with their registry and the values of each."""

    registry: Registry = field(default_factory=Registry)
    classes: list[tuple[Any, Values]] = field(default_factory=list)


@st.composite
def field_types(draw: Draw, known: list[tuple[Any, Values]], depth: int = 0) -> tuple[Any, Values]:
    """An annotation, and the values that it allows."""
    kinds = ["simple", "simple", "declared"] + ["list", "set", "frozenset", "dict", "tuple", "items", "union"] * (
        depth < 2
    )
    kind = draw(st.sampled_from(kinds))
    if kind in {"simple", "declared"}:
        found: tuple[Any, Values] = draw(st.sampled_from(known if kind == "declared" and known else SIMPLE))
        return found
    if kind in {"set", "frozenset"}:
        item, values = draw(st.sampled_from(HASHABLE))
        sets = st.sets(values, max_size=3)
        return GENERIC[kind][item], sets if kind == "set" else sets.map(frozenset)
    one, values = draw(field_types(known, depth + 1))
    if kind == "list":
        return GENERIC["list"][one], st.lists(values, max_size=3)
    if kind == "items":
        return GENERIC["tuple"][one, ...], st.lists(values, max_size=3).map(tuple)
    if kind == "dict":
        key, keys = draw(st.sampled_from(HASHABLE))
        return GENERIC["dict"][key, one], st.dictionaries(keys, values, max_size=3)
    other, others = draw(field_types(known, depth + 1))
    if kind == "tuple":
        return GENERIC["tuple"][one, other], st.tuples(values, others)
    return one | other if one is not None or other is not None else None, values | others


@st.composite
def zoos(draw: Draw) -> Zoo:
    """Classes of all kinds, of which later ones may mention earlier ones."""
    zoo = Zoo()
    for number in range(draw(st.integers(1, 4))):
        name = f"C{number}"
        kind = draw(st.sampled_from(["dataclass", "dataclass", "NamedTuple", "Enum"]))
        fields = draw(st.lists(field_types(zoo.classes), max_size=4))
        named = [(f"f{at}", annotation) for at, (annotation, _) in enumerate(fields)]
        cls: Any
        if kind == "Enum":
            cls = FUNCTIONAL[kind](name, [f"M{at}" for at in range(draw(st.integers(1, 3)))], module=__name__)
            values: Values = st.sampled_from(cls)
        elif kind == "NamedTuple":
            cls = FUNCTIONAL[kind](name, named)
            values = st.builds(cls, *[strategy for _, strategy in fields])
        else:
            cls = make_dataclass(name, named, frozen=draw(st.booleans()), module=__name__)
            values = st.builds(cls, *[strategy for _, strategy in fields])
        if draw(st.booleans()):
            zoo.registry.register(cls, name=f"zoo.{name}", version=number + 1)
        else:
            zoo.registry.register_annotated(GENERIC["list"][cls])
        zoo.classes.append((cls, values))
    zoo.registry.register_arrays()
    return zoo


def codec(registry: Registry) -> Codec:
    return Codec(keyring(), purpose="test", registry=registry)


def passed(form: Format, sealed: bytes, types: Types) -> bytes:
    """The envelope that the gateway makes of the JSON or MessagePack that it makes of an envelope."""
    gateway = codec(types.registry)
    text = encode(form, gateway.open(sealed, now=NOW), types)
    return gateway.seal(decode(form, text, types), now=NOW)


@pytest.mark.slow
@settings(deadline=None)
@given(data=st.data(), zoo=zoos(), form=st.sampled_from([Format.JSON, Format.MSGPACK]))
def test_what_the_registry_seals_passes_the_gateway_and_comes_back(data: st.DataObject, zoo: Zoo, form: Format) -> None:
    types = generated(zoo.registry).types()
    value = [data.draw(values) for _, values in zoo.classes]
    user = codec(zoo.registry)
    assert exactly(user.open(passed(form, user.seal(value, now=NOW), types), now=NOW)) == exactly(value)


@dataclass
class Event:
    """A class with a subclass."""

    at: dt.datetime


@dataclass
class Paid(Event):
    total: Decimal


@dataclass
class Log:
    events: list[Event]


class Offer(pydantic.BaseModel):
    sku: str
    until: pydantic.AwareDatetime | None = None
    _note: str | None = pydantic.PrivateAttr(None)


@attrs.define
class Parcel:
    _id: int
    offer: Offer | None = None


class Seat(msgspec.Struct):
    parcel: Parcel
    row: Literal["a", "b"] = "a"


AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


@pytest.mark.parametrize("form", [Format.JSON, Format.MSGPACK])
@pytest.mark.parametrize(
    "value",
    [Log([Paid(AT, Decimal("1.50")), Event(AT)]), Seat(Parcel(7, Offer(sku="a"))), Parcel(7, Offer(sku="a", until=AT))],
)
def test_subclasses_and_classes_of_libraries_pass_and_come_back(value: object, form: Format) -> None:
    registry = Registry()
    registry.register_annotated(type(value))
    registry.register_annotated(Paid)
    user, types = codec(registry), generated(registry).types()
    assert user.open(passed(form, user.seal(value, now=NOW), types), now=NOW) == value
