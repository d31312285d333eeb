"""The classes that an annotation mentions are registered, with a version that is computed from their fields."""

from __future__ import annotations

import enum
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import InitVar, dataclass, make_dataclass
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, NewType, Protocol, TypedDict

import attrs
import msgspec
import numpy as np
import numpy.typing as npt
import pydantic
import pytest

from brine_codec import Codec, Registry, SchemaMiss, Unsupported
from tests.support.codec.samples import NOW, keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.codec.samples import Tally

PREFIX = f"{__name__}."


def found(annotation: object, owner: object = None) -> set[str]:
    registry = Registry()
    registry.register_annotated(annotation, owner=owner)
    return {tag.partition("@")[0].removeprefix(PREFIX) for tag in registry.tags}


class Mood(enum.Enum):
    GOOD = 1


class Right(enum.Flag):
    READ = 1


class Leg(NamedTuple):
    start: str
    end: str


@dataclass
class Leaf:
    mood: Mood


@dataclass
class Trip:
    legs: list[Leg]
    next: Trip | None = None


class Ride(pydantic.BaseModel):
    trip: Trip | None = None
    after: list[Ride] = []


@attrs.define
class Bag:
    rides: dict[str, Ride]


class Seat(msgspec.Struct):
    bag: Bag | None = None
    right: Right = Right.READ


@dataclass
class Crate[T]:
    content: T


class Shelf[T](pydantic.BaseModel):
    items: list[T]


class Row(TypedDict):
    leaf: Leaf


class Sized(Protocol):
    leaf: Leaf


class Blob:
    """A class without fields."""


@dataclass
class Handle:
    blob: Blob


@dataclass
class WithInitVar:
    x: int
    y: InitVar[int]


LeafId = NewType("LeafId", Leaf)
type Leaves = list[Leaf] | dict[str, Leaves]

ALL_OF_RIDE = {"Ride", "Trip", "Leg"}


@pytest.mark.parametrize(
    ("annotation", "names"),
    [
        (None, set()),
        (int, set()),
        (Any, set()),
        (Leaf, {"Leaf", "Mood"}),
        (dict[str, list[Leaf]] | None, {"Leaf", "Mood"}),
        (Annotated[Leaf, "text", Trip], {"Leaf", "Mood"}),
        (Literal[Mood.GOOD, 5], {"Mood"}),
        (LeafId, {"Leaf", "Mood"}),
        (Leaves, {"Leaf", "Mood"}),
        (Row, {"Leaf", "Mood"}),
        (Sized, set()),
        (type[Leaf], set()),
        (Trip, {"Trip", "Leg"}),
        (tuple[Ride, ...], ALL_OF_RIDE),
        (Seat, {"Seat", "Bag", "Right"} | ALL_OF_RIDE),
        (Crate[Leaf], {"Crate", "Leaf", "Mood"}),
        ("dict[str, 'Leaf']", {"Leaf", "Mood"}),
    ],
)
def test_classes_are_found(annotation: object, names: set[str]) -> None:
    def owner() -> None: ...

    assert found(annotation, owner) == names


def test_models_with_other_arguments_are_different_classes() -> None:
    names = found(Shelf[Leaf] | Shelf[Trip])
    assert len(names) == 6
    assert len([name for name in names if "Shelf" in name]) == 2


def quotes() -> dict[str, list[Seat]] | None:
    return {"a": [Seat(Bag({"b": Ride(trip=Trip([Leg("x", "y")], None))}), Right.READ)]}


@pytest.mark.parametrize("gate", [True, False])
def test_the_result_of_an_annotated_function_comes_back(gate: bool) -> None:
    registry = Registry()
    registry.register_annotated(quotes.__annotations__["return"], owner=quotes)
    codec = Codec(keyring(), purpose="test", registry=registry, gate=gate)
    assert codec.open(codec.seal(quotes(), now=NOW), now=NOW) == quotes()


def test_a_plain_class_is_left_out_and_named_when_it_is_sealed() -> None:
    registry = Registry()
    registry.register_annotated(list[Handle])
    codec = Codec(keyring(), purpose="test", registry=registry)
    with pytest.raises(Unsupported) as raised:
        codec.seal([Handle(Blob())], now=NOW)
    assert str(raised.value) == (
        "[0].blob: type Blob is not registered: it has no fields that can be inspected. Make it a dataclass, or call "
        "registry.register(Blob, version=1, pack=..., make=...) for it"
    )
    registry.register(Blob, version=1, pack=lambda _: (), make=Blob)
    assert type(codec.open(codec.seal([Handle(Blob())], now=NOW), now=NOW)[0].blob) is Blob


