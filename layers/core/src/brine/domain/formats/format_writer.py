"""Conversion of objects to a format's trees: containers, texts and numbers, and marks for all other values.

A mark is a name and an argument: `{"$date": "2026-09-21"}` in JSON, an extension type in MessagePack. A value without a
mark of its own becomes an `object`: the tag and the values that it would be sealed as.

A shared part of an object is written at each occurrence, so a small object can become a large text. So writing has a
budget too (`brine_codec.gate.budget`): trees and text draw from it before they are made.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from functools import partial
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any

from brine.domain.formats.datetime_text import is_offset_only, offset_and_name, write_seconds
from brine.domain.formats.key_cost import comparison_cost
from brine.domain.formats.path import LocatedError, index, member
from brine_codec import CodecError, TooLarge, Unsupported
from brine_codec.gate.budget import Budget
from brine_codec.gate.collisions import DICT, charge_keys
from brine_codec.pickling.garbage_collector import without_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from typing import ClassVar

    from brine.domain.formats.allowed_types import Types
    from brine_codec import Limits

_OWN_MARKS = {"py:Decimal": "decimal", "py:UUID": "uuid"}
_TEXTS = frozenset({str})
_BITS = int.bit_length
SAFE_BITS = 63
"""Integers of at most this many bits are written unchanged in both formats."""

CONTAINER, VALUE = 300, 100
"""Bytes of memory for a mark or a container of a tree (CONTAINER), and for a value in it (VALUE)."""
MADE, MAPPED, LOOKED_AT, READY = 20, 50, 4, 1.5
"""Steps for a mark or a new container (MADE), for a dict with keys other than texts (MAPPED), for a value that is
checked (LOOKED_AT), and for one that the library writes directly (READY).
"""
ORDERED = 25
"""Steps to write a member of a set separately, to find its position."""
STEPS_PER_BYTE = 1 / 60
FLOAT, CLOCK, MARK = 26, 64, 20
"""The most bytes written for a float; for a date, a time or a zone; for the name of a mark."""
REAL = 8
"""The most steps to write a float."""


class FormatWriter(ABC):
    """The conversion of one object; each format has a subclass for its own representations.

    careful: check every text and number. The second pass needs this: the format's library refused a
    value but did not say which, or the largest possible cost of all values exceeds the budget.
    """

    leaves: ClassVar[frozenset[type]]
    """Types that the library writes directly."""
    widest: ClassVar[int]
    """The most bytes that a character can become."""
    memory: float
    """Bytes of memory for each byte of text while it is written."""

    def __init__(self, types: Types, budget: Budget, *, careful: bool = False) -> None:
        self._limits = types.limits
        self._vocabulary = types.vocabulary
        self._weigh = partial(comparison_cost, vocabulary=types.vocabulary)
        self._leaves = self.leaves - {str, float} if careful else self.leaves
        self._keys = frozenset[type]() if careful else _TEXTS
        self._careful = careful
        self._budget = budget
        self._names: dict[str, int] = {}
        self._depth = 0

    @abstractmethod
    def measured(self, value: str) -> int:
        """Return the bytes that a text is written as."""

    @abstractmethod
    def named(self, name: str, argument: object) -> object:
        """Return the tree of a mark, which is paid for."""

    @abstractmethod
    def binary(self, value: bytes) -> object:
        """Return the tree of bytes."""

    @abstractmethod
    def integer(self, value: int) -> object:
        """Return the tree of an integer, which is within the limits."""

    @abstractmethod
    def real(self, value: float) -> object:
        """Return the tree of a float, when being careful."""

    @abstractmethod
    def instant(self, value: dt.datetime) -> object:
        """Return the tree of a datetime in UTC."""

    @abstractmethod
    def record(self, title: str, fields: dict[str, object]) -> object:
        """Return the tree of a registered class from the trees of its fields."""

    @abstractmethod
    def mapping(self, keys: list[object], trees: list[object]) -> object:
        """Return the tree of a dict from its keys, unconverted, and the trees of its values."""

    @abstractmethod
    def needs_escape(self, mapping: dict[str, object]) -> bool:
        """Return whether a dict with these text keys, written unchanged, would be read as a mark or a record."""

    @abstractmethod
    def order(self, tree: object) -> Any:
        """Return the sort key of a set's member, so that equal sets give equal bytes."""

    def tree(self, obj: object) -> object:
        """Return the tree of this object for the format's library.

        Raises Unsupported and TooLarge with the path inside the object.
        """
        try:
            return self.convert(obj)
        except LocatedError as failure:
            raise failure.located() from None

    def convert(self, value: object) -> object:
        """Return the tree of any part. Failures have the path inside this part."""
        converter = _CONVERTERS.get(type(value))
        return self._reduced(value) if converter is None else converter(self, value)

    def spend(self, memory: float, steps: float, write_within_budget: float = 0) -> None:
        """Draw bytes of memory, steps of 100 ns, and bytes that will be written."""
        budget = self._budget
        budget.memory = room = budget.memory - memory - self.memory * write_within_budget
        budget.steps = time = budget.steps - steps - write_within_budget * STEPS_PER_BYTE
        if room < 0 or time < 0:
            lacking = "memory" if room < 0 else "time"
            raise LocatedError(TooLarge(f"the object would take more {lacking} to write than one of its size may"))

    def mark(self, name: str, argument: object) -> object:
        """Return the tree of a mark."""
        self.spend(CONTAINER, MADE, MARK)
        return self.named(name, argument)

    def each(self, items: Collection[object], owner: object) -> list[object]:
        """Return the trees of some items."""
        self._enter(owner)
        trees = self._trees(items, self._pay(items)[0], owner)
        self._depth -= 1
        return trees

    def _enter(self, owner: object) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise LocatedError(Unsupported(f"it is nested deeper than {self._limits.depth}"), owner)

    def _pay(self, values: Collection[Any], names: int = 0, work: int = MADE) -> tuple[frozenset[type], bool]:
        """Pay for a container of these values, and for those that the library writes directly.

        names: bytes that are written beside them. work: steps for the container itself. Returns the types of the values
        that the library writes directly, and whether these are all values.
        """
        kinds, ready, count = set(map(type, values)), self._leaves, len(values)
        alike = len(kinds) == 1
        each, steps = 6, READY
        if float in kinds and float in ready:
            each, steps = FLOAT, READY + REAL
        if int in kinds:
            bits = max(map(_BITS, values if alike else [value for value in values if type(value) is int]))
            if bits > SAFE_BITS:
                ready = ready - {int}
            elif bits > 9:
                each = max(each, bits // 3 + 3)
        write_within_budget = each * count + names
        if str in kinds and str in ready:
            lengths = map(len, values) if alike else [len(value) for value in values if type(value) is str]
            write_within_budget += self.widest * sum(lengths)
        if bytes in kinds and bytes in ready:
            write_within_budget += sum([len(value) for value in values if type(value) is bytes])
        if kinds <= ready:
            self.spend(0, LOOKED_AT + steps * count, write_within_budget + 2)
            return ready, True
        self.spend(CONTAINER + VALUE * count, work + (LOOKED_AT + steps) * count, write_within_budget + 2)
        return ready, False

    def _list(self, value: list[object]) -> object:
        self._enter(value)
        ready, whole = self._pay(value)
        trees = value if whole else self._trees(value, ready, value)
        self._depth -= 1
        return trees

    def _dict(self, value: dict[Any, object]) -> object:
        self._enter(value)
        texts = self._keys.issuperset(map(type, value)) and not self.needs_escape(value)
        if texts:
            ready, whole = self._pay(value.values(), self.widest * sum(map(len, value)) + 4 * len(value))
            tree: object = value if whole else self._named_trees(value.items(), ready, value)
        else:
            keys = list(value)
            charge_keys(keys, DICT, self.spend, self._weigh)
            self.spend(CONTAINER, MAPPED)
            ready, _ = self._pay(value.values())
            tree = self.mapping(keys, list(self._named_trees(value.items(), ready, value).values()))
        self._depth -= 1
        return tree

    def _trees(self, items: Iterable[object], ready: frozenset[type], owner: object) -> list[object]:
        trees: list[object] = []
        try:
            for item in items:
                trees.append(item if type(item) in ready else self.convert(item))  # noqa: PERF401 - its length tells where it failed
        except LocatedError as failure:
            failure.add_step(owner, index(len(trees)))
            raise
        return trees

    def _named_trees(
        self, items: Iterable[tuple[Any, object]], ready: frozenset[type], owner: object
    ) -> dict[Any, object]:
        key: object = None
        trees: dict[Any, object] = {}
        try:
            for key, item in items:
                trees[key] = item if type(item) in ready else self.convert(item)
        except LocatedError as failure:
            failure.add_step(owner, member(key))
            raise
        return trees

    def _reduced(self, value: object) -> object:
        try:
            maker, values = self._vocabulary.reduce(value)
        except CodecError as error:
            raise LocatedError(error) from None
        own = _OWN_MARKS.get(maker.tag)
        if own is not None:
            (argument,) = values
            text = _uuid_text(argument) if isinstance(argument, bytes) else str(argument)
            self.spend(CONTAINER, MADE + maker.steps, len(text) + MARK)
            return self.named(own, text)
        if maker.names:
            self._enter(value)
            names = self._names.get(maker.tag)
            if names is None:
                names = self._names[maker.tag] = len(maker.tag) + MARK + sum(len(name) + 4 for name in maker.names)
            ready, _ = self._pay(values, names, maker.steps)
            trees = self._named_trees(zip(maker.names, values, strict=True), ready, value)
            self._depth -= 1
            return self.record(maker.tag.partition("/")[0], trees)
        self.spend(0, maker.steps, len(maker.tag))
        return self.mark("object", [maker.tag, *self.each(values, value)])

    def _text(self, value: str) -> object:
        if not self._careful:
            self.spend(0, LOOKED_AT, self.widest * len(value) + 6)
        elif is_unicode(value):
            self.spend(0, LOOKED_AT, self.measured(value))
        else:
            return self.mark("text", self._bytes(value.encode("utf-8", "surrogatepass")))
        return value

    def _integer(self, value: int) -> object:
        if value.bit_length() > self._limits.integer_bits:
            raise LocatedError(Unsupported(f"an integer has more than {self._limits.integer_bits} bits"))
        bits = value.bit_length()
        self.spend(0, LOOKED_AT + bits / 50, bits / 3 + 2)
        return self.integer(value)

    def _real(self, value: float) -> object:
        self.spend(0, LOOKED_AT + REAL, FLOAT)
        return self.real(value) if self._careful else value

    def _bytes(self, value: bytes | PickleBuffer) -> object:
        size = len(value) if type(value) is bytes else value.raw().nbytes  # type: ignore[union-attr]  # by its type
        self.spend(2 * size, LOOKED_AT, 4 * size / 3 + 16)
        return self.binary(bytes(value))

    def _bytearray(self, value: bytearray) -> object:
        self.spend(len(value), 0)
        return self.mark("bytearray", self._bytes(bytes(value)))

    def _tuple(self, value: tuple[object, ...]) -> object:
        return self.mark("tuple", self.each(value, value))

    def _set(self, value: set[object] | frozenset[object]) -> object:
        trees = self.each(value, value)
        if len(trees) > 1:
            self.spend(0, ORDERED * len(trees))
            trees.sort(key=self.order)
        return self.mark("set" if type(value) is set else "frozenset", trees)

    def _date(self, value: dt.date) -> object:
        return self._clock("date", value.isoformat())

    def _datetime(self, value: dt.datetime) -> object:
        if value.tzinfo is dt.UTC and not value.fold:
            self.spend(CONTAINER, MADE, CLOCK)
            return self.instant(value)
        return self._time(value, "datetime")

    def _time(self, value: dt.time | dt.datetime, name: str = "time") -> object:
        if is_offset_only(value.tzinfo, value.fold):
            return self._clock(name, value.isoformat())
        return self._clock(name, self.local(value))

    def local(self, value: dt.time | dt.datetime) -> object:
        """Return the argument of the mark of a time in a named zone, or in the second of two equal hours."""
        return [value.replace(tzinfo=None, fold=0).isoformat(), self._zone(value.tzinfo), value.fold]

    def _timedelta(self, value: dt.timedelta) -> object:
        return self._clock("timedelta", write_seconds(value))

    def _clock(self, name: str, argument: object) -> object:
        self.spend(0, 0, CLOCK)
        return self.mark(name, argument)

    def _timezone(self, value: dt.timezone) -> object:
        offset, *name = offset_and_name(value)
        self.spend(CONTAINER, 0, CLOCK)
        return self.mark("timezone", [write_seconds(offset), *map(self.convert, name)])

    def _zone(self, zone: dt.tzinfo | None) -> object:
        """Return the tree of a zone: the key of a ZoneInfo, any other zone as an object."""
        if zone is None or type(zone) is dt.timezone:
            return self.convert(zone)
        try:
            maker, values = self._vocabulary.reduce(zone)
        except CodecError as error:
            raise LocatedError(error) from None
        if maker.tag != "py:ZoneInfo":
            raise LocatedError(Unsupported(f"a time zone of type {type(zone).__qualname__}"))
        self.spend(CONTAINER, MADE, CLOCK)
        return values[0]


def write_within_budget(write: Callable[[Budget, bool], bytes], limits: Limits, size: int | None) -> bytes:
    """Return the bytes that `write` makes within a budget. It is careful only if it fails otherwise.

    size: of the message that the object came from; None for an object that only the limits bound.
    """
    size = limits.size if size is None else size
    first, second = Budget(limits, size), Budget(limits, size)
    try:
        text = without_garbage_collection(size, write, first, False)
    except (ValueError, TooLarge):  # find the lone surrogate or infinite float, or measure exactly
        second.steps = first.steps
        text = b""
    text = text or without_garbage_collection(size, write, second, True)
    if len(text) > limits.size:
        raise TooLarge(f"the object takes {len(text)} bytes, more than the limit of {limits.size}")
    return text


def is_unicode(text: str) -> bool:
    """Return whether a text can be written in UTF-8: it has no lone surrogates."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _uuid_text(value: bytes) -> str:
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_CONVERTERS: dict[type, Callable[[FormatWriter, Any], object]] = {
    type(None): lambda _, value: value,
    bool: lambda _, value: value,
    str: FormatWriter._text,  # noqa: SLF001 - this module's own, as all of these
    int: FormatWriter._integer,  # noqa: SLF001 - of the class above
    float: FormatWriter._real,  # noqa: SLF001 - of the class above
    bytes: FormatWriter._bytes,  # noqa: SLF001 - of the class above
    PickleBuffer: FormatWriter._bytes,  # noqa: SLF001 - of the class above
    bytearray: FormatWriter._bytearray,  # noqa: SLF001 - of the class above
    list: FormatWriter._list,  # noqa: SLF001 - of the class above
    dict: FormatWriter._dict,  # noqa: SLF001 - of the class above
    tuple: FormatWriter._tuple,  # noqa: SLF001 - of the class above
    set: FormatWriter._set,  # noqa: SLF001 - of the class above
    frozenset: FormatWriter._set,  # noqa: SLF001 - of the class above
    dt.date: FormatWriter._date,  # noqa: SLF001 - of the class above
    dt.datetime: FormatWriter._datetime,  # noqa: SLF001 - of the class above
    dt.time: FormatWriter._time,  # noqa: SLF001 - of the class above
    dt.timedelta: FormatWriter._timedelta,  # noqa: SLF001 - of the class above
    dt.timezone: FormatWriter._timezone,  # noqa: SLF001 - of the class above
}
