"""Classes of pydantic, attrs and msgspec: each comes back equal, and a hostile envelope makes none."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine_codec import Codec, Forbidden, Registry, SchemaMiss, Undecodable, Unsupported
from brine_codec.pickling.writer import GraphWriter
from tests.attacks.assembler import BUILD, EMPTY_DICT, SETITEM, kept, number
from tests.attacks.attack import CONTEXT, PURPOSE, Attack
from tests.support.codec.forging import forged, tag_of
from tests.support.codec.library_classes import (
    LIBRARY_CLASSES,
    FrozenOffer,
    FrozenParcel,
    FrozenTicket,
    Offer,
    OldParcel,
    Parcel,
    Prices,
    Ticket,
)
from tests.support.codec.samples import NOW, Colour, Point, keyring

TEXTS, NUMBERS = st.text(max_size=20), st.floats(min_value=0.001, allow_nan=False)
POINTS = st.lists(st.builds(Point, NUMBERS, NUMBERS), max_size=3)
OFFERS = st.builds(
    lambda note, cls, given: note_on(cls(**given), note),
    st.none() | TEXTS,
    st.sampled_from([Offer, FrozenOffer]),
    st.fixed_dictionaries(
        {"sku": TEXTS, "cost": NUMBERS},
        optional={
            "points": POINTS,
            "colour": st.sampled_from(Colour) | st.none(),
            "until": st.datetimes(timezones=st.just(dt.UTC)),
            "parent": st.just(Offer(sku="p", cost=1)),
        },
    ),
)
PARCELS = st.builds(Parcel, st.integers(), NUMBERS, points=POINTS)
TICKETS = st.builds(Ticket, st.integers(), NUMBERS, POINTS, st.none() | st.datetimes())
OBJECTS = st.one_of(
    OFFERS,
    st.builds(Prices, st.dictionaries(TEXTS, NUMBERS, max_size=3)),
    PARCELS,
    st.builds(FrozenParcel, st.integers(), st.none() | PARCELS),
    st.builds(OldParcel, st.integers(), st.lists(TEXTS, max_size=3)),
    TICKETS,
    st.builds(FrozenTicket, ticket_id=st.integers(), ticket=st.none() | TICKETS),
)


def note_on(offer: Offer, note: str | None) -> Offer:
    offer._note = note
    return offer


def registry() -> Registry:
    registered = Registry()
    for cls in (Point, Colour, *LIBRARY_CLASSES):
        registered.register(cls, version=1)
    return registered


REGISTRY = registry()
CODECS = {gate: Codec(keyring(), purpose="test", registry=REGISTRY, gate=gate) for gate in (True, False)}


@given(obj=OBJECTS, gate=st.booleans())
@settings(deadline=None)
def test_an_object_comes_back_equal_and_of_the_same_class(obj: Any, gate: bool) -> None:
    codec = CODECS[gate]
    (opened,) = codec.open(codec.seal([obj], now=NOW), now=NOW)
    assert opened == obj
    assert type(opened) is type(obj)
    assert repr(opened) == repr(obj)
    if isinstance(obj, Offer):
        assert opened.model_fields_set == obj.model_fields_set
        assert opened.model_dump_json(exclude_unset=True) == obj.model_dump_json(exclude_unset=True)
        assert opened._note == obj._note


def test_a_field_that_init_does_not_take_comes_back() -> None:
    parcel = Parcel(1, 2.0)
    parcel.label = "fragile"
    assert CODECS[True].open(CODECS[True].seal(parcel, now=NOW), now=NOW).label == "fragile"


def test_large_bytes_of_a_model_come_back() -> None:
    prices = Prices({"a" * 10_000: 1.0})
    assert CODECS[False].open(CODECS[False].seal(prices, now=NOW), now=NOW) == prices


GOOD: dict[str, tuple[object, ...]] = {
    "Offer@1": ("sku", 1.5, [], None, None, None, None, 3),
    "Prices@1": ({"a": 1.5}, 1),
    "Parcel@1": (1, 2.5, [], None),
    "FrozenParcel@1": (1, None),
    "OldParcel@1": (1, ["a"]),
    "Ticket@1": (1, 2.5, [], None),
    "FrozenTicket@1": (1, None),
}
WRONG: list[tuple[str, int, object]] = [
    ("Offer@1", 0, 5),
    ("Offer@1", 0, b"sku"),
    ("Offer@1", 1, "1.5"),  # pydantic alone would convert it
    ("Offer@1", 1, -1.5),  # refused by the constraint
    ("Offer@1", 2, [5]),
    ("Offer@1", 2, [{"x": 1.0, "y": 2.0}]),
    ("Offer@1", 2, (Point(1, 2),)),
    ("Offer@1", 3, Point(1, 2)),
    ("Offer@1", 3, 1),
    ("Offer@1", 4, "2026-01-01T00:00:00Z"[:4] * 20),  # no field type, so the validator refuses it
    ("Offer@1", 5, {"sku": "s", "cost": 1.0}),
    ("Offer@1", 5, Point(1, 2)),
    ("Offer@1", 6, 5),
    ("Offer@1", 7, True),
    ("Offer@1", 7, -1),
    ("Offer@1", 7, 64),
    ("Offer@1", 7, ["sku"]),
    ("Prices@1", 0, {"a": "1"}),
    ("Prices@1", 0, {1: 1.0}),
    ("Prices@1", 0, [("a", 1.0)]),
    ("Parcel@1", 0, "1"),
    ("Parcel@1", 1, -2.5),  # refused by the validator
    ("Parcel@1", 1, None),
    ("Parcel@1", 2, [5]),
    ("Parcel@1", 2, "text"),
    ("Parcel@1", 3, 5),
    ("FrozenParcel@1", 1, Point(1, 2)),
    ("OldParcel@1", 0, "1"),
    ("OldParcel@1", 1, [1]),
    ("Ticket@1", 0, 1.5),
    ("Ticket@1", 1, -1.0),  # refused by __post_init__
    ("Ticket@1", 2, [5]),
    ("Ticket@1", 3, 5),
    ("FrozenTicket@1", 0, None),
    ("FrozenTicket@1", 1, Point(1, 2)),
]


@pytest.mark.parametrize("gate", [True, False])
@pytest.mark.parametrize(("title", "at", "value"), WRONG)
def test_a_value_that_does_not_fit_makes_no_object(title: str, at: int, value: object, gate: bool) -> None:
    good = GOOD[title]
    tag = tag_of(REGISTRY, title)
    assert CODECS[gate].open(forged(tag, *good, gate=gate), now=NOW) is not None
    with pytest.raises(Undecodable):
        CODECS[gate].open(forged(tag, *good[:at], value, *good[at + 1 :], gate=gate), now=NOW)


@pytest.mark.parametrize("gate", [True, False])
@pytest.mark.parametrize("title", GOOD)
def test_missing_and_extra_fields_make_no_object(title: str, gate: bool) -> None:
    good, tag = GOOD[title], tag_of(REGISTRY, title)
    for values in (good[:-1], (*good, 1), (*good, {"admin": True}), ()):
        with pytest.raises(Undecodable):
            CODECS[gate].open(forged(tag, *values, gate=gate), now=NOW)


@pytest.mark.parametrize("title", GOOD)
def test_another_list_of_fields_is_a_miss(title: str) -> None:
    with pytest.raises(SchemaMiss):
        CODECS[True].open(forged(f"{title}/00000000", *GOOD[title]), now=NOW)


def with_state(value: object, registered: Registry) -> bytes:
    """Return an envelope whose stream sets the state of `value` after making it, as pickle does for its own."""
    (stream,) = GraphWriter(registered.reducer).write(value)[0]
    body = stream.removeprefix(b"\x80\x05")
    body = (body[9:] if body.startswith(b"\x95") else body).removesuffix(b".")
    state = kept("sku") + number(5)
    return Attack("state", b"\x80\x05" + body + EMPTY_DICT + b"\x94" + state + SETITEM + BUILD + b".").envelope()


@pytest.mark.parametrize("value", [Offer(sku="a", cost=1), Parcel(1, 2.0)])
def test_a_stream_does_not_reach_the_setstate_of_a_library(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[object] = []
    monkeypatch.setattr(type(value), "__setstate__", lambda _, state: called.append(state))
    registered = Registry()
    registered.register(type(value), version=1)
    codec = Codec(keyring(), purpose=PURPOSE, registry=registered, gate=False)
    sealed = with_state(value, registered)
    with pytest.raises(Forbidden):
        codec.open(sealed, context=CONTEXT, now=NOW)
    assert called == []
    registered.shares = False  # without the check, the stream would get there
    codec.open(sealed, context=CONTEXT, now=NOW)
    assert called == [{"sku": 5}]


@attrs.define
class Splitting:
    parts: list[str] = attrs.field(converter=lambda text: text.split(","))


@attrs.define
class Doubling:
    number: int = attrs.field(converter=lambda number: number * 2)


def alone(cls: type) -> Codec:
    registered = Registry()
    registered.register(cls, version=1)
    return Codec(keyring(), purpose="test", registry=registered)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Splitting("a,b"), "does not accept its own fields"),
        (Doubling(1), "converts number once more"),
    ],
)
def test_a_class_that_would_convert_its_fields_again_is_not_sealed(value: object, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        alone(type(value)).seal(value, now=NOW)


@attrs.define(init=False)
class OwnInit:
    number: int

    def __init__(self, text: str) -> None:
        self.number = int(text)


@attrs.define(slots=False, eq=False)
class ListWithFields(list[int]):
    x: int


@pytest.mark.parametrize("cls", [OwnInit, ListWithFields])
def test_an_attrs_class_that_is_not_made_from_its_fields_is_not_registered(cls: type) -> None:
    with pytest.raises(TypeError, match="give pack and make"):
        Registry().register(cls, version=1)


class Optional(msgspec.Struct):
    number: int | msgspec.UnsetType = msgspec.UNSET


def test_a_value_that_was_not_set_in_a_struct_is_named() -> None:
    with pytest.raises(Unsupported, match="number: type UnsetType is not registered"):
        alone(Optional).seal(Optional(), now=NOW)
    assert alone(Optional).open(alone(Optional).seal(Optional(3), now=NOW), now=NOW) == Optional(3)


def test_an_older_version_of_a_struct_is_upgraded() -> None:
    class OldTicket(msgspec.Struct):
        id: int

    def upgrade(id: int) -> Ticket:  # noqa: A002 - the field of the older version
        return Ticket(id, 1.0)

    older, newer = Registry(), Registry()
    older.register(OldTicket, version=1, name="Ticket")
    newer.register(Ticket, version=2, accepts={1: upgrade})
    sealed = Codec(keyring(), purpose="test", registry=older).seal(OldTicket(5), now=NOW)
    assert Codec(keyring(), purpose="test", registry=newer).open(sealed, now=NOW) == Ticket(5, 1.0)