def test_a_dataclass_that_cannot_be_inspected_is_left_out_with_the_reason() -> None:
    registry = Registry()
    registry.register_annotated(WithInitVar)
    with pytest.raises(Unsupported, match="InitVar, or its own __init__"):
        Codec(keyring(), purpose="test", registry=registry).seal(WithInitVar(1, 2), now=NOW)


def hidden() -> list[Tally]:
    return []


def broken() -> list[Leaf]:
    return []


broken.__annotations__["return"] = "list["


@pytest.mark.parametrize("function", [hidden, broken])
def test_an_annotation_that_cannot_be_resolved_is_named_with_its_function(function: Callable[[], object]) -> None:
    with pytest.raises(TypeError) as raised:
        Registry().register_annotated(function.__annotations__["return"], owner=function)
    assert f"{__name__}.{function.__name__}: its annotation {function.__annotations__['return']!r} " in str(
        raised.value
    )


def test_a_class_that_was_registered_before_resolves_a_name() -> None:
    from tests.support.codec.samples import Tally  # noqa: PLC0415 - a name that this module does not have

    registry = Registry()
    registry.register(Tally, version=1)
    registry.register_annotated("list[Tally]", owner=hidden)
    assert [tag.partition("/")[0] for tag in registry.tags] == ["Tally@1"]


@pytest.mark.parametrize(
    "cls",
    [
        make_dataclass("UnclearDataclass", [("x", "list[Missing]")]),
        attrs.make_class("UnclearAttrs", {"x": attrs.field(type="list[Missing]")}),  # type: ignore[call-overload]  # stubs want a class
        pydantic.create_model("UnclearModel", x=("list[Missing]", ...)),
    ],
)
def test_a_field_that_cannot_be_resolved_is_named_with_its_class(cls: type) -> None:
    with pytest.raises(TypeError, match=r"an annotation of Unclear.* names Missing"):
        Registry().register_annotated(list[cls])  # type: ignore[valid-type]  # a class made at run time


def test_an_error_registers_nothing() -> None:
    registry = Registry()
    with pytest.raises(TypeError):
        registry.register_annotated(Leaf | make_dataclass("Unclear", [("x", "Missing")]))
    assert registry.tags == []


def test_an_explicit_registration_stays() -> None:
    registry = Registry()
    registry.register(Leaf, version=3)
    registry.register_annotated(list[Leaf])
    registry.register_annotated(list[Leaf])
    assert [tag.partition("/")[0] for tag in registry.tags if "Leaf" in tag] == ["Leaf@3"]
    assert any("Mood" in tag for tag in registry.tags)


@pytest.mark.parametrize("gate", [True, False])
def test_an_explicit_registration_replaces_an_automatic_one(gate: bool) -> None:
    registry = Registry()
    registry.register_annotated(list[Leg])
    codec = Codec(keyring(), purpose="test", registry=registry, gate=gate, compression="none")
    automatic = codec.seal([Leg("a", "b")], now=NOW)
    assert codec.open(automatic, now=NOW) == [Leg("a", "b")]
    registry.register(Leg, version=1)
    explicit = codec.seal([Leg("a", "b")], now=NOW)
    assert b"Leg@1/" in explicit
    assert b"test_reachable" not in explicit
    assert codec.open(explicit, now=NOW) == [Leg("a", "b")]
    with pytest.raises(SchemaMiss):
        codec.open(automatic, now=NOW)
    with pytest.raises(ValueError, match="already"):
        registry.register(Leg, version=2)


def test_two_classes_of_one_name_are_never_confused() -> None:
    def local(number: int) -> type:
        @dataclass
        class Local:
            x: int

            def __post_init__(self) -> None:
                assert self.x == number

        return Local

    first, second = local(1), local(2)
    registry = Registry()
    registry.register_annotated(first | second)
    codec = Codec(keyring(), purpose="test", registry=registry)
    assert codec.open(codec.seal(first(1), now=NOW), now=NOW) == first(1)
    with pytest.raises(Unsupported, match="another class is registered as"):
        codec.seal(second(2), now=NOW)


def test_an_explicit_name_wins_over_an_automatic_one() -> None:
    registry = Registry()
    registry.register_annotated(Leg)
    registry.register(Trip, version=1, name=f"{PREFIX}Leg")
    codec = Codec(keyring(), purpose="test", registry=registry)
    with pytest.raises(Unsupported, match="is registered for another class"):
        codec.seal(Leg("a", "b"), now=NOW)
    assert codec.open(codec.seal(Trip([]), now=NOW), now=NOW) == Trip([])


