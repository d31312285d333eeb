"""The tables of a registry's classes, and the classes that types.toml cannot declare."""

from __future__ import annotations

import enum
from dataclasses import dataclass, make_dataclass

import pytest

from brine_cli.declared_types.type_table import tables_of
from brine_cli.errors import CommandError
from brine_codec import Registry


class Access(enum.Flag):
    READ = 1


class Hidden(enum.Enum):
    _UNSEEN = 1
    SEEN = 2


class Mood(enum.StrEnum):
    GOOD = "good"
    FINE = "good"  # an alias


class Empty(enum.Enum):
    """An Enum without members, as a base class."""


@dataclass
class User:
    access: Access
    mood: Mood | Empty | None


class Money:
    def __init__(self, cents: int) -> None:
        self.cents = cents


def registered(*classes: type, **names: str) -> Registry:
    registry = Registry()
    for cls in classes:
        registry.register(cls, version=1, name=names.get(cls.__name__))
    return registry


def test_a_class_by_annotation_has_the_name_and_the_version_that_the_codec_gives_it() -> None:
    registry = Registry()
    registry.register_annotated(User | None)
    tables = {table.name: table for table in tables_of(registry, [f"{__name__}.Access"])}
    assert tables.keys() == {f"{__name__}.User", f"{__name__}.Mood"}
    user = tables[f"{__name__}.User"]
    assert any(tag.startswith(f"{user.name}@{user.version}/") for tag in registry.tags)
    assert user.fields == {"access": "any", "mood": "any"}  # Empty is registered, and no object of it exists
    assert tables[f"{__name__}.Mood"].members == ("GOOD", "FINE")


@pytest.mark.parametrize(
    ("cls", "told"),
    [
        (Access, "it is a Flag, and the gateway knows only the members of an Enum."),
        (Hidden, "'_UNSEEN' is not a member name"),
    ],
)
def test_a_class_that_cannot_be_declared_is_named_with_its_place(cls: type, told: str) -> None:
    with pytest.raises(CommandError) as caught:
        tables_of(registered(cls), ())
    message = str(caught.value)
    assert message.startswith("tests/unit/twin/declared_types/test_type_table.py:")
    assert f"{cls.__name__} ({cls.__name__}) cannot be declared: " in message
    assert told in message
    assert f'leave_out = ["{cls.__name__}"] in [tool.brine.types] of pyproject.toml' in message
    assert tables_of(registered(cls), [cls.__name__]) == []


def test_all_classes_that_cannot_be_declared_are_named_at_once() -> None:
    registry = registered(Access)
    registry.register(Money, version=1, pack=lambda money: (money.cents,), make=Money)
    with pytest.raises(CommandError) as caught:
        tables_of(registry, ())
    flag, packed = str(caught.value).splitlines()
    assert "Access" in flag
    assert "Money (Money) cannot be declared: it is registered with pack and make" in packed


def test_a_name_of_a_field_type_is_no_name_of_a_class() -> None:
    with pytest.raises(CommandError, match=r'"time" is a field type already\. Register the class by another name'):
        tables_of(registered(User, User="time"), ())


def test_a_class_made_at_run_time_is_named_by_its_module() -> None:
    made = make_dataclass("Made", [("x", int)], module="shop")
    (table,) = tables_of(registered(made), ())
    assert (table.place, table.fields) == ("shop", {"x": "int"})
