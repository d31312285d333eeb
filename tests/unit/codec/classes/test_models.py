"""Pydantic models: what is stored of them, and which are refused."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Annotated, Any

import pydantic
import pytest

from brine_codec import Codec, Registry, Undecodable, Unsupported
from tests.support.codec.forging import forged, tag_of
from tests.support.codec.samples import NOW, Point, keyring


def codec_of(cls: type, *, gate: bool = True) -> tuple[Codec, Registry]:
    registry = Registry()
    registry.register(cls, version=1, name="Model")
    return Codec(keyring(), purpose="test", registry=registry, gate=gate), registry


def again(value: Any) -> Any:
    codec, _ = codec_of(type(value))
    return codec.open(codec.seal(value, now=NOW), now=NOW)


class Swapped(pydantic.BaseModel):
    a: int = pydantic.Field(alias="b")
    b: int = pydantic.Field(alias="a")


def test_aliases_do_not_matter() -> None:
    assert again(Swapped(a=1, b=2)) == Swapped(a=1, b=2)


class Upper(pydantic.BaseModel):
    text: str

    @pydantic.field_validator("text")
    @classmethod
    def upper(cls, text: str) -> str:
        return text.upper()


def test_a_validator_also_holds_for_what_a_sender_made_up() -> None:
    codec, registry = codec_of(Upper)
    assert again(Upper(text="a")).text == "A"
    assert codec.open(forged(tag_of(registry, "Model@1"), "a", 1), now=NOW).text == "A"


class Split(pydantic.BaseModel):
    parts: list[str]

    @pydantic.field_validator("parts", mode="before")
    @classmethod
    def split(cls, text: str) -> list[str]:
        return text.split(",")


class Growing(pydantic.BaseModel):
    number: int

    @pydantic.field_validator("number")
    @classmethod
    def grow(cls, number: int) -> int:
        return number + 1


class Extended(pydantic.BaseModel, extra="allow"):
    number: int


class Unset(pydantic.BaseModel):
    number: int = 0
    _hidden: int


class Positive(pydantic.BaseModel):
    number: Annotated[int, pydantic.Field(gt=0)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Split.model_construct(parts=["a"]), r"Split does not accept its own fields \(AttributeError\)"),
        (Growing(number=1), "Growing converts number once more"),
        (Extended.model_validate({"number": 1, "more": 2}), "extra fields are not written: more"),
        (Unset.model_validate({}), "_hidden: the model has no value for it"),
        (Positive.model_construct(number="x"), "number: str does not fit the annotation"),
        (Positive.model_construct(number=-1), r"Positive does not accept its own fields \(ValidationError\)"),
        (Positive.model_construct(), "number: the model has no value for it"),
    ],
)
def test_a_model_that_would_not_come_back_equal_is_not_sealed(value: Any, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        again(value)


def test_a_model_that_allows_extra_fields_and_has_none_is_sealed() -> None:
    assert again(Extended(number=1)) == Extended(number=1)
    assert again(Extended(number=1)).model_extra == {}


class OwnInit(pydantic.BaseModel):
    number: int

    def __init__(self, number: int) -> None:
        super().__init__(number=number)


def test_a_model_with_its_own_init_is_not_registered() -> None:
    with pytest.raises(TypeError, match="OwnInit has its own __init__: give pack and make"):
        Registry().register(OwnInit, version=1)


class Computed(pydantic.BaseModel, frozen=True):
    number: int

    @pydantic.computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @cached_property
    def double(self) -> int:
        return self.number * 2


def test_computed_fields_are_not_stored() -> None:
    value = Computed(number=2)
    assert value.double == 4
    opened = again(value)
    assert "double" not in vars(opened)
    assert opened.double == 4


class Special(pydantic.BaseModel):
    born: pydantic.PastDate | None = None
    births: list[pydantic.PastDate] = []
    size: pydantic.ByteSize = pydantic.ByteSize(0)
    point: Point | None = None


def test_types_that_only_tell_pydantic_how_to_validate_are_checked_by_pydantic() -> None:
    day = dt.date(2001, 2, 3)
    codec, registry = codec_of(Special)
    registry.register(Point, version=1)
    value = Special.model_construct(born=day, births=[day], size=0, point=Point(1, 2))
    assert codec.open(codec.seal(value, now=NOW), now=NOW).births == [day]
    tag = tag_of(registry, "Model@1")
    for births in ([dt.date(9999, 1, 1)], ["text"], [Point(1, 2)], 5):
        with pytest.raises(Undecodable):
            codec.open(forged(tag, None, births, 0, None, 15), now=NOW)


class Page[T](pydantic.BaseModel):
    items: list[T]


def test_the_arguments_of_a_generic_model_are_checked() -> None:
    codec, registry = codec_of(Page[int])
    assert codec.open(codec.seal(Page[int](items=[1]), now=NOW), now=NOW) == Page[int](items=[1])
    with pytest.raises(Undecodable):
        codec.open(forged(tag_of(registry, "Model@1"), ["1"], 1), now=NOW)


def test_shared_parts_of_unchecked_graphs_stay_equal() -> None:
    codec, _ = codec_of(Page[int], gate=False)
    page = Page[int](items=[1, 2])
    first, second = codec.open(codec.seal([page, page], now=NOW), now=NOW)
    assert first is second
    assert first == page


class Attachment(pydantic.BaseModel):
    body: bytes


@pytest.mark.parametrize("gate", [True, False])
def test_large_bytes_of_a_model_come_back_as_bytes(gate: bool) -> None:
    codec, _ = codec_of(Attachment, gate=gate)
    value = Attachment(body=bytes(range(256)) * 40)
    opened = codec.open(codec.seal(value, now=NOW), now=NOW)
    assert opened == value
    assert type(opened.body) is bytes
