"""Objects to trees of what a format has: containers, texts and numbers, and marks for everything else.

A mark is a name and an argument: `{"$date": "2026-09-21"}` in JSON, an extension type in MessagePack. What has no mark
of its own goes as `object`: the tag and the values that it would be sealed as.

What is shared inside an object is written each time that it is met, so a small object can mean a large text. So writing
has a budget too (`brine_codec.budget`), from which trees and text are drawn before they are made.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from functools import partial
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any

from brine.domain.formats.clock_text import is_plain, offset_and_name, write_seconds
from brine.domain.formats.keys import weigh
from brine.domain.formats.path import Failure, index, member
from brine_codec import CodecError, TooLarge, Unsupported
from brine_codec.gate.budget import Budget
from brine_codec.gate.collisions import DICT
from brine_codec.gate.collisions import charge_keys as price
from brine_codec.pickling.garbage_collector import without_garbage_collection as undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from typing import ClassVar

    from brine.domain.formats.allowed import Types
    from brine_codec import Limits

_OWN_MARKS = {"py:Decimal": "decimal", "py:UUID": "uuid"}
_TEXTS = frozenset({str})
_BITS = int.bit_length
SAFE_BITS = 63
"""Integers of so many bits are written as they are in both formats."""

CONTAINER, VALUE = 300, 100
"""Bytes of memory that a mark or a container of a tree takes; that a value in it does."""
MADE, MAPPED, LOOKED_AT, READY = 20, 50, 4, 1.5
"""Steps for a mark or a container that is made; for a dict with other keys than texts; for a value that is looked at;
and for one that the library just writes."""
ORDERED = 25
"""Steps to write a member of a set for itself, to find its place."""
STEPS_PER_BYTE = 1 / 60
FLOAT, CLOCK, MARK = 26, 64, 20
"""Bytes that are written at most for a float; for a date, a time or a zone; for the name of a mark."""
REAL = 8
"""Steps to write a float at most."""


class Outward(ABC):
    """One object on its way out; a subclass for each format says what that has to say in its own way.

    careful: look at every text and number: where the format's library has refused one that it does not name, or where
    the most that they could take is too much.
    """

    leaves: ClassVar[frozenset[type]]
    """Types that the library writes as they are."""
    widest: ClassVar[int]
    """Bytes that a character can become."""
    memory: float
    """Bytes that a byte of text takes in memory while it is written."""

    def __init__(self, types: Types, budget: Budget, *, careful: bool = False) -> None:
        self._limits = types.limits
        self._vocabulary = types.vocabulary
        self._weigh = partial(weigh, vocabulary=types.vocabulary)
        self._leaves = self.leaves - {str, float} if careful else self.leaves
        self._keys = frozenset[type]() if careful else _TEXTS
        self._careful = careful
        self._budget = budget
        self._names: dict[str, int] = {}
        self._depth = 0

    @abstractmethod
    def measured(self, value: str) -> int:
        """Bytes that a text is written as."""

    @abstractmethod
    def named(self, name: str, argument: object) -> object:
        """The tree of a mark, which is paid for."""

    @abstractmethod
    def binary(self, value: bytes) -> object:
        """The tree of bytes."""

    @abstractmethod
    def integer(self, value: int) -> object:
        """The tree of an integer, which is within the limits."""

    @abstractmethod
    def real(self, value: float) -> object:
        """The tree of a float, when being careful."""

    @abstractmethod
    def instant(self, value: dt.datetime) -> object:
        """The tree of a datetime in UTC."""

    @abstractmethod
    def record(self, title: str, fields: dict[str, object]) -> object:
        """The tree of a registered class, by the trees of its fields."""

    @abstractmethod
    def mapping(self, keys: list[object], trees: list[object]) -> object:
        """The tree of a dict, by its keys as they are and the trees of its values."""

    @abstractmethod
    def is_misread(self, mapping: dict[str, object]) -> bool:
        """Whether a dict with these texts for keys, written as it is, would stand for something else."""

    @abstractmethod
    def order(self, tree: object) -> Any:
        """What the members of a set are sorted by, so that the same set gives the same bytes."""

    def tree(self, obj: object) -> object:
        """What the format's library writes for this object. Raises Unsupported with the path inside, TooLarge."""
        try:
            return self.convert(obj)
        except Failure as failure:
            raise failure.located() from None

    def convert(self, value: object) -> object:
        """The tree of anything, inside of which Failures know their place."""
        way = _WAYS.get(type(value))
        return self._reduced(value) if way is None else way(self, value)

    def spend(self, memory: float, steps: float, written: float = 0) -> None:
        """Draw bytes of memory, steps of 100 ns, and bytes that will be written."""
        budget = self._budget
        budget.memory = room = budget.memory - memory - self.memory * written
        budget.steps = time = budget.steps - steps - written * STEPS_PER_BYTE
        if room < 0 or time < 0:
            lacking = "memory" if room < 0 else "time"
            raise Failure(TooLarge(f"the object would take more {lacking} to write than one of its size may"))

    def mark(self, name: str, argument: object) -> object:
        """The tree of a mark."""
        self.spend(CONTAINER, MADE, MARK)
        return self.named(name, argument)

    def each(self, items: Collection[object], owner: object) -> list[object]:
        """The trees of some items."""
        self._enter(owner)
        trees = self._trees(items, self._pay(items)[0], owner)
        self._depth -= 1
        return trees

    def _enter(self, owner: object) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise Failure(Unsupported(f"it is nested deeper than {self._limits.depth}"), owner)

    def _pay(self, values: Collection[Any], names: int = 0, work: int = MADE) -> tuple[frozenset[type], bool]:
        """Pay for a container of these, and for those of them that the library writes as they are.

        names: bytes that are written beside them. work: steps for the container itself.
        Returns the types of those, and whether they are all.
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
        written = each * count + names
        if str in kinds and str in ready:
            lengths = map(len, values) if alike else [len(value) for value in values if type(value) is str]
            written += self.widest * sum(lengths)
        if bytes in kinds and bytes in ready:
            written += sum([len(value) for value in values if type(value) is bytes])
        if kinds <= ready:
            self.spend(0, LOOKED_AT + steps * count, written + 2)
            return ready, True
        self.spend(CONTAINER + VALUE * count, work + (LOOKED_AT + steps) * count, written + 2)
        return ready, False

    def _list(self, value: list[object]) -> object:
        self._enter(value)
        ready, whole = self._pay(value)
        trees = value if whole else self._trees(value, ready, value)
        self._depth -= 1
        return trees

    def _dict(self, value: dict[Any, object]) -> object:
        self._enter(value)
        texts = self._keys.issuperset(map(type, value)) and not self.is_misread(value)
        if texts:
            ready, whole = self._pay(value.values(), self.widest * sum(map(len, value)) + 4 * len(value))
            tree: object = value if whole else self._named_trees(value.items(), ready, value)
        else:
            keys = list(value)
            price(keys, DICT, self.spend, self._weigh)
            self.spend(CONTAINER, MAPPED)
            ready, _ = self._pay(value.values())
            tree = self.mapping(keys, list(self._named_trees(value.items(), ready, value).values()))
        self._depth -= 1
        return tree

    def _trees(self, items: Iterable[object], ready: frozenset[type], owner: object) -> list[object]:
        trees: list[object] = []
        try:
            for item in items:
                trees.append(item if type(item) in ready else self.convert(item))  # noqa: PERF401 - how many there are tells where it failed
        except Failure as failure:
            failure.through(owner, index(len(trees)))
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
        except Failure as failure:
            failure.through(owner, member(key))
            raise
        return trees

    def _reduced(self, value: object) -> object:
        try:
            maker, values = self._vocabulary.reduce(value)
        except CodecError as error:
            raise Failure(error) from None
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
            raise Failure(Unsupported(f"an integer has more than {self._limits.integer_bits} bits"))
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
        if is_plain(value.tzinfo, value.fold):
            return self._clock("datetime", value.isoformat())
        local = value.replace(tzinfo=None, fold=0).isoformat()
        return self._clock("datetime", [local, self._zone(value.tzinfo), value.fold])

    def _time(self, value: dt.time) -> object:
        if is_plain(value.tzinfo, value.fold):
            return self._clock("time", value.isoformat())
        local = value.replace(tzinfo=None, fold=0).isoformat()
        return self._clock("time", [local, self._zone(value.tzinfo), value.fold])

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
        """A ZoneInfo by its key alone, any other zone as itself."""
        if zone is None or type(zone) is dt.timezone:
            return self.convert(zone)
        try:
            maker, values = self._vocabulary.reduce(zone)
        except CodecError as error:
            raise Failure(error) from None
        if maker.tag != "py:ZoneInfo":
            raise Failure(Unsupported(f"a time zone of type {type(zone).__qualname__}"))
        self.spend(CONTAINER, MADE, CLOCK)
        return values[0]


def written(write: Callable[[Budget, bool], bytes], limits: Limits, size: int | None) -> bytes:
    """What `write` makes with a budget, being careful only if it fails otherwise.

    size: of the message that the object came from; None for an object that none but the limits bound.
    """
    size = limits.size if size is None else size
    first, second = Budget(limits, size), Budget(limits, size)
    try:
        text = undisturbed(size, write, first, False)
    except (ValueError, TooLarge):  # a lone surrogate, or a float that is not finite: where? Or too much, if it is so
        second.steps = first.steps
        text = b""
    text = text or undisturbed(size, write, second, True)
    if len(text) > limits.size:
        raise TooLarge(f"the object takes {len(text)} bytes, more than the limit of {limits.size}")
    return text


def is_unicode(text: str) -> bool:
    """Whether a text can be written in UTF-8: it has no lone surrogates."""
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


_WAYS: dict[type, Callable[[Outward, Any], object]] = {
    type(None): lambda _, value: value,
    bool: lambda _, value: value,
    str: Outward._text,  # noqa: SLF001 - this module's own, as all of these
    int: Outward._integer,  # noqa: SLF001
    float: Outward._real,  # noqa: SLF001
    bytes: Outward._bytes,  # noqa: SLF001
    PickleBuffer: Outward._bytes,  # noqa: SLF001
    bytearray: Outward._bytearray,  # noqa: SLF001
    list: Outward._list,  # noqa: SLF001
    dict: Outward._dict,  # noqa: SLF001
    tuple: Outward._tuple,  # noqa: SLF001
    set: Outward._set,  # noqa: SLF001
    frozenset: Outward._set,  # noqa: SLF001
    dt.date: Outward._date,  # noqa: SLF001
    dt.datetime: Outward._datetime,  # noqa: SLF001
    dt.time: Outward._time,  # noqa: SLF001
    dt.timedelta: Outward._timedelta,  # noqa: SLF001
    dt.timezone: Outward._timezone,  # noqa: SLF001
}
