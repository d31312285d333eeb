"""Schedule expressions: rate(5 minutes), cron(0 8 ? * MON-FRI *) and at(2026-12-24T18:00:00).

(https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from brine_cli.schedules.cron import Cron

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_FORM: Final = re.compile(r"(?P<kind>rate|cron|at)\((?P<argument>[^()]*)\)")
_RATE: Final = re.compile(r"(?P<number>[1-9][0-9]*) +(?P<unit>minute|hour|day)(?P<plural>s?)")


class Expression(Protocol):
    """The times of a schedule."""

    def after(self, moment: datetime) -> datetime | None:
        """Return the next time after `moment`, or None if there is none. Both are in UTC."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A time every `period`, counted from the start of the twin."""

    period: timedelta

    def after(self, moment: datetime) -> datetime | None:
        """See Expression."""
        return moment + self.period


@dataclass(frozen=True, slots=True)
class At:
    """One time, in UTC."""

    time: datetime

    def after(self, moment: datetime) -> datetime | None:
        """See Expression."""
        return self.time if self.time > moment else None


def parse_expression(text: str, zone: ZoneInfo | None = None) -> Expression:
    """Return a schedule expression. zone: of the times in cron() and at(); UTC without it.

    Raises ValueError with a message that says what is wrong.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not rate(NUMBER UNIT), cron(SIX FIELDS) or at(TIME)")
    if found["kind"] == "cron":
        return Cron.parse(found["argument"], zone or UTC)
    if found["kind"] == "at":
        try:
            time = datetime.strptime(found["argument"].strip(), "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007  (see the next line)
        except ValueError:
            raise ValueError(f"{text!r}: the time must be of the form 2026-12-24T18:00:00") from None
        return At(time.replace(tzinfo=zone or UTC).astimezone(UTC))
    rate = _RATE.fullmatch(found["argument"].strip())
    if rate is None:
        raise ValueError(f"{text!r}: a rate is a number and minutes, hours or days, such as rate(5 minutes)")
    number = int(rate["number"])
    if (number == 1) == bool(rate["plural"]):
        raise ValueError(f"{text!r}: AWS wants rate(1 {rate['unit']}), and rate(2 {rate['unit']}s)")
    return Rate(timedelta(**{f"{rate['unit']}s": number}))
