"""What a stream finds under the names of datetime's types: callables that check more than the types do.

The types take a pickled state on trust: day 200 of year 0 is a date to them. Replacing nothing makes them look again.
"""

from __future__ import annotations

import datetime as dt

from brine_codec.errors import Undecodable
from brine_codec.token import Token

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable


class Clock(Token):
    """Makes dates, times and datetimes of their packed state, and of a time zone where there is one."""

    __slots__ = ("_cls",)
    _cls: Callable[..., dt.date | dt.time]

    def __init__(self, cls: type[dt.date | dt.time]) -> None:
        object.__setattr__(self, "_cls", cls)

    def __call__(self, state: object, *zone: object) -> dt.date | dt.time:
        if type(state) is not bytes:
            raise Undecodable("a time is not packed")
        return self._cls(state, *zone).replace()


class Span(Token):
    """Makes timedeltas and timezones, which check their arguments themselves."""

    __slots__ = ("_cls",)
    _cls: Callable[..., dt.timedelta | dt.timezone]

    def __init__(self, cls: type[dt.timedelta | dt.timezone]) -> None:
        object.__setattr__(self, "_cls", cls)

    def __call__(self, *values: object) -> dt.timedelta | dt.timezone:
        return self._cls(*values)


CLOCKS: dict[tuple[str, str], Token] = {
    ("datetime", "date"): Clock(dt.date),
    ("datetime", "datetime"): Clock(dt.datetime),
    ("datetime", "time"): Clock(dt.time),
    ("datetime", "timedelta"): Span(dt.timedelta),
    ("datetime", "timezone"): Span(dt.timezone),
}
"""By module and name, as a stream asks for them."""
