"""The forms of values of `brine replay`."""

from __future__ import annotations

import click


class Seconds(click.ParamType):
    """A duration such as `200ms` or `1.5s`, in seconds."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        if isinstance(value, int | float):
            return float(value)
        from brine.domain.durations import duration_seconds  # noqa: PLC0415 - only for a duration that is given

        try:
            return duration_seconds(value)
        except ValueError as error:
            self.fail(f"{value!r} is {error}", param, ctx)


class Time(click.ParamType):
    """A time such as `2026-09-14` or `2026-09-14T12:00Z`, in seconds since 1970. Without a zone, it is UTC."""

    name = "time"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds since 1970."""
        if isinstance(value, int | float):
            return float(value)
        from brine_cli.replay.logs.times import time_of_text  # noqa: PLC0415 - only for a time that is given
        from brine_cli.replay.rows import WrongLine  # noqa: PLC0415 - not for the help

        try:
            return time_of_text(value)
        except WrongLine:
            self.fail(f"{value!r} is not a time. Write 2026-09-14 or 2026-09-14T12:00Z.", param, ctx)
