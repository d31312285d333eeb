"""Makers for what has a fixed list of fields: dataclasses and NamedTuples.

A record travels as the values of its fields, in order; their names are in the tag, as a checksum. It is made by
calling its class, so that `__init__` and `__post_init__` refuse what they always refuse.
"""

from __future__ import annotations

import zlib
from operator import attrgetter

from brine_codec.errors import CodecError, Undecodable, Unsupported, shown
from brine_codec.token import Maker, apart

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.kinds import Kind
    from brine_codec.token import Values

MOST_SIGNATURES = 64


def checksum(names: tuple[str, ...]) -> str:
    """Eight hexadecimal digits that change when a field is added, removed, renamed or moved."""
    return f"{zlib.crc32(','.join(names).encode()):08x}"


def getter(names: tuple[str, ...]) -> Callable[[object], Values]:
    """What takes the named attributes of an object, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple([getattr(record, name) for name in names])


class RecordMaker(Maker):
    """Makes records of one class and takes them apart, checking the values against the annotations both ways."""

    __slots__ = ("_blobs", "_get", "_inside", "_kinds", "_known", "names")
    names: tuple[str, ...]
    _get: Callable[[object], Values]
    _kinds: tuple[Kind, ...]
    _inside: tuple[tuple[int, Kind], ...]  # fields whose annotation says what is inside
    _blobs: bool  # whether a field is annotated as bytes
    _known: set[tuple[type, ...]]  # type signatures found good: one look-up for nearly every record

    def __init__(
        self,
        tag: str,
        cls: type,
        make: Callable[..., object],
        get: Callable[[object], Values],
        kinds: dict[str, Kind],
    ) -> None:
        super().__init__(tag, cls, make)
        of_field = tuple(kinds.values())
        for slot, value in {
            "names": tuple(kinds),
            "_get": get,
            "_kinds": of_field,
            "_inside": tuple((index, kind) for index, kind in enumerate(of_field) if kind.inside),
            "_blobs": any(bytes in (kind.classes or ()) for kind in of_field),
            "_known": set(),
        }.items():
            object.__setattr__(self, slot, value)

    def __call__(self, *values: object) -> object:
        if (*map(type, values),) not in self._known:
            values = self._admit(tuple([bytes(value) if type(value) is memoryview else value for value in values]))
        if self._inside:
            self._look_inside(values)
        try:
            return self._make(*values)
        except CodecError:
            raise
        except Exception as error:  # the caller's class refuses as it likes
            raise Undecodable(f"{shown(self.tag)} refused its fields: {type(error).__name__}") from error

    def take_apart(self, record: object) -> tuple[Maker, Values]:
        """The record as a call of this maker, for the pickler. Raises Unsupported, naming the field."""
        values = self._get(record)
        try:
            if (*map(type, values),) not in self._known:
                self._admit(values)
            if self._inside:
                self._look_inside(values)
        except Undecodable as error:
            raise Unsupported(str(error)) from None
        return self, apart(values) if self._blobs else values

    def _admit(self, values: Values) -> Values:
        if len(values) != len(self._kinds):
            raise Undecodable(f"{shown(self.tag)} has {len(self._kinds)} fields, not {len(values)}")
        for name, kind, value in zip(self.names, self._kinds, values, strict=True):
            if kind.classes is not None and not isinstance(value, kind.classes):
                raise Undecodable(f"{name}: {type(value).__name__} does not fit the annotation")
        if len(self._known) < MOST_SIGNATURES:
            self._known.add((*map(type, values),))
        return values

    def _look_inside(self, values: Values) -> None:
        for index, kind in self._inside:
            if not kind.admits(values[index]):
                raise Undecodable(f"{self.names[index]}: what it holds does not fit the annotation")
