"""MessagePack by the `msgpack` library; what it lacks are extension types, listed in docs/formats.md."""

from __future__ import annotations

import datetime as dt
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgpack

from brine.domain.formats.inward import Inward, Twice
from brine.domain.formats.msgpack_scan import scan
from brine.domain.formats.outward import Outward
from brine.domain.formats.path import Failure
from brine.errors import ContentTooLarge, FormatError
from brine_codec import TooLarge

if TYPE_CHECKING:
    from brine.domain.formats.allowed import Types

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
"""Extension types. Never renumber: what was written stays readable."""
_NAMES = {code: name for name, code in CODES.items()}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECOND = dt.timedelta(seconds=1)
_TEXTS = frozenset({str})
_KEY = itemgetter(0)
WORST = 100
"""Bytes of memory that one byte of MessagePack can become at most: an empty map."""
SMALL = 65_536
"""Up to this size the worst is taken for granted, which is faster than looking."""


class _Writer(Outward):
    leaves = frozenset({str, bytes, bool, type(None), int, float})

    def __init__(self, types: Types, *, careful: bool = False) -> None:
        super().__init__(types, careful=careful)
        self.pack = msgpack.Packer(strict_types=True).pack

    def mark(self, name: str, argument: object) -> object:
        return msgpack.ExtType(CODES[name], self.pack(argument))

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
        return msgpack.Timestamp(since // _SECOND, value.microsecond * 1_000)

    def record(self, title: str, fields: dict[str, object]) -> object:
        return self.mark("type", [title, fields])

    def mapping(self, keys: list[object], trees: list[object]) -> object:
        return dict(zip(map(self.convert, keys), trees, strict=True))

    def is_misread(self, mapping: dict[str, object]) -> bool:  # noqa: ARG002 - no name is reserved here
        return False

    def order(self, tree: object) -> bytes:
        packed: bytes = self.pack(tree)
        return packed


class _Pairs:
    """A map with keys that are not all text."""

    def __init__(self, pairs: list[tuple[Any, Any]]) -> None:
        self.pairs = pairs


class _Reader(Inward):
    leaves = frozenset({str, bytes, bool, type(None), int, float})

    def unpack(self, data: bytes) -> object:
        """The tree of a whole text, or of what an extension holds."""
        if len(data) > SMALL:
            self.charge(scan(data, self._limits))
        elif data and not _is_short_text(data):
            self.charge(WORST * len(data))
        try:
            return msgpack.unpackb(data, strict_map_key=False, object_pairs_hook=_pairs)
        except (ValueError, msgpack.UnpackException, MemoryError, RecursionError):
            scan(data, self._limits)  # which knows where
            raise FormatError("not MessagePack") from None

    def other(self, value: Any) -> object:
        if type(value) in self.leaves:
            return value
        if type(value) is _Pairs:
            self.enter(2 * len(value.pairs))
            made = self.paired(value.pairs)
            self.leave()
            return made
        if type(value) is msgpack.Timestamp:
            return _instant(value)
        return self._extension(*value)

    def mapping(self, value: dict[Any, object]) -> object:
        return self.values(value)

    def _extension(self, code: int, data: bytes) -> object:
        name = _NAMES.get(code)
        if name is None:
            raise Failure(FormatError(f"an extension of type {code}, which is none of ours"))
        try:
            argument = self.unpack(data)
        except FormatError as error:
            raise Failure(type(error)(f"extension {code}, {error}")) from None
        if name == "integer":
            return self._large(argument)
        if name == "type":
            if type(argument) is not list or len(argument) != 2 or type(argument[1]) is not dict:
                raise Failure(FormatError("a type is not a name and its fields"))
            return self.record(*argument)
        return self.marked(name, argument)

    def _large(self, argument: object) -> int:
        if type(argument) is not bytes:
            raise Failure(FormatError("an integer is not bytes"))
        if 8 * len(argument) > self._limits.integer_bits + 8:  # its sign may take a byte more
            raise Failure(ContentTooLarge(f"an integer has more than {self._limits.integer_bits} bits"))
        return int.from_bytes(argument, signed=True)


def _pairs(pairs: list[tuple[Any, Any]]) -> object:
    """A map as a dict, if its keys are texts, and else as it came: what else could be a key has to be looked at."""
    if not _TEXTS.issuperset(map(type, map(_KEY, pairs))):
        return _Pairs(pairs)
    made = dict(pairs)
    return made if len(made) == len(pairs) else Twice.of(map(_KEY, pairs))


def _is_short_text(data: bytes) -> bool:
    """Whether this is one text of less than 32 bytes, as most extensions hold."""
    return 0xA0 <= data[0] <= 0xBF and len(data) == data[0] - 0x9F


def _instant(value: msgpack.Timestamp) -> dt.datetime:
    micros, rest = divmod(value.nanoseconds, 1_000)
    if rest:
        raise Failure(FormatError("a timestamp is finer than a microsecond"))
    try:
        return _EPOCH + dt.timedelta(seconds=value.seconds, microseconds=micros)
    except OverflowError:
        raise Failure(FormatError("a timestamp is beyond the year 9999, or before the year 1")) from None


def encode_msgpack(obj: object, types: Types) -> bytes:
    """The object as MessagePack. Raises as `formats.encode`."""
    try:
        packed = _packed(_Writer(types), obj)
    except UnicodeEncodeError:  # a lone surrogate: where?
        packed = _packed(_Writer(types, careful=True), obj)
    if len(packed) > types.limits.size:
        raise TooLarge(f"the object takes {len(packed)} bytes, more than the limit of {types.limits.size}")
    return packed


def _packed(writer: _Writer, obj: object) -> bytes:
    packed: bytes = writer.pack(writer.tree(obj))
    return packed


def decode_msgpack(data: bytes, types: Types) -> object:
    """The object of a MessagePack text. Raises as `formats.decode`."""
    if len(data) > types.limits.size:
        raise ContentTooLarge(f"it takes {len(data)} bytes, more than the limit of {types.limits.size}")
    reader = _Reader(types)
    return reader.obj(lambda: reader.unpack(data))
