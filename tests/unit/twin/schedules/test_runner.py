"""Schedules invoke functions at their times."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from brine_cli.schedules.expressions import At, Rate, parse_expression
from brine_cli.schedules.runner import ScheduleRunner, Timetable
from brine_cli.schedules.schedule import Schedule

START = datetime(2026, 7, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY_MINUTE = Schedule(
    where="Fn.Tick",
    function="Fn",
    text="rate(1 minute)",
    expression=parse_expression("rate(1 minute)"),
    service="events",
    arn="arn:aws:events:us-east-1:123456789012:rule/tick",
)


def test_each_run_is_due_once() -> None:
    table = Timetable([EVERY_MINUTE], START)
    assert list(table.due(START + MINUTE - timedelta(seconds=1))) == []
    assert list(table.due(START + MINUTE)) == [(EVERY_MINUTE, START + MINUTE)]
    assert list(table.due(START + MINUTE)) == []
    assert table.next == START + 2 * MINUTE


def test_missed_runs_are_not_made_up_for() -> None:
    table = Timetable([EVERY_MINUTE], START)
    assert list(table.due(START + 10.5 * MINUTE)) == [(EVERY_MINUTE, START + MINUTE)]
    assert table.next == START + 11.5 * MINUTE


def test_a_disabled_schedule_and_one_of_the_past_never_run() -> None:
    past = replace(EVERY_MINUTE, expression=At(START - MINUTE))
    assert Timetable([replace(EVERY_MINUTE, is_enabled=False), past], START).next is None


def test_the_event_of_a_rule() -> None:
    assert json.loads(EVERY_MINUTE.event(START, "id-1")) == {
        "version": "0",
        "id": "id-1",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-07-10T12:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/tick"],
        "detail": {},
    }


def test_the_event_of_a_schedule() -> None:
    arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/tick"
    schedule = replace(EVERY_MINUTE, service="scheduler", arn=arn)
    event = json.loads(schedule.event(START, "id-1"))
    assert (event["source"], event["detail"], event["resources"]) == ("aws.scheduler", "{}", [arn])
    text = '{"at": "<aws.scheduler.scheduled-time>", "by": "<aws.scheduler.schedule-arn>"}'
    assert json.loads(replace(schedule, input=text).event(START, "id-1")) == {"at": "2026-07-10T12:00:00Z", "by": arn}
    assert replace(EVERY_MINUTE, input=text).event(START, "id-1").decode() == text


def run_for(runs: int, *, fails: bool = False) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Return the invocations and the lines of a schedule that is due at once, over and over."""
    invoked: list[tuple[str, bytes]] = []
    lines: list[str] = []
    done = threading.Semaphore(0)

    def invoke(function: str, event: bytes) -> None:
        invoked.append((function, event))
        if fails:
            raise RuntimeError("it failed")

    def report(line: str) -> None:
        lines.append(line)
        done.release()

    often = replace(EVERY_MINUTE, expression=Rate(timedelta(milliseconds=1)), input="{}")
    runner = ScheduleRunner([often], invoke, report=report)
    runner.start()
    for _ in range(runs):
        assert done.acquire(timeout=30)
    runner.stop()
    return invoked, lines


def test_a_run_invokes_the_function_and_is_reported() -> None:
    invoked, lines = run_for(3)
    assert set(invoked) == {("Fn", b"{}")}
    assert set(lines) == {"schedule Fn.Tick: Fn ran"}


def test_a_failure_is_reported_and_the_next_run_comes() -> None:
    assert set(run_for(2, fails=True)[1]) == {"schedule Fn.Tick: it failed"}


def test_a_runner_without_a_schedule_stops() -> None:
    runner = ScheduleRunner([], lambda *_: None, report=lambda _: None)
    runner.start()
    runner.stop()
    runner.stop()
