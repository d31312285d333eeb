"""Classes of pydantic, attrs and msgspec, alike in their fields."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - the classes need their annotations when they run
from typing import Annotated, Any

import attr
import attrs
import msgspec
import pydantic

from tests.support.codec.samples import Colour, Point  # noqa: TC001 - as above


class Offer(pydantic.BaseModel):
    """A model with an alias, a constraint, a private attribute and nested values."""

    sku: str
    price: float = pydantic.Field(gt=0, alias="cost")
    points: list[Point] = []
    colour: Colour | None = None
    until: pydantic.AwareDatetime | None = None
    parent: Offer | None = None
    _note: str | None = None


class FrozenOffer(Offer):
    """A frozen subclass of a model, with a field more."""

    model_config = pydantic.ConfigDict(frozen=True)
    stock: Annotated[int, pydantic.Field(ge=0)] = 0


class Prices(pydantic.RootModel[dict[str, float]]):
    """A model without named fields."""


@attrs.define
class Parcel:
    """An attrs class with a private name, a validator, a converter and a field that `__init__` does not take."""

    _id: int
    weight: float = attrs.field(validator=attrs.validators.gt(0))
    points: list[Point] = attrs.field(factory=list, converter=list, kw_only=True)
    label: str | None = attrs.field(init=False, default=None)


@attrs.frozen
class FrozenParcel:
    """A frozen attrs class."""

    id: int
    parcel: Parcel | None = None


@attr.s
class OldParcel:
    """A class of the older interface, whose types are no annotations."""

    id = attr.ib(type=int)
    tags = attr.ib(type="list[str]", factory=list)


class Ticket(msgspec.Struct):
    """A Struct."""

    id: int
    price: float
    points: list[Point] = []
    at: dt.datetime | None = None

    def __post_init__(self) -> None:
        if self.price < 0:
            raise ValueError("a price is not negative")


class FrozenTicket(msgspec.Struct, frozen=True, kw_only=True, tag=True, rename="camel"):
    """A frozen Struct with keywords."""

    ticket_id: int
    ticket: Ticket | None = None


LIBRARY_CLASSES: list[Any] = [
    Offer,
    FrozenOffer,
    Prices,
    Parcel,
    FrozenParcel,
    OldParcel,
    Ticket,
    FrozenTicket,
]
