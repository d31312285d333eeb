"""Makers for what has a fixed list of fields: dataclasses and NamedTuples.

A record travels as the values of its fields, in order; their names are in the tag, as a checksum. It is made by
calling its class, so that `__init__` and `__post_init__` refuse what they always refuse. For each class two
straight-line functions are compiled from its field names, as `dataclasses` does for `__init__`: they check every value
against its annotation and still cost less than pickle's own way.
"""

from __future__ import annotations

import inspect
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from brine_codec.errors import Undecodable, Unsupported, shown
from brine_codec.pickling.makers import OUT_OF_BAND, Maker, apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from brine_codec.classes.annotations import Kind
    from brine_codec.pickling.makers import Reduced, Reducer, Values


STEPS_INSIDE = 10
"""For each byte of what a field holds, where each value in it is looked at by a call of its own."""


class Field(NamedTuple):
    """One field of a record, and how its class takes it: by position, by keyword, or set afterwards ("late")."""

    name: str
    kind: Kind
    given: str = "position"


class RecordMaker(Maker):
    """What all records share: the way of values that the compiled functions do not recognise at once."""

    __slots__ = ("_kinds", "names")
    names: tuple[str, ...]
    _kinds: tuple[Kind, ...]

    def __init__(self, tag: str, cls: type, make: Callable[..., object], fields: Iterable[Field]) -> None:
        super().__init__(tag, cls, make)
        object.__setattr__(self, "names", tuple(field.name for field in fields))
        object.__setattr__(self, "_kinds", tuple(field.kind for field in fields))

    def admit(self, *values: object) -> object:
        """A record of values that took a closer look: subclasses, or buffers in the place of bytes."""
        values = tuple([bytes(value) if type(value) is memoryview else value for value in values])
        wrong = self._wrong(values)
        if wrong is not None:
            raise Undecodable(f"{shown(self.tag)} does not take its fields: {wrong}")
        return self._make(*values)

    def release(self, *values: object) -> Reduced:
        """The values for the pickler, after a closer look."""
        wrong = self._wrong(values)
        if wrong is not None:
            raise Unsupported(wrong)
        return self, apart(values)

    def _wrong(self, values: Values) -> str | None:
        for name, kind, value in zip(self.names, self._kinds, values, strict=True):
            if kind.classes is not None and not isinstance(value, kind.classes):
                return f"{name}: {type(value).__name__} does not fit the annotation"
            if kind.inside is not None and not kind.inside(value):
                return f"{name}: what it holds does not fit the annotation"
        return None


class Upgrade(RecordMaker):
    """What makes today's objects of an older version's values: as many as it had fields, of their types."""

    __slots__ = ()

    @property
    def record_tag(self) -> str:
        """The tag that a record of the older version had."""
        return f"{self.tag}/{checksum(self.names)}"

    def __call__(self, *values: object) -> object:
        if len(values) != len(self.names):
            raise Undecodable(f"{shown(self.tag)} does not take {len(values)} fields")
        wrong = self._wrong(tuple([bytes(value) if type(value) is memoryview else value for value in values]))
        if wrong is not None:
            raise Undecodable(f"{shown(self.tag)} does not take its fields: {wrong}")
        return super().__call__(*values)


def checksum(names: Iterable[str]) -> str:
    """Changes when a field is added, removed, renamed or moved."""
    return f"{zlib.crc32(','.join(names).encode()):08x}"


def record(tag: str, cls: type, fields: list[Field]) -> tuple[Maker, Reducer]:
    """The maker and the reducer of one class."""
    space: dict[str, Any] = {"cls": cls, "set_late": object.__setattr__}
    exec(_source(cls, fields, space), space)  # noqa: S102 - made of the names in a registered class, nothing of any data
    dear = any(field.kind.inside is not None and field.kind.items is None for field in fields)
    own = {"__slots__": (), "__call__": space["call"], "steps_inside": STEPS_INSIDE if dear else 0}
    compiled = type("RecordMaker", (RecordMaker,), own)
    maker = space["maker"] = compiled(f"{tag}/{checksum(field.name for field in fields)}", cls, space["make"], fields)
    return maker, space["reduce"]


_SOURCE = """
def make({values}):
    {make}

def call(self, {values}):
    if {condition}:
        {make}
    return self.admit({values})

def reduce(record):
    {take}
    if {condition}:
        return maker, ({values})
    return maker.release({values})
"""


def _source(cls: type, fields: list[Field], space: dict[str, Any]) -> str:
    """The functions' text. `space` gets what the text refers to."""
    given = [f"v{at}" for at, field in enumerate(fields) if field.given == "position"]
    given += [f"{field.name}=v{at}" for at, field in enumerate(fields) if field.given == "keyword"]
    make = f"cls({', '.join(given)})"
    late = [f"set_late(made, {field.name!r}, v{at})" for at, field in enumerate(fields) if field.given == "late"]
    values = "".join(f"v{at}, " for at in range(len(fields)))
    if issubclass(cls, tuple):
        take = [f"{values}= record"] if fields else []
    else:
        take = [f"v{at} = record.{field.name}" for at, field in enumerate(fields)]
    conditions = [test for at, field in enumerate(fields) for test in _tests(f"v{at}", field.kind, space)]
    return _SOURCE.format(
        values=values,
        make="; ".join((f"made = {make}", *late, "return made")) if late else f"return {make}",
        take="; ".join(take) or "pass",
        condition=" and ".join(conditions) or "True",
    )


def _tests(value: str, kind: Kind, space: dict[str, Any]) -> Iterator[str]:
    """Expressions that all hold for nearly every value that the kind admits, and for no other."""
    if kind.classes is not None:
        tests = []
        for number, cls in enumerate(kind.classes):
            space[f"{value}_{number}"] = cls
            if cls is bytes:
                tests.append(f"(type({value}) is bytes and len({value}) < {OUT_OF_BAND})")
            elif inspect.isabstract(cls):
                tests.append(f"isinstance({value}, {value}_{number})")
            else:
                tests.append(f"type({value}) is {value}_{number}")
        yield f"({' or '.join(tests)})"
    if kind.items is not None:
        space[f"{value}_items"] = frozenset(kind.items).issuperset
        yield f"{value}_items(map(type, {value}))"
    elif kind.inside is not None:
        space[f"{value}_inside"] = kind.inside
        yield f"{value}_inside({value})"
