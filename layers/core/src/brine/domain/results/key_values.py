"""The bytes of the values in a key that are not plain: the standard library's values, Enums, and objects with fields.

Each form is a letter, the length of its content in 4 bytes, and the content. An object goes by its class (module and
name) and its fields. `brine.domain.results.key_encoding` imports this module when the first such value comes.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from brine.domain.results.key_frames import framed, unusable
from brine_codec.standard.dates import fixed_offset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo

    type Encode = Callable[[object], bytes]

_CONTAINERS: Final = (str, bytes, bytearray, int, float, tuple, list, dict, set, frozenset, BaseException)
"""A class that inherits from these has content besides its fields."""
_NOT_A_FIELD: Final = frozenset({"_FIELD_CLASSVAR", "_FIELD_INITVAR"})


def encode_value(value: object, encode: Encode) -> bytes:
    """Return a value as bytes. `encode` does the same for the values inside it.

    Raises TypeError for a value that cannot be part of a key.
    """
    cls = type(value)
    if (write := _WRITERS.get(cls)) is not None:
        return write(value, encode)
    if isinstance(value, Enum):
        return framed(b"E", _class(cls, encode), encode(value.value if isinstance(value, Flag) else value.name))
    if isinstance(value, type):
        return framed(b"C", _class(value, encode))
    if (names := _field_names(value, cls)) is not None:
        fields = [(name, _field(value, name)) for name in names]
        return framed(b"o", _class(cls, encode), *_members(encode, cls, fields))
    pydantic = sys.modules.get("pydantic")
    if pydantic is not None and isinstance(value, pydantic.BaseModel):
        return _pydantic_model(value, cls, encode)
    if cls.__module__.startswith("pathlib") and hasattr(cls, "parts"):
        return framed(b"P", encode(cls.__name__), encode(str(value)))
    raise unusable(value)


def _class(cls: type, encode: Encode) -> bytes:
    if "<" in cls.__qualname__:
        raise TypeError(
            f"the class {cls.__qualname__} cannot be part of a key, because it is defined inside a function and its "
            "name does not identify it: define it at the top of a module, or give `key`"
        )
    return encode(cls.__module__) + encode(cls.__qualname__)


def _field_names(value: Any, cls: type) -> Iterable[str] | None:
    """Return the names of the fields that distinguish values of this class; None for a class of another kind."""
    own = vars(cls)
    if issubclass(cls, tuple) and hasattr(cls, "_fields") and not getattr(value, "__dict__", None):
        return tuple(value._fields)
    if issubclass(cls, _CONTAINERS):
        return None
    if "__dataclass_fields__" in own:
        fields = own["__dataclass_fields__"].values()
        return [field.name for field in fields if field.compare and field._field_type.name not in _NOT_A_FIELD]  # noqa: SLF001 - `dataclasses.fields` has the same condition, and would be an import
    if "__attrs_attrs__" in own:
        return [field.name for field in own["__attrs_attrs__"] if field.eq]
    msgspec = sys.modules.get("msgspec")
    if msgspec is not None and isinstance(value, msgspec.Struct):
        return tuple(cls.__struct_fields__)  # type: ignore[attr-defined]  # every Struct has it
    return None


def _field(value: object, name: str) -> object:
    try:
        return getattr(value, name)
    except AttributeError:
        raise TypeError(f"the field {name} of a {type(value).__qualname__} has no value") from None


def _members(encode: Encode, cls: type, members: Iterable[tuple[str, object]]) -> Iterable[bytes]:
    for name, member in members:
        try:
            yield encode(name) + encode(member)
        except TypeError as error:
            raise TypeError(f"the field {name} of a {cls.__qualname__}: {error}") from None


def _pydantic_model(value: Any, cls: type, encode: Encode) -> bytes:
    """Fields, extra values, private attributes, and which of them were set: `exclude_unset` gives other data then."""
    fields = [(name, _field(value, name)) for name in cls.__pydantic_fields__]  # type: ignore[attr-defined]  # pydantic
    extra, private = ((kept or {}).items() for kept in (value.__pydantic_extra__, value.__pydantic_private__))
    groups = [framed(b"g", *_members(encode, cls, group)) for group in (fields, sorted(extra), sorted(private))]
    were_set = framed(b"g", *map(encode, sorted(value.__pydantic_fields_set__)))
    return framed(b"p", _class(cls, encode), *groups, were_set)


def _datetime(value: datetime, encode: Encode) -> bytes:
    naive = value.replace(tzinfo=None, fold=0).isoformat()
    return framed(b"T", f"{naive} {value.fold}".encode(), _zone(value, value.tzinfo, encode))


def _time(value: time, encode: Encode) -> bytes:
    naive = value.replace(tzinfo=None, fold=0).isoformat()
    return framed(b"h", f"{naive} {value.fold}".encode(), _zone(value, value.tzinfo, encode))


def _zone(value: datetime | time, zone: tzinfo | None, encode: Encode) -> bytes:
    if zone is None:
        return b""
    if (offset := fixed_offset(zone)) is not None:
        zone = timezone(offset)
    if type(zone) is timezone:
        return encode(str(zone.utcoffset(None))) + encode(zone.tzname(None))
    if (name := getattr(zone, "key", None)) is not None and type(zone).__module__.startswith("zoneinfo"):
        return encode(name)
    raise TypeError(
        f"a {type(value).__name__} with the time zone class {type(zone).__qualname__} cannot be part of a key: "
        "convert it with `.astimezone(UTC)`, use zoneinfo.ZoneInfo, or give `key`"
    )


def _timedelta(value: timedelta, _: Encode) -> bytes:
    return framed(b"l", f"{value.days} {value.seconds} {value.microseconds}".encode())


def _frozenset(value: frozenset[object], encode: Encode) -> bytes:
    return framed(b"{", *sorted(map(encode, value)))


_WRITERS: Final[dict[type, Callable[[Any, Encode], bytes]]] = {
    date: lambda value, _: framed(b"D", value.isoformat().encode()),
    datetime: _datetime,
    time: _time,
    timedelta: _timedelta,
    UUID: lambda value, _: framed(b"U", value.bytes),
    Decimal: lambda value, _: framed(b"d", str(value).encode()),
    frozenset: _frozenset,
}
