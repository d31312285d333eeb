"""Makers for classes with a fixed list of fields: dataclasses, NamedTuples, attrs classes, Structs and models.

A record is written as the values of its fields, in order. The tag has a checksum of the field names. A record is made
by calling its class, so `__init__` and `__post_init__` run as usual. For each class two functions without loops are
compiled from its field names, as `dataclasses` does for `__init__`. They check every value against its annotation and
still cost less than pickle without checks.
"""

from __future__ import annotations

import inspect
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from brine_codec.errors import Undecodable, Unsupported, shown
from brine_codec.pickling.makers import OUT_OF_BAND, Maker, with_buffers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from brine_codec.classes.annotations import FieldType
    from brine_codec.pickling.makers import Reduced, Reducer, Values


STEPS_PER_BYTE = 10
"""Steps for each byte of a field if each of its items is checked by a call."""


class Field(NamedTuple):
    """One field of a record.

    passed: how the class takes it: by position, by keyword, or set afterwards ("late").
    parameter: the parameter that takes it by keyword, if its name is not that of the field.
    """

    name: str
    field_type: FieldType
    passed: str = "position"
    parameter: str = ""


class RecordMaker(Maker):
    """Base class of all record makers. Checks the values that the compiled functions do not accept at once."""

    __slots__ = ("_field_types", "names")
    names: tuple[str, ...]
    _field_types: tuple[FieldType, ...]

    def __init__(self, tag: str, cls: type, make: Callable[..., object], fields: Iterable[Field]) -> None:
        super().__init__(tag, cls, make)
        object.__setattr__(self, "names", tuple(field.name for field in fields))
        object.__setattr__(self, "_field_types", tuple(field.field_type for field in fields))

    def make_checked(self, *values: object) -> object:
        """Return a record after the slow check, for subclasses and for buffers instead of bytes."""
        values = tuple([bytes(value) if type(value) is memoryview else value for value in values])
        wrong = self._wrong(values)
        if wrong is not None:
            raise Undecodable(f"{shown(self.tag)} does not take its fields: {wrong}")
        return self._make(*values)

    def reduce_checked(self, *values: object) -> Reduced:
        """Return the maker and the values after the slow check."""
        wrong = self._wrong(values)
        if wrong is not None:
            raise Unsupported(wrong)
        return self, with_buffers(values)

    def confirm(self, values: list[tuple[str, object]], value_in: Callable[[Any, str], object]) -> None:
        """Raise Unsupported unless the class makes an equal object of the values of an object, given with their names.

        For classes that may convert their fields. value_in: returns the value of a field in an object.
        """
        advice = "let it accept and keep its own values, or register the class with pack and make"
        try:
            made = self._make(*[value for _, value in values])
            changed = [name for name, value in values if not _same(value_in(made, name), value)]
        except Exception as error:  # the caller's class may raise any type
            raise Unsupported(
                f"{self._cls.__qualname__} does not accept its own fields ({type(error).__name__}): {advice}"
            ) from error
        if changed:
            raise Unsupported(f"{self._cls.__qualname__} converts {', '.join(changed)} once more: {advice}")

    def _wrong(self, values: Values) -> str | None:
        for name, field_type, value in zip(self.names, self._field_types, values, strict=True):
            if field_type.classes is not None and not isinstance(value, field_type.classes):
                return f"{name}: {type(value).__name__} does not fit the annotation"
            if field_type.inside is not None and not field_type.inside(value):
                return f"{name}: its items do not fit the annotation"
        return None


class CheckedMaker(RecordMaker):
    """Makes a record without a compiled function: by a function of the values of the fields."""

    __slots__ = ()

    def __call__(self, *values: object) -> object:
        if len(values) != len(self.names):
            raise Undecodable(f"{shown(self.tag)} does not take {len(values)} fields")
        wrong = self._wrong(tuple([bytes(value) if type(value) is memoryview else value for value in values]))
        if wrong is not None:
            raise Undecodable(f"{shown(self.tag)} does not take its fields: {wrong}")
        return super().__call__(*values)


