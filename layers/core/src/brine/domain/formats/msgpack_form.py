"""MessagePack by the `msgpack` library, with extension types for all other values (docs/formats.md)."""

from __future__ import annotations

import datetime as dt
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

import msgpack

from brine.domain.formats.format_reader import CONVERTERS, DuplicateName, FormatReader
from brine.domain.formats.format_writer import FormatWriter, write_within_budget
from brine.domain.formats.msgpack_scan import scan
from brine.domain.formats.path import LocatedError
from brine.errors import ContentTooCostly, FormatError
from brine_codec.gate.budget import Budget
from brine_codec.pickling.garbage_collector import without_garbage_collection

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Types

CODES = {
    "datetime": 1,
    "date": 2,
    "time": 3,
    "timedelta": 4,
    "timezone": 5,
    "decimal": 6,
    "uuid": 7,
    "tuple": 8,
    "set": 9,
    "frozenset": 10,
    "bytearray": 11,
    "text": 12,
    "integer": 13,
    "type": 14,
    "object": 15,
}
"""Extension types. Never renumber them: stored content must remain readable."""
_NAMES = {code: name for name, code in CODES.items()}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TEXTS = frozenset({str})
_KEY = itemgetter(0)
WORST = 100
"""The most bytes of memory that one byte of MessagePack can become: an empty map."""
SMALL, SMALL_PART = 1_048_576, 512
"""Sizes of a whole text (SMALL) and of an extension (SMALL_PART) up to which WORST is assumed without a scan."""


class _MsgpackWriter(FormatWriter):
    leaves = frozenset({str, bytes, bool, type(None), int, float})
    widest = 4
    memory = 3  # for a buffer that has just grown, and the copy made from it

    def __init__(self, types: Types, budget: Budget, *, careful: bool = False) -> None:
        super().__init__(types, budget, careful=careful)
        self.pack = msgpack.Packer(strict_types=True).pack

    def measured(self, value: str) -> int:
        return len(value.encode()) + 5

    def named(self, name: str, argument: object) -> object:
        packed = self.pack(argument)
        if len(packed) > SMALL_PART:  # a nested extension is copied again with each outer one
            self.spend(0, 0, len(packed))
        return msgpack.ExtType(CODES[name], packed)

    def binary(self, value: bytes) -> object:
        return value

    def integer(self, value: int) -> object:
        if -(2**63) <= value < 2**64:
            return value
        return self.mark("integer", value.to_bytes(value.bit_length() // 8 + 1, signed=True))

    def real(self, value: float) -> object:
        return value

    def instant(self, value: dt.datetime) -> object:
        since = value - _EPOCH
        return msgpack.Timestamp(86_400 * since.days + since.seconds, 1_000 * since.microseconds)

    def record(self, title: str, fields: dict[str, object]) -> object:
        return self.mark("type", [title, fields])

    def mapping(self, keys: list[object], trees: list[object]) -> object:
        return dict(zip(map(self.convert, keys), trees, strict=True))

    def needs_escape(self, mapping: dict[str, object]) -> bool:  # noqa: ARG002 - no name is reserved here
        return False

    def order(self, tree: object) -> bytes:
        packed: bytes = self.pack(tree)
        self.spend(0, 0, len(packed))
        return packed


class _MapPairs:
    """A map with keys that are not all text."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[Any, Any]]) -> None:
        self.pairs = pairs


class _MsgpackReader(FormatReader):
    leaves = frozenset({str, bytes, bool, type(None), int, float})

    def __init__(self, types: Types, size: int) -> None:
        super().__init__(types, Budget(types.limits, size))
        self._small = size <= SMALL

    def whole(self, data: bytes) -> object:
        """Return the tree of a whole text."""
        self.spend(WORST * len(data) if self._small else scan(data, self._limits))
        return self._unpacked(data)

    def mapping(self, value: dict[Any, object]) -> object:
        return self.values(value)

    def _unpacked(self, data: bytes) -> object:
        try:
            return msgpack.unpackb(data, strict_map_key=False, object_pairs_hook=_pairs)
        except (ValueError, msgpack.UnpackException, MemoryError, RecursionError):
            scan(data, self._limits)  # it raises an error with the position
            raise FormatError("not MessagePack") from None

    def _content(self, data: bytes) -> object:
        """Return the tree of an extension's content, which is a copy of a part of the text."""
        if data and data[0] - 0x9F == len(data) <= 32 and data[1:].isascii():  # one short text, as in most extensions
            return data[1:].decode()
        if self._small:
            self.spend(len(data))
        else:
            self.spend(scan(data, self._limits) if len(data) > SMALL_PART else WORST * len(data))
        return self._unpacked(data)

    def _extension(self, value: msgpack.ExtType) -> object:
        code, data = value
        name = _NAMES.get(code)
        if name is None:
            raise LocatedError(FormatError(f"an extension of type {code}, which is none of ours"))
        try:
            argument = self._content(data)
        except FormatError as error:
            raise LocatedError(type(error)(f"extension {code}, {error}")) from None
        if name == "integer":
            return self._large(argument)
        if name == "type":
            if type(argument) is not list or len(argument) != 2 or type(argument[1]) is not dict:
                raise LocatedError(FormatError("a type is not a name and its fields"))
            return self.record(*argument)
        return self.marked(name, argument)

    def _large(self, argument: object) -> int:
        if type(argument) is not bytes:
            raise LocatedError(FormatError("an integer is not bytes"))
        if 8 * len(argument) > self._limits.integer_bits + 8:  # its sign may take a byte more
            raise LocatedError(ContentTooCostly(f"an integer has more than {self._limits.integer_bits} bits"))
        return int.from_bytes(argument, signed=True)

    def _instant(self, value: msgpack.Timestamp) -> dt.datetime:
        micros, rest = divmod(value.nanoseconds, 1_000)
        if rest:
            raise LocatedError(FormatError("a timestamp is finer than a microsecond"))
        try:
            return _EPOCH + dt.timedelta(seconds=value.seconds, microseconds=micros)
        except OverflowError:
            raise LocatedError(FormatError("a timestamp is beyond the year 9999, or before the year 1")) from None

    converters: ClassVar = CONVERTERS | {
        _MapPairs: lambda reader, value: reader.dict_from_pairs(value.pairs),
        msgpack.Timestamp: _instant,
        msgpack.ExtType: _extension,
    }


def _pairs(pairs: list[tuple[Any, Any]]) -> object:
    """Return a map as a dict if its keys are texts, otherwise as pairs, because other keys must be checked."""
    if not _TEXTS.issuperset(map(type, map(_KEY, pairs))):
        return _MapPairs(pairs)
    made = dict(pairs)
    return made if len(made) == len(pairs) else DuplicateName.of(map(_KEY, pairs))


def encode_msgpack(obj: object, types: Types, size: int | None) -> bytes:
    """Return the object as MessagePack. Raises the errors of `formats.encode`."""

    def write(budget: Budget, careful: bool) -> bytes:
        writer = _MsgpackWriter(types, budget, careful=careful)
        packed: bytes = writer.pack(writer.tree(obj))
        return packed

    return write_within_budget(write, types.limits, size)


def decode_msgpack(data: bytes, types: Types) -> object:
    """Return the object of a MessagePack text. Raises the errors of `formats.decode`."""
    reader = _MsgpackReader(types, len(data))
    return without_garbage_collection(len(data), reader.obj, lambda: reader.whole(data))
