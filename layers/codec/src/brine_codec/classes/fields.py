"""The fields of a class: their resolved annotations, and how the class takes them."""

from __future__ import annotations

import types
import typing
from typing import Any

from brine_codec.classes.annotations import field_type_of
from brine_codec.classes.hints import globals_of, missing_name, parameters_of, resolved_hints, unresolved
from brine_codec.classes.kinds import field_names

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine_codec.classes.annotations import FieldType
    from brine_codec.classes.hints import Hints
    from brine_codec.classes.kinds import Kind


def check_call(cls: type, by_position: list[str], by_keyword: Collection[str] = ()) -> None:
    """Raise TypeError unless the class is called with exactly its fields, in their order."""
    parameters = parameters_of(cls)
    keywords = {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
    positions = [parameter.name for parameter in parameters if parameter.name not in keywords]
    if positions != by_position or keywords != set(by_keyword):
        raise TypeError(
            f"{cls.__qualname__} is not called with its fields (an InitVar, or its own __init__): give pack and make"
        )


def hints_of(cls: Any, kind: Kind, names: Mapping[str, object]) -> Hints:
    """Return the annotation of each field of a class. A field without one has Any.

    names: further names that annotations may use. Raises UnresolvedAnnotationError for an annotation that uses another.
    """
    fields = field_names(cls, kind)
    given: Hints = {}
    if kind == "pydantic":
        if not cls.__pydantic_complete__:
            cls.model_rebuild(raise_errors=False, _types_namespace={**globals_of(cls), **names})
        if not cls.__pydantic_complete__:
            raise unresolved(cls, missing_name(cls, names))
        given = {name: field.annotation for name, field in cls.model_fields.items()}
    if not set(fields) <= given.keys():
        given = resolved_hints(cls, names) | given
    if kind == "attrs":  # attr.ib(type=...) leaves no annotation in the class
        typed = {field.name: field.type for field in cls.__attrs_attrs__ if field.name not in given and field.type}
        given |= resolved_hints(cls, names, types.SimpleNamespace(__annotations__=typed))
    return {name: given.get(name, Any) for name in fields}


def field_types(
    owner: Callable[..., Any], fields: Collection[str], names: Mapping[str, object]
) -> dict[str, FieldType]:
    """Return the FieldType of each parameter of a function, or of each annotated name of a class."""
    hints = resolved_hints(owner, names)
    return {name: field_type_of(hints.get(name, Any)) for name in fields}
