"""Runs the schedules of a template while the twin runs."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from brine_cli.schedules.schedule import Schedule

_LONGEST_WAIT: Final = 30.0  # seconds; so that a changed clock of the machine is noticed


class Timetable:
    """The next run of each schedule. `start` is in UTC: rates count from it."""

    def __init__(self, schedules: Iterable[Schedule], start: datetime) -> None:
        self._next = {schedule: schedule.expression.after(start) for schedule in schedules if schedule.is_enabled}

    @property
    def next(self) -> datetime | None:
        """The time of the next run, or None if no schedule has one."""
        return min((time for time in self._next.values() if time is not None), default=None)

    def due(self, now: datetime) -> Iterator[tuple[Schedule, datetime]]:
        """Yield each schedule with a run at `now` or before, once, with the time of the run."""
        for schedule, time in self._next.items():
            if time is not None and time <= now:
                following = schedule.expression.after(time)
                # After a pause of the machine, missed runs are not made up for.
                self._next[schedule] = (
                    following if following is None or following > now else schedule.expression.after(now)
                )
                yield schedule, time


class ScheduleRunner:
    """Invokes the functions of schedules within its context, each run in a thread of its own.

    invoke: gets a function and an event as JSON, and raises an exception for a failure.
    report: gets a line for each run.
    """

    def __init__(
        self,
        schedules: Iterable[Schedule],
        invoke: Callable[[str, bytes], object],
        *,
        report: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._invoke = invoke
        self._report = report
        self._now = now
        self._timetable = Timetable(schedules, now())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Start no more runs. Runs that have begun go on."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while (time := self._timetable.next) is not None:
            if self._stopping.wait(min(max((time - self._now()).total_seconds(), 0.0), _LONGEST_WAIT)):
                return
            for schedule, at in self._timetable.due(self._now()):
                threading.Thread(target=self._run_once, args=(schedule, at), name=schedule.where, daemon=True).start()

    def _run_once(self, schedule: Schedule, at: datetime) -> None:
        try:
            self._invoke(schedule.function, schedule.event(at, str(uuid4())))
        except Exception as failure:  # noqa: BLE001  (each failure of a function is for the console)
            if not self._stopping.is_set():
                self._report(f"schedule {schedule.where}: {failure}")
        else:
            self._report(f"schedule {schedule.where}: {schedule.function} ran")
