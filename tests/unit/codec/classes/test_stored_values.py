"""The annotations of the values that an envelope holds, for a description of a class outside of its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from brine_codec import Registry
from brine_codec.classes.stored_values import annotations_of
from tests.support.codec.library_classes import FrozenOffer, FrozenParcel, Offer, OldParcel, Parcel, Prices
from tests.support.codec.samples import Colour, Handmade, Point

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass
class Priced:
    price: Decimal


@pytest.mark.parametrize("cls", [Point, Parcel, FrozenParcel, OldParcel, Offer, FrozenOffer, Prices])
def test_the_values_are_those_of_the_record(cls: type) -> None:
    registry = Registry()
    registry.register(cls, name="x", version=1)
    assert tuple(annotations_of(cls, registry.known(cls))) == registry.record("x@1").names


def test_a_value_that_only_pydantic_checks_may_be_anything_and_the_set_fields_are_a_number() -> None:
    found = annotations_of(Offer, {})
    assert found["price"] is float
    assert found["until"] == Any
    assert found["_note"] == str | None
    assert found["model_fields_set"] is int


def test_an_enum_has_no_values_by_name_and_other_classes_cannot_be_inspected() -> None:
    assert annotations_of(Colour, {}) == {}
    with pytest.raises(TypeError, match="Handmade has no fields"):
        annotations_of(Handmade, {})


def test_the_types_of_a_registration_stay_known() -> None:
    """Another annotation that mentions the class must find them too."""
    import decimal  # noqa: PLC0415 - the module must not have the name when it runs

    registry = Registry()
    registry.register(Priced, version=1, types={"Decimal": decimal.Decimal})
    assert annotations_of(Priced, registry.known(Priced)) == {"price": decimal.Decimal}
    registry.register_annotated(list[Priced])
    assert registry.registered == {Priced: ("Priced", 1)}


def test_a_registry_tells_the_names_and_versions_and_which_classes_are_packed() -> None:
    registry = Registry()
    registry.register_annotated(Colour)
    ((name, version),) = registry.registered.values()
    assert f"{name}@{version}" in registry.tags
    registry.register(Colour, name="shop.Colour", version=2)
    registry.register(Handmade, version=3, pack=lambda one: (one.name,), make=Handmade)
    assert registry.registered == {Colour: ("shop.Colour", 2), Handmade: ("Handmade", 3)}
    assert registry.packed == {Handmade}
