"""The version of a class that is registered automatically: a number computed from its fields.

It is the same in every process. Two classes with other fields, other annotations or another order of fields have other
versions, except by chance (one in a billion).
"""

from __future__ import annotations

import enum
import types
import typing
from hashlib import sha256

from brine_codec.classes.kinds import kind_of

if typing.TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_VERSION = 10**9 - 1


def schema_version(cls: type, hints: Mapping[str, object]) -> int:
    """Return the version of a class with these annotations. For an Enum, its members decide.

    Members of an Enum are stored by name, so their values do not count. Flags are stored by value.
    """
    parts = [str(kind_of(cls)), *(f"{name}: {described(annotation)}" for name, annotation in hints.items())]
    if issubclass(cls, enum.Flag):
        parts += [f"{name} = {member.value!r}" for name, member in cls.__members__.items()]
    elif issubclass(cls, enum.Enum):
        parts += cls.__members__
    digest = sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) % LARGEST_VERSION + 1


def described(annotation: object, within: tuple[object, ...] = ()) -> str:
    """Return an annotation as text that is the same in every process.

    Members of a union and values of a Literal are sorted, because `typing` may return an equal annotation that was made
    before, with another order. Metadata of Annotated does not count.
    """
    if isinstance(annotation, typing.TypeAliasType):
        inside = any(annotation is other for other in within)
        return annotation.__name__ if inside else described(annotation.__value__, (*within, annotation))
    if isinstance(annotation, typing.NewType):
        return described(annotation.__supertype__, within)
    if isinstance(annotation, list):
        return f"[{', '.join(described(part, within) for part in annotation)}]"
    return _generic(annotation, within) if typing.get_origin(annotation) is not None else _plain(annotation)


def _generic(annotation: object, within: tuple[object, ...]) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return described(arguments[0], within)
    if origin is typing.Literal:
        return f"Literal[{', '.join(sorted(map(_value, arguments)))}]"
    parts = [described(part, within) for part in arguments]
    if origin in (typing.Union, types.UnionType):
        return " | ".join(sorted(parts))
    return f"{described(origin, within)}[{', '.join(parts)}]" if parts else described(origin, within)


def _plain(annotation: object) -> str:
    if isinstance(annotation, type):
        return f"{annotation.__module__}.{annotation.__qualname__}"
    if isinstance(annotation, typing.TypeVar):
        return f"~{annotation.__name__}"
    if annotation is None or annotation is ... or type(annotation).__module__ == "typing":
        return repr(annotation)
    return type(annotation).__qualname__


def _value(value: object) -> str:
    text = value.name if isinstance(value, enum.Enum) else repr(value)
    return f"{type(value).__qualname__} {text}"
