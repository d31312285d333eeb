"""Conversions of each mark's argument, once it is an object. `format_reader` itself converts sets, maps and objects."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from brine.domain.formats import datetime_text

if TYPE_CHECKING:
    from collections.abc import Callable

    type Make = Callable[[str, tuple[object, ...]], object]
    type Mark = Callable[[object, Make], object]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _text(argument: object) -> str:
    if type(argument) is not str:
        raise ValueError("not a text")
    return argument


def _bytes(argument: object) -> bytes:
    if type(argument) is not bytes:
        raise ValueError("not bytes")
    return argument


def _list(argument: object) -> list[object]:
    if type(argument) is not list:
        raise ValueError("not a list")
    return argument


def _clock(read: Callable[[str], dt.datetime | dt.time]) -> Mark:
    """Return the conversion of a datetime or a time: a text for `read`, or a list of local time, zone and fold."""

    def convert(argument: object, make: Make) -> dt.datetime | dt.time:
        if type(argument) is str:
            return read(argument)
        text, zone, fold = _parts(argument, make)
        local = read(text)
        if local.tzinfo is not None:
            raise ValueError("given an offset beside its zone")
        return local.replace(tzinfo=zone, fold=fold)

    return convert


def _parts(argument: object, make: Make) -> tuple[str, dt.tzinfo | None, int]:
    """Return local time, zone and fold."""
    parts = _list(argument)
    if len(parts) != 3:
        raise ValueError("not a text, or a list of local time, zone and fold")
    local, zone, fold = parts
    if type(zone) is str:
        zone = make("py:ZoneInfo", (zone,))
    if not (zone is None or isinstance(zone, dt.tzinfo)):
        raise ValueError("without a zone that is one")
    if type(fold) is not int or fold not in {0, 1}:
        raise ValueError("without a fold of 0 or 1")
    return _text(local), zone, fold


def _timezone(argument: object, _: Make) -> dt.timezone:
    parts = _list(argument)
    if not 1 <= len(parts) <= 2:
        raise ValueError("not an offset and perhaps a name")
    return dt.timezone(datetime_text.read_seconds(_text(parts[0])), *map(_text, parts[1:]))


def _uuid(argument: object, make: Make) -> object:
    text = _text(argument)
    if not _UUID.fullmatch(text):
        raise ValueError("not written as five groups of digits")
    return make("py:UUID", (bytes.fromhex(text.replace("-", "")),))


MARKS: dict[str, Mark] = {
    "date": lambda argument, _: datetime_text.read_date(_text(argument)),
    "datetime": _clock(datetime_text.read_datetime),
    "time": _clock(datetime_text.read_time),
    "timedelta": lambda argument, _: datetime_text.read_seconds(_text(argument)),
    "timezone": _timezone,
    "decimal": lambda argument, make: make("py:Decimal", (_text(argument),)),
    "uuid": _uuid,
    "tuple": lambda argument, _: tuple(_list(argument)),
    "bytearray": lambda argument, _: bytearray(_bytes(argument)),
    "text": lambda argument, _: _bytes(argument).decode("utf-8", "surrogatepass"),
}
