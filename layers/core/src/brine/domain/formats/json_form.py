"""JSON (RFC 8259) by the standard library, with input and output bounded by the limits."""

from __future__ import annotations

import binascii
import json
import math
import re
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, ClassVar

from brine.domain.formats.format_reader import CONVERTERS, DuplicateName, FormatReader
from brine.domain.formats.format_writer import FormatWriter, write_within_budget
from brine.domain.formats.marks import MARKS
from brine.domain.formats.path import LocatedError
from brine.errors import ContentTooCostly, FormatError
from brine_codec import TooLarge
from brine_codec.gate.budget import Budget
from brine_codec.pickling.garbage_collector import without_garbage_collection

if TYPE_CHECKING:
    import datetime as dt

    from brine.domain.formats.allowed_types import Types

TYPE = "$type"
NAMES = frozenset(f"${name}" for name in (*MARKS, "set", "frozenset", "map", "object", "bytes", "float"))
"""Names with a meaning in an object that has no other name."""

JSON_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")).encode
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_WIDE, _MIDDLE = re.compile(rb"[\xf0-\xf4]"), re.compile(rb"[\xc4-\xef]")
_NARROW, _WIDER, _PART = 2.25, 6.0, 65_536
"""Bytes of memory for each byte written: for a growing text with its UTF-8, and for a text with four-byte characters.

_PART is the number of characters that are measured at once.
"""
_COSTS = ((b"[", 72), (b"{", 280), (b":", 104), (b",", 72))
"""The most bytes that the parser takes for each of these: a list, an object, a member, a further value."""


class JsonWriter(FormatWriter):
    """The conversion of an object to JSON that can be read back."""

    leaves = frozenset({str, bool, type(None), int, float})
    widest = 6  # a control character is an escape

    def __init__(self, types: Types, budget: Budget, *, careful: bool = False) -> None:
        super().__init__(types, budget, careful=careful)
        self.memory = _NARROW if careful else _WIDER
        self._begin = budget.memory

    def measured(self, value: str) -> int:
        if self.memory == _NARROW and not value.isascii():  # one wide text makes the whole text wide
            self.spend((self._begin - self._budget.memory) * (_WIDER / _NARROW - 1), 0)
            self.memory = _WIDER
        parts = range(0, len(value), _PART)  # escapes could take six times the memory of the whole
        return sum([len(encode_basestring(value[at : at + _PART]).encode()) for at in parts]) + 1

    def named(self, name: str, argument: object) -> object:
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

    def needs_escape(self, mapping: dict[str, object]) -> bool:
        return TYPE in mapping or (len(mapping) == 1 and not NAMES.isdisjoint(mapping))

    def order(self, tree: object) -> str:
        text = JSON_ENCODE(tree)
        self.spend(0, 0, len(text))
        return text


class _Constant:
    """NaN or Infinity, which are not valid JSON."""

    def __init__(self, name: str) -> None:
        self.name = name


class _JsonReader(FormatReader):
    leaves = frozenset({str, bool, type(None)})

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
                raise LocatedError(FormatError("$bytes: not a text"))
            try:
                return binascii.a2b_base64(argument, strict_mode=True)
            except ValueError:
                raise LocatedError(FormatError("$bytes: not base64")) from None
        if name == "$float":
            if type(argument) is not str or argument not in _FLOATS:
                raise LocatedError(FormatError("$float: neither nan nor inf nor -inf"))
            return _FLOATS[argument]
        return self.marked(name[1:], argument)

    def _finite(self, value: float) -> float:
        if not math.isfinite(value):
            raise LocatedError(FormatError("a number is too large for a float"))
        return value

    def _constant(self, value: _Constant) -> object:
        raise LocatedError(FormatError(f"JSON has no {value.name}"))

    converters: ClassVar = CONVERTERS | {float: _finite, _Constant: _constant}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | DuplicateName:
    made = dict(pairs)
    return made if len(made) == len(pairs) else DuplicateName.of(name for name, _ in pairs)


_DECODE = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_Constant).decode


def encode_json(obj: object, types: Types, size: int | None) -> bytes:
    """Return the object as UTF-8 without blanks. Raises the errors of `formats.encode`."""

    def write(budget: Budget, careful: bool) -> bytes:
        return JSON_ENCODE(JsonWriter(types, budget, careful=careful).tree(obj)).encode()

    return write_within_budget(write, types.limits, size)


def decode_json(data: bytes, types: Types) -> object:
    """Return the object of a JSON text. Raises the errors of `formats.decode`."""
    return without_garbage_collection(len(data), _decoded, data, types)


def _decoded(data: bytes, types: Types) -> object:
    budget = Budget(types.limits, len(data))
    escapes = b"\\u" in data
    try:
        budget.spend(_memory(data, escapes=escapes), 0)
        tree = _DECODE(data.decode())
    except TooLarge as error:
        raise ContentTooCostly(str(error)) from None
    except UnicodeDecodeError as error:
        raise FormatError(f"byte {error.start}: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise FormatError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError:  # the interpreter's own limit for digits
        raise ContentTooCostly("an integer has too many digits") from None
    except (RecursionError, MemoryError) as error:
        raise ContentTooCostly(f"reading it ended in a {type(error).__name__}") from None
    return _JsonReader(types, budget, suspect=escapes).obj(lambda: tree)


def _memory(data: bytes, *, escapes: bool) -> int:
    """Return the most bytes that the text and all of its parts take.

    An escape can make a text as wide as any character.
    """
    width = 1 if data.isascii() else 4 if _WIDE.search(data) else 2 if _MIDDLE.search(data) else 1
    texts = (width + (4 if escapes else width)) * len(data)
    return texts + sum(cost * data.count(mark) for mark, cost in _COSTS)
