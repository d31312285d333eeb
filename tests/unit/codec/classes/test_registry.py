"""Registered classes, and envelopes between two sides with different code."""

from __future__ import annotations

import enum
from dataclasses import InitVar, dataclass, field, make_dataclass
from decimal import Decimal
from typing import Any

import pytest

from brine_codec import Codec, Registry, SchemaMiss, TooLarge, Undecodable, Unsupported
from brine_codec.classes import inspection
from tests.support.codec.samples import (
    NOW,
    Access,
    Box,
    Colour,
    Handmade,
    Line,
    Order,
    Point,
    Tally,
    codec,
    keyring,
    order,
)


@dataclass
class Holder:
    point: Point


def speaker(cls: type, version: int = 1, **options: Any) -> Codec:
    """A codec that knows one class, with the name `Thing`."""
    registry = Registry()
    registry.register(cls, version=version, name="Thing", **options)
    return Codec(keyring(), purpose="test", registry=registry)


@pytest.mark.parametrize(
    "value",
    [
        order(1),
        order(2, attachment=b"a" * 4095),
        order(2, attachment=b"a" * 4096),
        Line("x", order().lines[0].price),
        Colour.BLUE,
        Access.READ | Access.WRITE,
        Access(0),
        Point(1, 2.5),
        Box({"a": [Point(0.0, 1.0)]}),
        Tally(5),
        Handmade("a", ["b"]),
        Box(Handmade("a", [])),
    ],
)
@pytest.mark.parametrize("gate", [True, False])
def test_registered_objects_survive(value: object, gate: bool) -> None:
    c = codec(gate=gate)
    opened = c.open(c.seal([value, value], now=NOW), now=NOW)
    assert opened == [value, value]
    assert type(opened[0]) is type(value)
    shares = not gate or isinstance(value, enum.Enum)  # a tree has no references
    assert (opened[0] is opened[1]) == shares


def test_a_field_that_init_does_not_take_is_set_afterwards() -> None:
    tally = Tally(5)
    tally.total = 3
    assert codec().open(codec().seal(tally, now=NOW), now=NOW).total == 3


def test_bytes_that_travelled_beside_the_pickle_are_bytes_again() -> None:
    body = bytes(range(256)) * 40
    sealed = codec(compression="none").seal(order(attachment=body), now=NOW)
    assert codec().peek(sealed, now=NOW).kind == 3
    opened = codec().open(sealed, now=NOW)
    assert type(opened.attachment) is bytes
    assert opened.attachment == body


@dataclass
class V1:
    id: int
    name: str


@dataclass
class Added:
    id: int
    name: str
    email: str = ""


@dataclass
class Removed:
    id: int


@dataclass
class Renamed:
    id: int
    title: str


@dataclass
class Moved:
    name: str
    id: int


@dataclass
class Retyped:
    id: int
    name: int


@pytest.mark.parametrize("other", [Added, Removed, Renamed, Moved])
def test_another_field_list_is_a_miss_even_when_the_version_was_forgotten(other: type) -> None:
    old, new = speaker(V1), speaker(other)
    arguments = {Added: (1, "n", "e"), Removed: (1,), Renamed: (1, "t"), Moved: ("n", 1)}[other]
    with pytest.raises(SchemaMiss):
        new.open(old.seal(V1(1, "n"), now=NOW), now=NOW)
    with pytest.raises(SchemaMiss):
        old.open(new.seal(other(*arguments), now=NOW), now=NOW)


def test_another_type_in_the_same_field_does_not_open() -> None:
    with pytest.raises(Undecodable):
        speaker(Retyped).open(speaker(V1).seal(V1(1, "n"), now=NOW), now=NOW)


def from_first(id: int, name: str) -> Added:  # noqa: A002 - as the field was called
    return Added(id, name, "unknown")


def test_new_code_reads_old_envelopes_and_old_code_misses_new_ones() -> None:
    old = speaker(V1)
    new = speaker(Added, 2, accepts={1: from_first})
    assert new.open(old.seal(V1(1, "n"), now=NOW), now=NOW) == Added(1, "n", "unknown")
    assert new.open(new.seal(Added(1, "n", "e"), now=NOW), now=NOW) == Added(1, "n", "e")
    with pytest.raises(SchemaMiss):
        old.open(new.seal(Added(1, "n", "e"), now=NOW), now=NOW)
    with pytest.raises(SchemaMiss):
        speaker(Added, 3, accepts={2: Added}).open(old.seal(V1(1, "n"), now=NOW), now=NOW)


def of_one_value(id: int) -> Added:  # noqa: A002 - likewise
    return Added(id, "")


def of_other_names(number: int, name: str) -> Added:
    return Added(number, name)


def of_moved_fields(name: str, id: int) -> Added:  # noqa: A002 - likewise
    return Added(id, name)


@pytest.mark.parametrize("upgrade", [of_one_value, of_other_names, of_moved_fields])
def test_an_older_version_of_other_fields_is_a_miss(upgrade: Any) -> None:
    with pytest.raises(SchemaMiss):
        speaker(Added, 2, accepts={1: upgrade}).open(speaker(V1).seal(V1(1, "n"), now=NOW), now=NOW)


