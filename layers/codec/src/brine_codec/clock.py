"""What a stream finds under the names of datetime's types: callables that check more than the types do.

The types take a packed state on trust: day 200 of year 0 is a date to them. Replacing nothing makes them look again.
"""

from __future__ import annotations

import datetime as dt

from brine_codec.errors import Undecodable
from brine_codec.token import Token

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable


def _date(state: object) -> dt.date:
    if type(state) is not bytes:
        raise Undecodable("a date is not packed")
    packed: Callable[..., dt.date] = dt.date
    return packed(state).replace()


def _datetime(state: object, zone: object = None) -> dt.datetime:
    if type(state) is not bytes:
        raise Undecodable("a datetime is not packed")
    packed: Callable[..., dt.datetime] = dt.datetime
    return packed(state, zone).replace()


def _time(state: object, zone: object = None) -> dt.time:
    if type(state) is not bytes:
        raise Undecodable("a time is not packed")
    packed: Callable[..., dt.time] = dt.time
    return packed(state, zone).replace()


def _token(make: Callable[..., object]) -> Token:
    token: Token = type("Clock", (Token,), {"__slots__": (), "__call__": staticmethod(make)})()
    return token


CLOCKS: dict[tuple[str, str], Token] = {
    ("datetime", "date"): _token(_date),
    ("datetime", "datetime"): _token(_datetime),
    ("datetime", "time"): _token(_time),
    ("datetime", "timedelta"): _token(dt.timedelta),  # these two check what they are given
    ("datetime", "timezone"): _token(dt.timezone),
}
"""By module and name, as a stream asks for them."""