class Upgrade(CheckedMaker):
    """Makes an object of today's class from the values of an older version."""

    __slots__ = ()

    @property
    def record_tag(self) -> str:
        """The tag of a record of the older version."""
        return f"{self.tag}/{checksum(self.names)}"


def _same(one: object, other: object) -> bool:
    return one is other or bool(one == other)


def checksum(names: Iterable[str]) -> str:
    """Return a checksum that changes if a field is added, removed, renamed or moved."""
    return f"{zlib.crc32(','.join(names).encode()):08x}"


def record(tag: str, cls: type, fields: list[Field], *, restores_state: bool = False) -> tuple[RecordMaker, Reducer]:
    """Return the maker and the reducer of one class. restores_state: as for any Maker."""
    space: dict[str, Any] = {"cls": cls, "set_late": object.__setattr__}
    exec(_source(cls, fields, space), space)  # noqa: S102 - the source has only names of a registered class, no data
    is_expensive = any(field.field_type.inside is not None and field.field_type.items is None for field in fields)
    own = {
        "__slots__": (),
        "__call__": space["call"],
        "steps_per_byte": STEPS_PER_BYTE if is_expensive else 0,
        "restores_state": restores_state,
    }
    compiled = type("RecordMaker", (RecordMaker,), own)
    maker = space["maker"] = compiled(f"{tag}/{checksum(field.name for field in fields)}", cls, space["make"], fields)
    return maker, space["reduce"]


_SOURCE = """
def make({values}):
    {make}

def call(self, {values}):
    if {condition}:
        {make}
    return self.make_checked({values})

def reduce(record):
    {take}
    if {condition}:
        return maker, ({values})
    return maker.reduce_checked({values})
"""


def _source(cls: type, fields: list[Field], space: dict[str, Any]) -> str:
    """Return the source of the functions. Adds the names that it uses to `space`."""
    passed = [f"v{at}" for at, field in enumerate(fields) if field.passed == "position"]
    passed += [f"{field.parameter or field.name}=v{at}" for at, field in enumerate(fields) if field.passed == "keyword"]
    make = f"cls({', '.join(passed)})"
    late = [f"set_late(made, {field.name!r}, v{at})" for at, field in enumerate(fields) if field.passed == "late"]
    values = "".join(f"v{at}, " for at in range(len(fields)))
    if issubclass(cls, tuple):
        take = [f"{values}= record"] if fields else []
    else:
        take = [f"v{at} = record.{field.name}" for at, field in enumerate(fields)]
    conditions = [test for at, field in enumerate(fields) for test in _tests(f"v{at}", field.field_type, space)]
    return _SOURCE.format(
        values=values,
        make="; ".join((f"made = {make}", *late, "return made")) if late else f"return {make}",
        take="; ".join(take) or "pass",
        condition=" and ".join(conditions) or "True",
    )


def _tests(value: str, field_type: FieldType, space: dict[str, Any]) -> Iterator[str]:
    """Yield expressions that are all true for nearly every value of the field type, and for no other value."""
    if field_type.classes is not None:
        tests = []
        for number, cls in enumerate(field_type.classes):
            space[f"{value}_{number}"] = cls
            if cls is bytes:
                tests.append(f"(type({value}) is bytes and len({value}) < {OUT_OF_BAND})")
            elif inspect.isabstract(cls):
                tests.append(f"isinstance({value}, {value}_{number})")
            else:
                tests.append(f"type({value}) is {value}_{number}")
        yield f"({' or '.join(tests)})"
    if field_type.items is not None:
        space[f"{value}_items"] = frozenset(field_type.items).issuperset
        yield f"{value}_items(map(type, {value}))"
    elif field_type.inside is not None:
        space[f"{value}_inside"] = field_type.inside
        yield f"{value}_inside({value})"
