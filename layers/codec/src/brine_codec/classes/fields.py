"""The fields of a class: their resolved annotations, and how the class takes them."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from typing import Any

from brine_codec.classes.annotations import field_type_of
from brine_codec.classes.kinds import field_names

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine_codec.classes.annotations import FieldType
    from brine_codec.classes.kinds import Kind

    type Hints = dict[str, object]


class UnresolvedAnnotationError(TypeError):
    """An annotation names a class that cannot be found."""


def check_call(cls: type, by_position: list[str], by_keyword: Collection[str] = ()) -> None:
    """Raise TypeError unless the class is called with exactly its fields, in their order."""
    parameters = inspect.signature(cls).parameters.values()
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
            cls.model_rebuild(raise_errors=False, _types_namespace={**_globals_of(cls), **names})
        if not cls.__pydantic_complete__:
            raise _unresolved(cls, _missing_name(cls, names))
        given = {name: field.annotation for name, field in cls.model_fields.items()}
    if not set(fields) <= given.keys():
        given = _resolved(cls, lambda: typing.get_type_hints(cls, localns=local_names(cls, names))) | given
    if kind == "attrs":  # attr.ib(type=...) leaves no annotation in the class
        typed = {field.name: field.type for field in cls.__attrs_attrs__ if field.name not in given and field.type}
        holder = types.SimpleNamespace(__annotations__=typed)
        given |= _resolved(cls, lambda: typing.get_type_hints(holder, _globals_of(cls), local_names(cls, names)))
    return {name: given.get(name, Any) for name in fields}


def field_types(
    owner: Callable[..., Any], fields: Collection[str], names: Mapping[str, object]
) -> dict[str, FieldType]:
    """Return the FieldType of each parameter of a function, or of each annotated name of a class."""
    hints = _resolved(owner, lambda: typing.get_type_hints(owner, localns=local_names(owner, names)))
    return {name: field_type_of(hints.get(name, Any)) for name in fields}


def local_names(owner: object, names: Mapping[str, object]) -> Hints:
    """Return `names` for `typing.get_type_hints`, with the type parameters of a class or function if it needs them.

    Python before 3.12.4 does not find the type parameters itself, so `content: T` in `class Crate[T]` would be unknown.
    """
    local = dict(names)
    if sys.version_info < (3, 12, 4):
        for holder in reversed(getattr(owner, "__mro__", (owner,))):
            local |= {parameter.__name__: parameter for parameter in getattr(holder, "__type_params__", ())}
    return local


def _globals_of(cls: type) -> Hints:
    module = sys.modules.get(cls.__module__)
    return {} if module is None else dict(vars(module))


def _resolved(owner: Callable[..., Any], resolve: Callable[[], Hints]) -> Hints:
    try:
        return resolve()
    except (NameError, AttributeError) as error:  # AttributeError: of `module.Name`
        raise _unresolved(owner, error.name) from error


def _missing_name(cls: Any, names: Mapping[str, object]) -> str | None:
    """Return the name that keeps pydantic from completing a model."""
    try:
        typing.get_type_hints(cls, localns=local_names(cls, names))
    except (NameError, AttributeError) as error:
        return error.name
    return None


def _unresolved(owner: Callable[..., Any], name: str | None) -> UnresolvedAnnotationError:
    """Return the error for an annotation of a class or function that names an unknown class."""
    label = getattr(owner, "__qualname__", repr(owner))
    bases = owner.__mro__ if isinstance(owner, type) else (owner,)
    own = {field: text for base in reversed(bases) for field, text in vars(base).get("__annotations__", {}).items()}
    if not isinstance(owner, type):
        own = getattr(owner, "__annotations__", {})
    found = [f" ({field}: {_text(given)})" for field, given in own.items() if name and name in _text(given)]
    return UnresolvedAnnotationError(
        f"an annotation of {label}{found[0] if found else ''} names {name or 'an unknown class'}, "
        f"which its module does not have when it runs: register that class first, or give types={{{name!r}: ...}}"
    )


def _text(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else repr(annotation)
