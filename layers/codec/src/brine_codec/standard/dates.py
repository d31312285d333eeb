"""Makers of the values of `datetime`. They check the packed state; the types of `datetime` would trust it.

An aware value is written with its zone: as microseconds ahead of UTC if the zone has no name, else as an object.
The fixed zones of pydantic and dateutil are written as microseconds too, and come back as `datetime.timezone`.
"""

from __future__ import annotations

import datetime as dt

from brine_codec.errors import Undecodable
from brine_codec.standard import PREFIX
from brine_codec.standard.entry import entry, maker_of

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from brine_codec.limits import Limits
    from brine_codec.pickling.makers import Reduced, Values
    from brine_codec.standard.entry import StandardEntry

MICROSECOND = dt.timedelta(microseconds=1)
_FIXED_ZONES = frozenset({("pydantic_core", "TzInfo"), ("dateutil", "tzutc")})
"""Zones with one offset: package and class. pydantic makes one for each time with an offset, boto3 for each time."""


def makers(limits: Limits) -> Iterator[StandardEntry]:  # noqa: ARG001 - no value can grow
    """Yield the makers of date, time, datetime, timedelta and timezone."""
    yield entry(dt.date, _packed, _date, steps=6, has_random_hash=True)
    yield from _with_zone(dt.datetime, dt.datetime)
    yield from _with_zone(dt.time, dt.time)
    yield entry(dt.timedelta, lambda value: (value.days, value.seconds, value.microseconds), dt.timedelta, steps=6)
    yield entry(dt.timezone, _zone_parts, _timezone, steps=10)


def _packed(value: dt.date | dt.time) -> Values:
    """Return the state that pickle writes, with `fold`, which `__reduce__` drops."""
    state: Any = value.__reduce_ex__(5)[1]
    return tuple(state)


def _with_zone[T: (dt.datetime, dt.time)](cls: type[T], unpack: Callable[..., T]) -> Iterator[StandardEntry]:
    """Yield the makers of a class for naive and for aware values."""

    def naive(state: object) -> T:
        if type(state) is not bytes:
            raise Undecodable(f"a {cls.__name__} is not packed")
        return unpack(state).replace()  # replacing nothing validates its fields

    def aware(state: object, zone: object) -> T:
        if type(state) is not bytes:
            raise Undecodable(f"a {cls.__name__} is not packed")
        if type(zone) is int:
            zone = dt.UTC if zone == 0 else dt.timezone(zone * MICROSECOND)
        return unpack(state, zone).replace()

    simple = maker_of(cls, naive, steps=6, has_random_hash=True)
    zoned = maker_of(cls, aware, tag=f"{PREFIX}{cls.__name__}+zone", steps=12, comparisons=30)

    def reduce(value: Any) -> Reduced:
        state = _packed(value)
        return (simple, state) if len(state) == 1 else (zoned, (state[0], _offset(state[1])))

    yield cls, simple, reduce
    yield cls, zoned, reduce


def _offset(zone: object) -> object:
    if zone is dt.UTC:
        return 0
    if type(zone) is dt.timezone and len(parts := _zone_parts(zone)) == 1:
        return parts[0]
    fixed = fixed_offset(zone)
    return zone if fixed is None else fixed // MICROSECOND


def fixed_offset(zone: object) -> dt.timedelta | None:
    """Return the offset of a fixed zone of pydantic or dateutil; None for other zones."""
    cls = type(zone)
    if (cls.__module__.partition(".")[0], cls.__qualname__) not in _FIXED_ZONES:
        return None
    offset: dt.timedelta = zone.utcoffset(None)  # type: ignore[attr-defined]  # it is a tzinfo
    return offset


def _zone_parts(zone: dt.timezone) -> tuple[object, ...]:
    """Return the microseconds ahead of UTC, and the name if the zone has one."""
    delta, *name = zone.__getinitargs__()  # type: ignore[attr-defined]  # pickle calls it too
    return (delta // MICROSECOND, *name)


def _timezone(offset: object, *name: object) -> dt.timezone:
    if type(offset) is not int or not all(type(text) is str for text in name):
        raise Undecodable("a timezone is not an offset in microseconds with a name")
    return dt.timezone(offset * MICROSECOND, *name)  # type: ignore[arg-type]  # texts


def _date(state: object) -> dt.date:
    if type(state) is not bytes:
        raise Undecodable("a date is not packed")
    unpack: Callable[..., dt.date] = dt.date
    return unpack(state).replace()
