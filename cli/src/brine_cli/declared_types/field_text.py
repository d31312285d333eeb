"""Writes an annotation as a field type of types.toml.

A field type allows every value that the annotation allows. If types.toml has no such type, it is "any": then the
gateway checks only that the value may pass, and the receiver's registry checks the annotation. Decision 0107 gives the
reasons.
"""

from __future__ import annotations

import datetime as dt
import decimal
import sys
import types
import typing
import uuid
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.config.field_types import DEEPEST
from brine_codec.classes.annotations import names_itself

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ANY: Final = "any"
_SIMPLE: Final[dict[object, str]] = {
    None: "None",
    type(None): "None",
    **{cls: cls.__name__ for cls in (str, int, float, bool, bytes, decimal.Decimal, uuid.UUID)},
    **{cls: cls.__name__ for cls in (dt.date, dt.datetime, dt.time, dt.timedelta)},
}
_GENERIC: Final[dict[object, str]] = {cls: cls.__name__ for cls in (list, set, frozenset, dict, tuple)}
_WRAPPERS: Final = (typing.Annotated, typing.Final, typing.Required, typing.NotRequired)


class FieldTexts:
    """Writes annotations. `names`: the names of the declared classes."""

    def __init__(self, names: Mapping[type, str]) -> None:
        self._names = names

    def text(self, annotation: object, depth: int = 0) -> str:
        """Return the field type of an annotation. `depth`: the number of generic types around it."""
        if isinstance(annotation, typing.TypeAliasType):
            return ANY if names_itself(annotation) else self.text(annotation.__value__, depth)
        if isinstance(annotation, typing.NewType):
            return self.text(annotation.__supertype__, depth)
        if annotation is None or (isinstance(annotation, type) and typing.get_origin(annotation) is None):
            return self._class(annotation)
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin in _WRAPPERS:
            return self.text(arguments[0], depth)
        if origin is typing.Literal:
            return either([self._class(type(value)) for value in arguments])
        if origin in (typing.Union, types.UnionType):
            return either([self.text(argument, depth) for argument in arguments])
        if origin in _GENERIC:
            return self._generic(_GENERIC[origin], arguments, depth)
        return self._class(origin) if isinstance(origin, type) else ANY

    def _class(self, cls: Any) -> str:
        """Return the field type for objects of a class, which may be objects of its subclasses."""
        if cls in _SIMPLE:
            return _SIMPLE[cls]
        if cls in _GENERIC:
            return _GENERIC[cls]
        if typing.is_typeddict(cls):
            return "dict"
        package = cls.__module__.partition(".")[0]
        if (package, cls.__qualname__) == ("numpy", "ndarray"):
            return "ndarray"
        if getattr(cls, "_is_protocol", False) or (package in sys.stdlib_module_names and cls not in self._names):
            return ANY  # values that are no objects of declared classes may fit too
        return either(sorted(name for other, name in self._names.items() if issubclass(other, cls))) or ANY

    def _generic(self, name: str, arguments: tuple[object, ...], depth: int) -> str:
        if depth >= DEEPEST or not arguments or any(_is_unpacked(one) for one in arguments):
            return name
        if name == "tuple" and arguments[1:] == (...,):
            return f"tuple[{self.text(arguments[0], depth + 1)}, ...]"
        return f"{name}[{', '.join(self.text(argument, depth + 1) for argument in arguments)}]"


def either(texts: Collection[str]) -> str:
    """Return the union of field types, each once and in their order."""
    return ANY if ANY in texts else " | ".join(dict.fromkeys(texts))


def _is_unpacked(argument: Any) -> bool:
    """Return whether an argument stands for any number of types: `*tuple[int, ...]`."""
    return typing.get_origin(argument) is typing.Unpack or getattr(argument, "__unpacked__", False)
