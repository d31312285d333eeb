"""JSON (RFC 8259) by the standard library, which never sees more than the limits allow."""

from __future__ import annotations

import binascii
import json
import math
import re
from typing import TYPE_CHECKING, Any

from brine.domain.formats.inward import Inward, Twice
from brine.domain.formats.marks import MARKS
from brine.domain.formats.outward import Outward
from brine.domain.formats.path import Failure
from brine.errors import ContentTooLarge, FormatError
from brine_codec import TooLarge

if TYPE_CHECKING:
    import datetime as dt

    from brine.domain.formats.allowed import Types

TYPE = "$type"
NAMES = frozenset(f"${name}" for name in (*MARKS, "set", "frozenset", "map", "object", "bytes", "float"))
"""Names that mean something when an object has no other."""

_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")).encode
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_WIDE, _MIDDLE = re.compile(rb"[\xf0-\xf4]"), re.compile(rb"[\xc4-\xef]")
# What the parser takes for each of these at most, in bytes: a list, an object, a member, a further value.
_COSTS = ((b"[", 72), (b"{", 280), (b":", 104), (b",", 72))


class _Writer(Outward):
    leaves = frozenset({str, bool, type(None), int, float})

    def mark(self, name: str, argument: object) -> object:
        return {f"${name}": argument}

    def binary(self, value: bytes) -> object:
        return {"$bytes": binascii.b2a_base64(value, newline=False).decode()}

    def integer(self, value: int) -> object:
        return value

    def real(self, value: float) -> object:
        if math.isfinite(value):
            return value
        return {"$float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}

    def instant(self, value: dt.datetime) -> object:
        return {"$datetime": value.isoformat()}

    def record(self, title: str, fields: dict[str, object]) -> object:
        return {TYPE: title, **fields}

    def mapping(self, keys: list[object], trees: list[object]) -> object:
        return {"$map": [[self.convert(key), tree] for key, tree in zip(keys, trees, strict=True)]}

    def is_misread(self, mapping: dict[str, object]) -> bool:
        return TYPE in mapping or (len(mapping) == 1 and not NAMES.isdisjoint(mapping))

    def order(self, tree: object) -> str:
        return _ENCODE(tree)


class _Constant:
    """NaN or Infinity, which JSON does not have."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Reader(Inward):
    leaves = frozenset({str, bool, type(None)})

    def other(self, value: float | _Constant) -> object:
        if isinstance(value, _Constant):
            raise Failure(FormatError(f"JSON has no {value.name}"))
        if not math.isfinite(value):
            raise Failure(FormatError("a number is too large for a float"))
        return value

    def mapping(self, value: dict[str, object]) -> object:
        if TYPE in value:
            return self.record(value.pop(TYPE), value)
        if len(value) == 1 and not NAMES.isdisjoint(value):
            ((name, argument),) = value.items()
            return self._named(name, argument)
        return self.values(value)

    def _named(self, name: str, argument: object) -> object:
        if name == "$bytes":
            if type(argument) is not str:
                raise Failure(FormatError("$bytes: not a text"))
            try:
                return binascii.a2b_base64(argument, strict_mode=True)
            except ValueError:
                raise Failure(FormatError("$bytes: not base64")) from None
        if name == "$float":
            if type(argument) is not str or argument not in _FLOATS:
                raise Failure(FormatError("$float: neither nan nor inf nor -inf"))
            return _FLOATS[argument]
        return self.marked(name[1:], argument)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Twice:
    made = dict(pairs)
    return made if len(made) == len(pairs) else Twice.of(name for name, _ in pairs)


_DECODE = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_Constant).decode


def encode_json(obj: object, types: Types) -> bytes:
    """The object as UTF-8 without blanks. Raises as `formats.encode`."""
    try:
        text = _ENCODE(_Writer(types).tree(obj)).encode()
    except (UnicodeEncodeError, ValueError):  # a lone surrogate, or a float that is not finite: where?
        text = _ENCODE(_Writer(types, careful=True).tree(obj)).encode()
    if len(text) > types.limits.size:
        raise TooLarge(f"the object takes {len(text)} bytes, more than the limit of {types.limits.size}")
    return text


def decode_json(data: bytes, types: Types) -> object:
    """The object of a JSON text. Raises as `formats.decode`."""
    _check_size(data, types)
    try:
        tree = _DECODE(data.decode())
    except UnicodeDecodeError as error:
        raise FormatError(f"byte {error.start}: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise FormatError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError:  # the interpreter's own limit for digits
        raise ContentTooLarge("an integer has too many digits") from None
    except (RecursionError, MemoryError) as error:
        raise ContentTooLarge(f"reading it ended in a {type(error).__name__}") from None
    return _Reader(types, suspect=b"\\u" in data).obj(lambda: tree)


def _check_size(data: bytes, types: Types) -> None:
    """The size, and the memory that the text and all of its parts can take at most."""
    size = len(data)
    if size > types.limits.size:
        raise ContentTooLarge(f"it takes {size} bytes, more than the limit of {types.limits.size}")
    width = 1 if data.isascii() else 4 if _WIDE.search(data) else 2 if _MIDDLE.search(data) else 1
    memory = 2 * width * size + sum(cost * data.count(mark) for mark, cost in _COSTS)
    if memory > types.limits.memory:
        raise ContentTooLarge(f"it would take more than {types.limits.memory} bytes of memory")