def refuses(id: int, name: str) -> Added:  # noqa: A002 - likewise
    raise ValueError(f"{id} {name}")


@pytest.mark.parametrize("upgrade", [V1, refuses])
def test_an_upgrade_that_returns_another_type_raises_undecodable(upgrade: Any) -> None:
    with pytest.raises(Undecodable):
        speaker(Added, 2, accepts={1: upgrade}).open(speaker(V1).seal(V1(1, "n"), now=NOW), now=NOW)


@pytest.mark.parametrize("value", [V1("one", "n"), V1(1, 2), V1(1, None), V1([], {})])  # type: ignore[arg-type]  # hostile
def test_values_of_other_types_are_not_upgraded(value: V1) -> None:
    """A sender with the key can write any values under an old tag."""
    registry = Registry()
    registry.register(Loose, name="Thing", version=1)
    sender = Codec(keyring(), purpose="test", registry=registry)
    with pytest.raises(Undecodable):
        speaker(Added, 2, accepts={1: from_first}).open(sender.seal(Loose(value.id, value.name), now=NOW), now=NOW)


@dataclass
class Loose:
    id: Any
    name: Any


def of_any_values(*values: Any) -> Added:
    return Added(*values)


def test_an_upgrade_must_name_the_fields() -> None:
    with pytest.raises(TypeError, match="one named parameter for each field"):
        speaker(Added, 2, accepts={1: of_any_values})


def test_an_older_version_of_an_enum_is_upgraded_by_its_name() -> None:
    registry = Registry()
    registry.register(Colour, version=2, accepts={1: lambda name: Colour[name.upper()]})
    assert registry.maker("Colour@1")("red") is Colour.RED
    for values in ((), ("red", "blue")):
        with pytest.raises(Undecodable):
            registry.maker("Colour@1")(*values)


class Rights(enum.IntFlag):
    READ = 1
    WRITE = 2
    SHARE = 4


def test_combinations_of_flags_that_python_would_keep_for_good_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()
    registry.register(Rights, version=1)
    make = registry.maker("Rights@1")
    for unknown in (8, 10_000, 2**61, -1):
        with pytest.raises(SchemaMiss):
            make(unknown)
    assert make(3) == Rights.READ | Rights.WRITE
    known = len(Rights._value2member_map_)
    monkeypatch.setattr(inspection, "MOST_COMBINATIONS", known)
    with pytest.raises(TooLarge, match="combinations"):
        make(5)
    assert make(3) == Rights.READ | Rights.WRITE
    assert len(Rights._value2member_map_) == known


def test_a_class_that_is_gone_is_a_miss() -> None:
    with pytest.raises(SchemaMiss):
        Codec(keyring(), purpose="test").open(speaker(V1).seal([V1(1, "n")], now=NOW), now=NOW)


class More(enum.Enum):
    A = 1
    B = 2


class Fewer(enum.Enum):
    A = 1


class Wide(enum.Flag):
    A = 1
    B = 2


class Narrow(enum.Flag):
    A = 1


def test_a_member_that_is_gone_is_a_miss() -> None:
    assert speaker(Fewer).open(speaker(More).seal(More.A, now=NOW), now=NOW) is Fewer.A
    with pytest.raises(SchemaMiss):
        speaker(Fewer).open(speaker(More).seal(More.B, now=NOW), now=NOW)


def test_flags_that_are_gone_are_a_miss() -> None:
    with pytest.raises(SchemaMiss):
        speaker(Narrow).open(speaker(Wide).seal(Wide.A | Wide.B, now=NOW), now=NOW)


def test_values_that_post_init_refuses_raise_undecodable() -> None:
    tally = Tally(1)
    tally.limit = -1
    with pytest.raises(Undecodable, match="ValueError"):
        codec().open(codec().seal(tally, now=NOW), now=NOW)


class Sub(Order):
    pass


def test_a_subclass_is_another_class() -> None:
    child = Sub(id=1, customer=None, lines=[], placed=order().placed)
    with pytest.raises(Unsupported, match="type Sub is not registered"):
        codec().seal(child, now=NOW)


