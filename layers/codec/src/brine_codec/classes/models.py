"""Makers and reducers for pydantic models. Pydantic is not imported: the class brings its validator.

A model is written as its fields, its private attributes, and a number for the fields that were set
(`model_fields_set`). On opening, each value is checked against its annotation first. Then the validator of the model
makes the object, by field name and never by alias, so that its constraints and validators hold for every opened object.
Decision 0099 gives the reasons. The `__setstate__` of pydantic never runs.
"""

from __future__ import annotations

import functools
import inspect
import operator
import sys
import types
import typing
from typing import Any

from brine_codec.classes.annotations import FieldType, field_type_of
from brine_codec.classes.records import STEPS_PER_BYTE, CheckedMaker, Field, checksum
from brine_codec.classes.schema_version import described
from brine_codec.errors import Unsupported
from brine_codec.pickling.makers import with_buffers

if typing.TYPE_CHECKING:
    from brine_codec.classes.hints import Hints
    from brine_codec.pickling.makers import Maker, Reduced, Reducer

FIELDS_SET = "model_fields_set"
"""The last value of a model: a number with a bit for each field that was set. No field can have this name."""

COPY, LARGEST_COPY = 80, 230
"""Bytes that the validator copies for each byte of a field: an empty dict, or an empty set."""
STEPS_PER_CHOICE = 3
"""Further steps for each byte of a field, for each further member of a union: the validator may try all of them."""


def model_record(tag: str, cls: Any, hints: Hints) -> tuple[Maker, Reducer]:
    """Return the maker and the reducer of a pydantic model. Raises TypeError for a model with its own `__init__`."""
    if cls.__pydantic_custom_init__:
        raise TypeError(f"{cls.__qualname__} has its own __init__: give pack and make")
    if "by_name" not in inspect.signature(sys.modules["pydantic.main"].BaseModel.model_validate).parameters:
        raise TypeError(f"{cls.__qualname__} is a model of a pydantic before 2.11: update pydantic")
    names, private = tuple(cls.model_fields), tuple(cls.__private_attributes__)
    most = 1 << len(names)
    fields = [Field(name, field_type_of(type_of_values(hints[name]))) for name in (*names, *private)]
    fields.append(Field(FIELDS_SET, FieldType((int,), lambda value: type(value) is int and 0 <= value < most)))
    text = " ".join(map(described, hints.values()))
    own = {
        "__slots__": (),
        "steps_per_byte": STEPS_PER_BYTE + STEPS_PER_CHOICE * text.count("|"),
        "memory_per_byte": LARGEST_COPY if "set" in text else COPY,
        "memory": 2_000 + 150 * len(fields),
        "steps": 80 + 8 * len(fields),
        "restores_state": True,
    }
    maker: CheckedMaker = type("ModelMaker", (CheckedMaker,), own)(
        f"{tag}/{checksum(field.name for field in fields)}", cls, _builder(cls, names, private), fields
    )
    return maker, _reducer(maker, names, private)


def _builder(cls: Any, names: tuple[str, ...], private: tuple[str, ...]) -> Any:
    """Return a function that makes a model of the values of its fields, its private attributes and the set fields."""
    validate = cls.__pydantic_validator__.validate_python
    is_root = cls.__pydantic_root_model__
    count = len(names)

    def build(*values: Any) -> object:
        made = validate(
            values[0] if is_root else dict(zip(names, values[:count], strict=True)), by_alias=False, by_name=True
        )
        set_names = {name for at, name in enumerate(names) if values[-1] >> at & 1}
        object.__setattr__(made, "__pydantic_fields_set__", set_names)
        if private:
            object.__setattr__(made, "__pydantic_private__", dict(zip(private, values[count:-1], strict=True)))
        return made

    return build


def _reducer(maker: CheckedMaker, names: tuple[str, ...], private: tuple[str, ...]) -> Reducer:
    def reduce(model: Any) -> Reduced:
        if model.__pydantic_extra__:
            reason = "extra fields are not written"
            raise Unsupported(f"{reason}: {', '.join(model.__pydantic_extra__)[:100]}", for_log=reason)
        state, hidden = model.__dict__, model.__pydantic_private__ or {}
        for name in (*names, *private):
            if name not in state and name not in hidden:
                raise Unsupported(f"{name}: the model has no value for it; give it a default")
        set_names = model.__pydantic_fields_set__
        bits = sum(1 << at for at, name in enumerate(names) if name in set_names)
        values = (*[state[name] for name in names], *[hidden[name] for name in private], bits)
        maker.reduce_checked(*values)
        maker.confirm(list(zip(maker.names, values, strict=True)), _value_in)
        return maker, with_buffers(values)

    def _value_in(made: Any, name: str) -> object:
        if name == FIELDS_SET:
            return sum(1 << at for at, field in enumerate(names) if field in made.__pydantic_fields_set__)
        return made.__pydantic_private__[name] if name in private else made.__dict__[name]

    return reduce


def type_of_values(annotation: object) -> object:
    """Return an annotation in which classes that only tell pydantic how to validate (EmailStr, PastDate) are Any.

    Values of such a field are of another class. The validator checks them.
    """
    if isinstance(annotation, type):
        tells = hasattr(annotation, "__get_pydantic_core_schema__")
        return Any if tells and not hasattr(annotation, "model_fields") else annotation
    arguments = typing.get_args(annotation)
    origin = typing.get_origin(annotation)
    if not arguments or origin is typing.Literal or not all(map(_is_annotation, arguments)):
        return annotation
    if origin is typing.Annotated:
        return type_of_values(arguments[0])
    inner = tuple(map(type_of_values, arguments))
    if inner == arguments:
        return annotation
    if origin in (typing.Union, types.UnionType):
        return Any if Any in inner else functools.reduce(operator.or_, inner)
    return types.GenericAlias(origin, inner) if isinstance(origin, type) else annotation


def _is_annotation(argument: object) -> bool:
    return not isinstance(argument, list)  # the parameters of a Callable