FIELDS: Sequence[list[tuple[str, Any]]] = [
    [("a", int), ("b", str)],
    [("b", str), ("a", int)],
    [("a", int), ("b", bytes)],
    [("a", int), ("b", str | None)],
    [("a", int), ("b", list[str])],
    [("a", int), ("b", list[bytes])],
    [("a", int), ("c", str)],
    [("a", int)],
    [("a", int), ("b", str), ("c", int)],
    [("a", Literal[1]), ("b", str)],
    [("a", Literal["1"]), ("b", str)],
    [("a", Leaf), ("b", str)],
    [("a", Trip), ("b", str)],
]


def changed(fields: list[tuple[str, Any]]) -> Codec:
    cls = make_dataclass("Changing", [(name, annotation) for name, annotation in fields], module=__name__)
    registry = Registry()
    registry.register_annotated(cls)
    return Codec(keyring(), purpose="test", registry=registry)


def test_a_changed_class_is_a_miss() -> None:
    values = [1, "a", 3]
    for fields in FIELDS[:1]:
        codec = changed(fields)
        cls = next(iter(codec._vocabulary._registry.reducers))
        sealed = codec.seal(cls(*values[: len(fields)]), now=NOW)
        for others in FIELDS:
            if others is not fields:
                with pytest.raises(SchemaMiss):
                    changed(others).open(sealed, now=NOW)


def test_an_enum_with_other_members_is_a_miss() -> None:
    def names(*members: str, kind: type[enum.Enum] = enum.Enum) -> set[str]:
        registry = Registry()
        make: Any = kind  # a call with members makes a new class
        registry.register_annotated(make("Kind", members, module=__name__))
        return set(registry.tags)

    assert names("A", "B") == names("A", "B") != names("A", "C")
    assert names("A", "B", kind=enum.Flag) != names("B", "A", kind=enum.Flag)


def test_the_tags_are_the_same_in_every_process() -> None:
    program = (
        f"import sys\nsys.path[:] = {[entry for entry in sys.path if entry]!r}\n"
        "from typing import List, Union, Literal\nimport sys\n"
        "List[Union[int, str]] if sys.argv[1] == '0' else List[Union[str, int]]\n"
        "from dataclasses import dataclass\nfrom brine_codec import Registry\n"
        "@dataclass\nclass Wide:\n    x: List[Union[int, str]]\n    y: dict[str, set[Literal['a', 'b']]]\n"
        "registry = Registry()\nregistry.register_annotated(Wide)\nprint(*registry.tags)\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program, seed],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "7")
    }
    assert len(printed) == 1
    assert printed.pop().startswith("__main__.Wide@")


def test_an_annotation_with_an_array_lets_arrays_be_carried() -> None:
    registry = Registry()
    registry.register_annotated(dict[str, npt.NDArray[np.float64]] | None)
    codec = Codec(keyring(), purpose="test", registry=registry)
    assert codec.open(codec.seal({"a": np.arange(3)}, now=NOW), now=NOW)["a"].tolist() == [0, 1, 2]


@dataclass
class Grid:
    cells: npt.NDArray[np.float64]


@dataclass
class Route:
    crate: Crate[int]
    interval: Interval[int]


class Interval[T](NamedTuple):
    low: T
    high: T


@pytest.mark.parametrize("value", [Grid(np.zeros((2, 3))), Route(Crate(5), Interval(1, 2))])
def test_the_arguments_of_a_generic_class_are_not_taken_for_items(value: Any) -> None:
    registry = Registry()
    registry.register_annotated(type(value))
    codec = Codec(keyring(), purpose="test", registry=registry)
    assert repr(codec.open(codec.seal(value, now=NOW), now=NOW)) == repr(value)


def test_many_threads_register_the_same_annotation() -> None:
    for _ in range(20):
        registry, start = Registry(), Barrier(8)

        def work(registry: Registry = registry, start: Barrier = start) -> set[str]:
            start.wait()
            registry.register_annotated(Seat | Crate[Leaf])
            return set(registry.tags)

        with ThreadPoolExecutor(8) as pool:
            tags = [future.result() for future in [pool.submit(work) for _ in range(8)]]
        assert len(tags[0]) == 9
        assert all(each == tags[0] for each in tags)
        assert registry.left_out == {}


def test_a_path_is_left_out() -> None:
    registry = Registry()
    registry.register_annotated(Path)
    assert Path in registry.left_out
