"""Annotations without quotes that name a class which their module does not have. Python 3.14 allows them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypedDict

import msgspec
import pytest

from brine_codec import Registry
from tests.support.codec.samples import NOW, codec

if TYPE_CHECKING:
    from typing import Never as Absent

SOURCE = """
from dataclasses import dataclass
from typing import NamedTuple

import attrs
import pydantic

@dataclass
class Parcel:
    parts: list[Part]
    boxed: dict[str, Box] | None = None

@dataclass
class Crate[T](Parcel):
    content: T | None = None

@dataclass
class Box:
    size: int

class Slip(NamedTuple):
    parts: list[Part]

@attrs.define
class Tray:
    parts: list[Part]

class Model(pydantic.BaseModel):
    parts: list[Part]

def upgrade(part: Part) -> Parcel:
    return Parcel([part])
"""
CLASSES = ("Parcel", "Crate", "Slip", "Tray", "Model")
late = pytest.mark.skipif(sys.version_info < (3, 14), reason="needs quotes before Python 3.14")


@dataclass
class Part:
    number: int


class Plan(TypedDict):
    part: Absent


class Shelf(msgspec.Struct):
    part: Absent


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of `SOURCE`, which does not have the class Part."""
    made = ModuleType("late_annotations")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    exec(compile(SOURCE, "late_annotations.py", "exec", dont_inherit=True), vars(made))  # noqa: S102 - our own source
    return made


@late
@pytest.mark.parametrize("name", CLASSES)
def test_a_class_that_was_registered_before_is_found(module: Any, name: str) -> None:
    registry = Registry()
    for cls in (Part, module.Box, getattr(module, name)):
        registry.register(cls, version=1)
    parcel = getattr(module, name)(parts=[Part(1), Part(2)])
    sealer = codec(registry=registry)
    assert sealer.open(sealer.seal(parcel, now=NOW), now=NOW) == parcel


@late
@pytest.mark.parametrize("name", CLASSES)
def test_a_class_in_types_is_found(module: Any, name: str) -> None:
    Registry().register(getattr(module, name), version=1, types={"Part": Part})


@late
@pytest.mark.parametrize("name", CLASSES)
def test_the_error_names_the_field_and_the_class_that_is_not_found(module: Any, name: str) -> None:
    with pytest.raises(TypeError, match=rf"an annotation of {name} \(parts: list\[Part\]\) names Part, .*types="):
        Registry().register(getattr(module, name), version=1)


@late
def test_an_annotation_of_an_upgrade_is_found_by_the_same_names(module: Any) -> None:
    with pytest.raises(TypeError, match=r"an annotation of upgrade \(part: Part\) names Part"):
        Registry().register(module.Parcel, version=2, accepts={1: module.upgrade})
    Registry().register(module.Parcel, version=2, accepts={1: module.upgrade}, types={"Part": Part})


@late
def test_classes_that_the_module_defines_later_are_registered_with_their_owner(module: Any) -> None:
    registry = Registry()
    registry.register(Part, version=1)
    registry.register_annotated(module.Crate[int], owner=module.Crate)
    assert {"Parcel", "Box"} & {cls.__name__ for cls in registry.reducers} == {"Box"}
    assert module.Crate in registry.reducers


def test_the_error_names_the_key_of_a_typed_dict_whose_class_is_not_found() -> None:
    with pytest.raises(TypeError, match=r"an annotation of Plan \(part: .*Absent.*\) names Absent"):
        Registry().register_annotated(Plan, owner=Plan)


def test_a_struct_needs_a_name_that_msgspec_finds() -> None:
    with pytest.raises(TypeError, match=r"Shelf: its library cannot find Absent, .*outside of `if TYPE_CHECKING`"):
        Registry().register(Shelf, version=1, types={"Absent": Part})
