"""Makers and reducers for classes, made from their fields, annotations and signatures."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from brine_codec.classes.annotations import field_type_of
from brine_codec.classes.fields import check_call, field_types, hints_of
from brine_codec.classes.hints import parameters_of
from brine_codec.classes.kinds import PLAIN, kind_of
from brine_codec.classes.records import Field, Upgrade, record
from brine_codec.errors import SchemaMiss, TooLarge, Undecodable, shown
from brine_codec.pickling.makers import explicit

if typing.TYPE_CHECKING:
    import enum
    from collections.abc import Callable, Mapping

    from brine_codec.classes.hints import Hints
    from brine_codec.pickling.makers import Maker, Reducer

MOST_COMBINATIONS = 65_536
"""Combinations of the flags of one class, in one process."""


def inspect_class(tag: str, cls: type, names: Mapping[str, object]) -> tuple[Maker, Reducer]:
    """Return a maker and a reducer for a class of a known kind. `names` resolves names in annotations."""
    kind = kind_of(cls)
    match kind:
        case "flag":
            return _flag(tag, cls)
        case "enum":
            return _enum(tag, cls)
        case "dataclass":
            return _dataclass(tag, cls, hints_of(cls, kind, names))
        case "NamedTuple":
            return _named_tuple(tag, cls, hints_of(cls, kind, names))
        case "pydantic":
            from brine_codec.classes.models import model_record  # noqa: PLC0415 - rarely needed

            return model_record(tag, cls, hints_of(cls, kind, names))
        case "attrs":
            from brine_codec.classes.libraries import attrs_record  # noqa: PLC0415 - rarely needed

            return attrs_record(tag, cls, hints_of(cls, kind, names))
        case "msgspec":
            from brine_codec.classes.libraries import msgspec_record  # noqa: PLC0415 - rarely needed

            return msgspec_record(tag, cls, hints_of(cls, kind, names))
    raise TypeError(
        f"{cls.__qualname__} is neither a dataclass nor a NamedTuple nor an Enum, nor a class of pydantic 2, attrs or "
        "msgspec: give pack and make"
    )


def _dataclass(tag: str, cls: type, hints: Hints) -> tuple[Maker, Reducer]:
    if issubclass(cls, PLAIN):
        raise TypeError(
            f"{cls.__qualname__} is a dataclass and a {cls.__mro__[1].__name__} at once: give pack and make"
        )
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # a dataclass
    called = [field for field in fields if field.init]
    check_call(cls, [field.name for field in called if not field.kw_only], {f.name for f in called if f.kw_only})
    return record(tag, cls, [Field(field.name, field_type_of(hints[field.name]), _passed(field)) for field in fields])


def _passed(field: dataclasses.Field[Any]) -> str:
    if not field.init:
        return "late"
    return "keyword" if field.kw_only else "position"


def _named_tuple(tag: str, cls: type, hints: Hints) -> tuple[Maker, Reducer]:
    check_call(cls, list(hints))
    return record(tag, cls, [Field(name, field_type_of(hint)) for name, hint in hints.items()])


def _enum(tag: str, cls: type[enum.Enum]) -> tuple[Maker, Reducer]:
    """Return the maker and reducer of an Enum. A member is written as its name."""
    members = cls.__members__

    def make(*values: object) -> enum.Enum:
        (name,) = values
        if type(name) is not str:
            raise Undecodable(f"{shown(tag)} is not named by text")
        if name not in members:
            raise SchemaMiss(f"{shown(tag)} has no member {shown(name)}")
        return members[name]

    return explicit(tag, cls, lambda member: (member._name_,), make)  # `name` may be a field of the Enum itself


def _flag(tag: str, cls: type[enum.Flag]) -> tuple[Maker, Reducer]:
    """Return the maker and reducer of a Flag. Flags are written as their value, since a combination has no name.

    The class keeps each combination for the life of the process, so their number is limited.
    """
    known = cls._value2member_map_
    known_bits = 0
    for member in cls.__members__.values():
        known_bits |= member.value

    def make(*values: object) -> enum.Flag:
        (value,) = values
        if type(value) is not int:
            raise Undecodable(f"{shown(tag)} is not an integer")
        if value & ~known_bits or value < 0:
            raise SchemaMiss(f"{shown(tag)} has no such flags")
        if value not in known and len(known) >= MOST_COMBINATIONS:
            raise TooLarge(f"{shown(tag)} has more than {MOST_COMBINATIONS} combinations of flags in this process")
        try:
            return cls(value)
        except ValueError:
            raise SchemaMiss(f"{shown(tag)} has no such flags") from None

    return explicit(tag, cls, lambda flag: (flag.value,), make)


def inspect_upgrade(tag: str, cls: type, upgrade: Callable[..., Any], names: Mapping[str, object]) -> Upgrade:
    """Return a maker that calls `upgrade` with the values of an older version, one parameter for each field.

    Raises TypeError if the parameters of `upgrade` do not name the fields.
    """
    parameters = parameters_of(upgrade)
    if any(parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) for parameter in parameters):
        raise TypeError(f"accepts: the function for {tag} needs one named parameter for each field of that version")
    found = field_types(upgrade, [parameter.name for parameter in parameters], names)
    return Upgrade(tag, cls, upgrade, [Field(name, field_type) for name, field_type in found.items()])
