"""The generated file and a file that was written by hand declare the same, for all classes of the tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, make_dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import pytest

from brine.adapters.config.types import parse_types
from brine_codec import Registry
from examples import shop
from tests.support.codec import samples
from tests.support.codec.library_classes import Offer, Parcel
from tests.support.declarations import content, generated
from tests.unit.adapters.config.test_types import FIELDS, users
from tests.unit.service.transcoding import world

if TYPE_CHECKING:
    from collections.abc import Callable

SPACE = {
    **{name: getattr(dt, name) for name in ("date", "datetime", "time", "timedelta")},
    "any": Any,
    "Decimal": Decimal,
    "UUID": UUID,
    "ndarray": np.ndarray,
}
SHOP = """
[[type]]
name = "shop.Order"
version = 3
fields = { id = "str", placed = "datetime", total = "Decimal", lines = "list[shop.Line]", note = "str | None" }

[[type]]
name = "shop.Line"
version = 1
fields = { sku = "str", count = "int", price = "Decimal" }
"""
COLOUR = '[[type]]\nname = "shop.Colour"\nversion = 1\nmembers = ["RED", "GREEN"]\n'
TREE = """
[[type]]
name = "Tree"
version = 1
fields = { children = "list[Tree]", leaf = "dict[str, Leaf] | Leaf" }

[[type]]
name = "Leaf"
version = 2
fields = {}
"""
OF_LIBRARIES = """
[[type]]
name = "Colour"
version = 1
members = ["RED", "BLUE"]

[[type]]
name = "Point"
version = 1
fields = { x = "float", y = "float" }

[[type]]
name = "Parcel"
version = 1
fields = { _id = "int", weight = "float", points = "list[Point]", label = "str | None" }

[[type]]
name = "Offer"
version = 1

[type.fields]
sku = "str"
price = "float"
points = "list[Point]"
colour = "Colour | None"
until = "any"
parent = "Offer | None"
_note = "str | None"
model_fields_set = "int"
"""
OF_CODEC = """
[[type]]
name = "Order"
version = 1

[type.fields]
id = "int"
customer = "str | None"
lines = "list[Line]"
placed = "datetime"
colour = "Colour"
attachment = "bytes"

[[type]]
name = "Line"
version = 1
fields = { sku = "str", price = "Decimal" }

[[type]]
name = "Colour"
version = 1
members = ["RED", "BLUE"]

[[type]]
name = "Box"
version = 1
fields = { content = "any" }

[[type]]
name = "Tally"
version = 1
fields = { limit = "int", total = "int" }
"""


@dataclass
class Leaf:
    """A class without fields."""


@dataclass
class Tree:
    """A class that mentions itself, and a later one."""

    children: list[Tree]
    leaf: dict[str, Leaf] | Leaf


def registry(*classes: type, **versions: int) -> Registry:
    made = Registry()
    for cls in classes:
        made.register(cls, version=versions.get(cls.__name__, 1))
    return made


@pytest.mark.parametrize(
    ("made", "by_hand"),
    [
        (shop.registry, SHOP),
        (users, SHOP + COLOUR),
        (world.registry, world.TYPES),
        (lambda: registry(Leaf, Tree, Leaf=2), TREE),
        (lambda: registry(samples.Colour, samples.Point, Parcel, Offer), OF_LIBRARIES),
        (lambda: registry(samples.Colour, samples.Line, samples.Order, samples.Box, samples.Tally), OF_CODEC),
    ],
    ids=["example", "types", "transcoding", "tree", "libraries", "codec"],
)
def test_the_classes_of_the_tests_are_declared_as_by_hand(made: Callable[[], Registry], by_hand: str) -> None:
    assert content(generated(made())) == content(parse_types(by_hand))


@pytest.mark.parametrize("text", [text for text, _, _ in FIELDS] + ["datetime", "Decimal", "ndarray"])
def test_each_field_type_is_declared_as_by_hand(text: str) -> None:
    cls = make_dataclass("B", [("x", eval(text, dict(SPACE)))])  # noqa: S307 - a field type has the form of an annotation
    by_hand = f'[[type]]\nname = "B"\nversion = 1\nfields = {{ x = "{text}" }}'
    assert content(generated(registry(cls))) == content(parse_types(by_hand))


def test_the_samples_of_the_gateway_are_the_classes_of_the_example() -> None:
    text = (Path(__file__).parents[4] / "samples/routes/types.d/samples.toml").read_text()
    assert content(parse_types(text)) == content(generated(shop.registry()))
