"""The times of schedule expressions, as EventBridge documents them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine_cli.schedules.expressions import parse_expression

START = datetime(2026, 7, 10, 12, 30, 15, tzinfo=UTC)  # a Friday


def times(text: str, count: int = 3, *, start: datetime = START, zone: str | None = None) -> list[str]:
    expression = parse_expression(text, None if zone is None else ZoneInfo(zone))
    found = []
    moment: datetime | None = start
    for _ in range(count):
        moment = None if moment is None else expression.after(moment)
        found.append("never" if moment is None else moment.strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate(1 minute)", ["2026-07-10 12:31", "2026-07-10 12:32", "2026-07-10 12:33"]),
        ("rate(12 hours)", ["2026-07-11 00:30", "2026-07-11 12:30", "2026-07-12 00:30"]),
        ("rate(1 day)", ["2026-07-11 12:30", "2026-07-12 12:30", "2026-07-13 12:30"]),
        ("at(2026-12-24T18:00:00)", ["2026-12-24 18:00", "never", "never"]),
        ("at(2026-01-01T00:00:00)", ["never", "never", "never"]),
        # The examples of the user guide of EventBridge
        ("cron(0 10 * * ? *)", ["2026-07-11 10:00", "2026-07-12 10:00", "2026-07-13 10:00"]),
        ("cron(15 12 * * ? *)", ["2026-07-11 12:15", "2026-07-12 12:15", "2026-07-13 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-07-10 18:00", "2026-07-13 18:00", "2026-07-14 18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-08-01 08:00", "2026-09-01 08:00", "2026-10-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-07-10 12:45", "2026-07-10 13:00", "2026-07-10 13:15"]),
        ("cron(0/10 * ? * MON-FRI *)", ["2026-07-10 12:40", "2026-07-10 12:50", "2026-07-10 13:00"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["2026-07-10 12:35", "2026-07-10 12:40", "2026-07-10 12:45"]),
        ("cron(0 9 ? * 2#1 *)", ["2026-08-03 09:00", "2026-09-07 09:00", "2026-10-05 09:00"]),
        ("cron(15 10 ? * 6L 2026-2027)", ["2026-07-31 10:15", "2026-08-28 10:15", "2026-09-25 10:15"]),
        ("cron(0 0 L * ? *)", ["2026-07-31 00:00", "2026-08-31 00:00", "2026-09-30 00:00"]),
        ("cron(0 0 LW * ? *)", ["2026-07-31 00:00", "2026-08-31 00:00", "2026-09-30 00:00"]),
        ("cron(0 0 1W * ? *)", ["2026-08-03 00:00", "2026-09-01 00:00", "2026-10-01 00:00"]),
        ("cron(0 0 31W * ? *)", ["2026-07-31 00:00", "2026-08-31 00:00", "2026-10-30 00:00"]),
        ("cron(0 0 ? * L *)", ["2026-07-11 00:00", "2026-07-18 00:00", "2026-07-25 00:00"]),
        ("cron(0 0 ? * SUN,WED *)", ["2026-07-12 00:00", "2026-07-15 00:00", "2026-07-19 00:00"]),
        ("cron(0 0 29 feb ? *)", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
        ("cron(0 0 30 2 ? *)", ["never", "never", "never"]),
        ("cron(0 0 1 1 ? 2025)", ["never", "never", "never"]),
        ("cron(0 0 1 1/6 ? *)", ["2027-01-01 00:00", "2027-07-01 00:00", "2028-01-01 00:00"]),
    ],
)
def test_the_next_times(text: str, expected: list[str]) -> None:
    assert times(text) == expected


def test_a_time_zone_and_its_summer_time() -> None:
    start = datetime(2026, 3, 27, 12, tzinfo=UTC)
    # On 29 March 2026, the clock in Berlin goes from 02:00 to 03:00.
    assert times("cron(30 3 * * ? *)", start=start, zone="Europe/Berlin") == [
        "2026-03-28 02:30",
        "2026-03-29 01:30",
        "2026-03-30 01:30",
    ]


def test_a_time_that_the_clock_skips_is_left_out() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert times("cron(30 2 * * ? *)", 2, start=start, zone="Europe/Berlin") == ["2026-03-30 00:30", "2026-03-31 00:30"]


def test_a_time_that_the_clock_repeats_occurs_once() -> None:
    start = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert times("cron(30 2 * * ? *)", 2, start=start, zone="Europe/Berlin") == ["2026-10-25 00:30", "2026-10-26 01:30"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("every day", r"'every day' is not rate\(NUMBER UNIT\), cron\(SIX FIELDS\) or at\(TIME\)"),
        ("rate(5)", r"a rate is a number and minutes, hours or days, such as rate\(5 minutes\)"),
        ("rate(0 minutes)", "a rate is a number"),
        ("rate(5 seconds)", "a rate is a number"),
        ("rate(1 minutes)", r"AWS wants rate\(1 minute\), and rate\(2 minutes\)"),
        ("rate(5 minute)", "AWS wants"),
        ("at(tomorrow)", "the time must be of the form 2026-12-24T18:00:00"),
        ("cron(0 10 * * *)", "has 5 fields, not six: minutes, hours, day of the month, month, day of the week, year"),
        ("cron(0 10 * * * *)", "exactly one of day of the month and day of the week must be ?"),
        ("cron(0 10 ? * ? *)", "exactly one of day of the month and day of the week must be ?"),
        ("cron(60 10 * * ? *)", "'60' is not from 0 to 59"),
        ("cron(0 24 * * ? *)", "'24' is not from 0 to 23"),
        ("cron(0 10 ? * 8 *)", "'8' is not from 1 to 7"),
        ("cron(0 10 ? * MON-XYZ *)", "'XYZ' is not from 1 to 7"),
        ("cron(0 10 32W * ? *)", "'32' is not from 1 to 31"),
        ("cron(0/0 10 * * ? *)", "'0/0' contains no number"),
        ("cron(0 17-8 * * ? *)", "'17-8' contains no number"),
        ("cron(x! 10 * * ? *)", "'X!' is not a number, a range or a step"),
    ],
)
def test_expressions_that_aws_refuses(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_expression(text)


@given(
    st.sampled_from(["rate(7 minutes)", "cron(0/7 3,15 ? * 2-6 *)", "cron(5 * L * ? *)", "cron(0 0 15W 1/2 ? *)"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  (see timezones)
)
def test_times_go_forward(text: str, start: datetime) -> None:
    expression = parse_expression(text)
    moments = [start]
    for _ in range(5):
        following = expression.after(moments[-1])
        assert following is not None
        moments.append(following)
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(moments))