@pytest.mark.parametrize("name", ["", "a b", "py:Decimal", "a@2", "\u00e9", "x" * 101, "a/b"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        Registry().register(Point, version=1, name=name)


@pytest.mark.parametrize("version", [0, -1, 10**9])
def test_bad_versions_are_refused(version: int) -> None:
    with pytest.raises(ValueError, match="a version is a number"):
        Registry().register(Point, version=version)


def test_names_and_classes_are_registered_once() -> None:
    registry = Registry()
    registry.register(Point, version=1)
    with pytest.raises(ValueError, match="already"):
        registry.register(Point, version=2, name="Other")
    with pytest.raises(ValueError, match="already"):
        registry.register(Box, version=1, name="Point")


def test_only_older_versions_are_upgraded_from() -> None:
    with pytest.raises(ValueError, match="older"):
        Registry().register(Point, version=2, accepts={2: Point})


@dataclass
class WithInitVar:
    x: int
    scale: InitVar[int]


@dataclass(init=False)
class OwnInit:
    x: int

    def __init__(self, text: str) -> None:
        self.x = int(text)


class OwnNew(Line):
    def __new__(cls, text: str) -> OwnNew:
        return super().__new__(cls, text, Decimal(1))


class Plain:
    pass


def no_values(_: Plain) -> tuple[object, ...]:
    return ()


@pytest.mark.parametrize("cls", [WithInitVar, OwnInit, OwnNew, Plain, dict, int])
def test_a_class_that_cannot_be_looked_at_asks_for_pack_and_make(cls: type) -> None:
    with pytest.raises(TypeError, match="give pack and make"):
        Registry().register(cls, version=1)


def test_pack_and_make_go_together() -> None:
    with pytest.raises(TypeError, match="together"):
        Registry().register(Plain, version=1, pack=no_values)


def test_an_annotation_that_cannot_be_resolved_is_named() -> None:
    cls = make_dataclass("Hidden", [("x", "Elsewhere | None")])
    with pytest.raises(TypeError, match="Elsewhere"):
        Registry().register(cls, version=1)
    registry = Registry()
    registry.register(cls, version=1, types={"Elsewhere": Point})
    registry.register(Point, version=1)
    c = Codec(keyring(), purpose="test", registry=registry)
    assert c.open(c.seal(cls(Point(1, 2)), now=NOW), now=NOW) == cls(Point(1, 2))
    with pytest.raises(Unsupported):
        c.seal(cls("text"), now=NOW)


def test_annotations_may_name_classes_registered_before() -> None:
    registry = Registry()
    registry.register(Point, version=1)
    registry.register(make_dataclass("Path", [("points", "list[Point]")]), version=1)


def test_a_class_may_be_registered_after_the_codec_was_made() -> None:
    registry = Registry()
    c = Codec(keyring(), purpose="test", registry=registry)
    with pytest.raises(Unsupported):
        c.seal(Point(1, 2), now=NOW)
    registry.register(Point, version=1)
    assert c.open(c.seal(Point(1, 2), now=NOW), now=NOW) == Point(1, 2)


def gives_a_list(_: Plain) -> Any:
    return [1]


def gives_nothing(_: Plain) -> Any:
    return None


def fails(*_: object) -> Any:
    raise ZeroDivisionError


@pytest.mark.parametrize("pack", [gives_a_list, gives_nothing, fails])
def test_a_pack_that_fails_is_named(pack: Any) -> None:
    c = speaker(Plain, pack=pack, make=Plain)
    with pytest.raises(Unsupported, match=r"a\[1\]: .*Plain"):
        c.seal({"a": [0, Plain()]}, now=NOW)


def takes_two(one: object, other: object) -> Plain:
    raise AssertionError((one, other))


@pytest.mark.parametrize("make", [int, gives_nothing, takes_two, fails])
def test_a_make_that_raises_is_undecodable(make: Any) -> None:
    c = speaker(Plain, pack=no_values, make=make)
    with pytest.raises(Undecodable):
        c.open(c.seal(Plain(), now=NOW), now=NOW)


@dataclass(slots=True)
class Empty:
    pass


@dataclass(slots=True)
class Single:
    only: bytes
    hidden: int = field(default=3, kw_only=True)


@pytest.mark.parametrize("value", [Empty(), Single(b"x" * 5000), Single(b"", hidden=4)])
def test_records_of_any_number_of_fields(value: object) -> None:
    c = speaker(type(value))
    assert c.open(c.seal(value, now=NOW), now=NOW) == value


def test_an_annotation_prefers_the_names_of_its_module() -> None:
    """Even if another class of that name was registered before."""
    registry = Registry()
    registry.register(make_dataclass("Point", [("z", int)]), version=1, name="other.Point")
    registry.register(Holder, version=1)
    c = Codec(keyring(), purpose="test", registry=registry)
    registry.register(Point, version=1)
    assert c.open(c.seal(Holder(Point(1, 2)), now=NOW), now=NOW) == Holder(Point(1, 2))


@dataclass(init=False)
class Swapped:
    a: int
    b: int

    def __init__(self, b: int, a: int) -> None:
        self.a, self.b = a, b


@dataclass
class Listed(list[int]):
    x: int


@pytest.mark.parametrize("cls", [Swapped, Listed])
def test_a_class_whose_objects_would_come_back_different_is_not_registered(cls: type) -> None:
    with pytest.raises(TypeError, match="give pack and make"):
        Registry().register(cls, version=1)


class Named(enum.Enum):
    FIRST = 1

    @enum.property
    def name(self) -> str:
        return "something else"


def test_a_member_travels_by_its_true_name() -> None:
    c = speaker(Named)
    assert c.open(c.seal(Named.FIRST, now=NOW), now=NOW) is Named.FIRST
