"""The kinds of classes that the codec can inspect. No library is imported to find the kind of a class.

A class can only come from pydantic, attrs or msgspec if that library is imported already, so `sys.modules` is enough.
"""

from __future__ import annotations

import dataclasses
import enum
import sys
import typing

type Kind = typing.Literal["flag", "enum", "dataclass", "NamedTuple", "pydantic", "attrs", "msgspec"]

PLAIN = (list, tuple, dict, set, frozenset, str, bytes, bytearray, int, float, complex)
"""Built-in types with content of their own, besides fields."""


def kind_of(cls: type) -> Kind | None:
    """Return the kind of a class, or None for a class that the codec cannot inspect."""
    if issubclass(cls, enum.Enum):
        return "flag" if issubclass(cls, enum.Flag) else "enum"
    if _derives(cls, "pydantic.main", "BaseModel"):
        return "pydantic"
    if _derives(cls, "msgspec", "Struct"):
        return "msgspec"
    if dataclasses.is_dataclass(cls):
        return "dataclass"
    if "attr" in sys.modules and hasattr(cls, "__attrs_attrs__"):
        return "attrs"
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return "NamedTuple"
    return None


def _derives(cls: type, module: str, name: str) -> bool:
    base = getattr(sys.modules.get(module), name, None)
    return isinstance(base, type) and issubclass(cls, base) and cls is not base


def field_names(cls: typing.Any, kind: Kind) -> tuple[str, ...]:
    """Return the names of the fields of a class, in order. An Enum has none."""
    match kind:
        case "dataclass":
            return tuple(field.name for field in dataclasses.fields(cls))
        case "NamedTuple":
            return tuple(cls._fields)
        case "pydantic":
            return (*cls.model_fields, *cls.__private_attributes__)
        case "attrs":
            return tuple(attribute.name for attribute in cls.__attrs_attrs__)
        case "msgspec":
            return tuple(cls.__struct_fields__)
        case "flag" | "enum":
            return ()
