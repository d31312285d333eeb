"""The cron expressions of EventBridge, with six fields: minutes, hours, day of the month, month, day of the week, year.

(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html)
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

_FIELDS: Final = ("minutes", "hours", "day of the month", "month", "day of the week", "year")
_MONTHS: Final = dict(
    zip(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), range(1, 13), strict=True)
)
_DAYS: Final = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_PART: Final = re.compile(r"(?P<first>\*|[A-Z0-9]+)(?:-(?P<last>[A-Z0-9]+))?(?:/(?P<step>[0-9]+))?")
_WEEKDAYS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """The times of a cron expression in a time zone. A time that the clock skips in spring is left out."""

    minutes: frozenset[int]
    hours: frozenset[int]
    months: frozenset[int]
    years: frozenset[int]
    has_day: Callable[[date], bool]
    zone: tzinfo

    @classmethod
    def parse(cls, text: str, zone: tzinfo) -> Self:
        """Return the expression with these six fields. Raises ValueError with a message for the user."""
        fields = text.upper().split()
        if len(fields) != len(_FIELDS):
            raise ValueError(f"cron({text}) has {len(fields)} fields, not six: {', '.join(_FIELDS)}")
        minutes, hours, day, month, weekday, year = fields
        if (day == "?") == (weekday == "?"):
            raise ValueError(f"cron({text}): exactly one of day of the month and day of the week must be ?")
        try:
            return cls(
                minutes=_numbers(minutes, 0, 59),
                hours=_numbers(hours, 0, 23),
                months=_numbers(month, 1, 12, _MONTHS),
                years=_numbers(year, 1970, 2199),
                has_day=_of_month(day) if weekday == "?" else _of_week(weekday),
                zone=zone,
            )
        except ValueError as mistake:
            raise ValueError(f"cron({text}): {mistake}") from None

    def after(self, moment: datetime) -> datetime | None:
        """See Expression."""
        local = moment.astimezone(self.zone)
        day, last = local.date(), date(max(self.years), 12, 31)
        while day <= last:
            if day.year in self.years and day.month in self.months and self.has_day(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        found = self._at(datetime.combine(day, time(hour, minute)))
                        if found is not None and found > moment:
                            return found
            day += timedelta(days=1)
        return None

    def _at(self, local: datetime) -> datetime | None:
        """Return a local time in UTC, or None if the clock skips it."""
        found = local.replace(tzinfo=self.zone).astimezone(UTC)
        return found if found.astimezone(self.zone).replace(tzinfo=None) == local else None


def _numbers(field: str, least: int, most: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """Return the numbers of a field: *, 5, 1,3, 1-5, 0/15 or MON-FRI. Raises ValueError."""
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is not a number, a range or a step")
        first = least if match["first"] == "*" else _number(match["first"], least, most, names)
        if match["last"] is not None:
            last = _number(match["last"], least, most, names)
        else:
            last = most if match["first"] == "*" or match["step"] is not None else first
        step = int(match["step"] or 1)
        if step == 0 or first > last:
            raise ValueError(f"{part!r} contains no number")
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, least: int, most: int, names: dict[str, int] | None) -> int:
    number = (names or {}).get(text) or (int(text) if text.isdecimal() else -1)
    if not least <= number <= most:
        raise ValueError(f"{text!r} is not from {least} to {most}")
    return number


def _of_month(field: str) -> Callable[[date], bool]:
    """Return the check of a day of the month: numbers, L (the last day), LW or 15W (the nearest weekday)."""
    if field == "L":
        return lambda day: day.day == _length(day)
    if field == "LW":
        return lambda day: day == _nearest_weekday(day.replace(day=_length(day)))
    if match := re.fullmatch(r"([0-9]+)W", field):
        number = _number(match[1], 1, 31, None)
        return lambda day: number <= _length(day) and day == _nearest_weekday(day.replace(day=number))
    numbers = _numbers(field, 1, 31)
    return lambda day: day.day in numbers


def _of_week(field: str) -> Callable[[date], bool]:
    """Return the check of a day of the week: numbers or names, 6L (the last Friday), 6#3 (the third one)."""
    if field == "L":
        field = "SAT"
    if match := re.fullmatch(r"([A-Z0-9]+)L", field):
        number = _number(match[1], 1, 7, _DAYS)
        return lambda day: _weekday(day) == number and day.day > _length(day) - 7
    if match := re.fullmatch(r"([A-Z0-9]+)#([1-5])", field):
        number, nth = _number(match[1], 1, 7, _DAYS), int(match[2])
        return lambda day: _weekday(day) == number and (day.day - 1) // 7 + 1 == nth
    numbers = _numbers(field, 1, 7, _DAYS)
    return lambda day: _weekday(day) in numbers


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _weekday(day: date) -> int:
    """Return the number of a day of the week as AWS counts: Sunday is 1."""
    return day.isoweekday() % 7 + 1


def _nearest_weekday(day: date) -> date:
    """Return the weekday that is nearest to `day` in the same month."""
    if day.isoweekday() <= _WEEKDAYS:
        return day
    nearer, other = (-1, 2) if day.isoweekday() == _WEEKDAYS + 1 else (1, -2)
    found = day + timedelta(days=nearer)
    return found if found.month == day.month else day + timedelta(days=other)
