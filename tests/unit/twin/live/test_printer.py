"""The log of a running twin: whole lines, in the order of their coming, in four forms."""

from __future__ import annotations

import io
import json
import threading
from typing import TYPE_CHECKING

import pytest

from brine_cli.live.live import Live
from brine_cli.live.text.printer import LogPrinter
from tests.unit.twin.live.making import log_line, record

if TYPE_CHECKING:
    from brine_cli.live.text.printer import LogMode

METRICS = '{"_aws":{"Timestamp":1},"route":"r","Hit":[1.0]}'


class Stream(io.StringIO):
    """A stream that notes each write."""

    def __init__(self, writes: list[str]) -> None:
        super().__init__()
        self._writes = writes

    def write(self, text: str, /) -> int:
        self._writes.append(text)
        return len(text)


def printed(mode: LogMode, environment: dict[str, str] | None = None) -> list[str]:
    """The writes of a log with all kinds of lines."""
    writes: list[str] = []
    with LogPrinter(mode, Stream(writes), Stream(writes), environment or {}) as printer:
        printer.output("a function's print", is_recorded=False)
        printer.output(METRICS, is_recorded=False)
        printer.output(log_line("1"), is_recorded=True)
        printer.record(record("/x", ttl=5))
        printer.report("a line of the twin")
    return writes


def test_the_usual_log_has_a_line_for_each_request() -> None:
    output, request, report = printed("line")
    assert output == "a function's print\n"
    assert "GET  /x" in request
    assert request.endswith("10 B\n")
    assert report == "brine: a line of the twin\n"


def test_the_full_log_has_metrics_and_log_records_too() -> None:
    output, metrics, answered, request, _ = printed("full")
    assert output == "a function's print\n"
    assert metrics == "  metrics  route=r Hit=1\n"
    assert answered.startswith("INFO     answered  request_id=1 ")
    assert "GET  /x" in request


def test_the_log_for_programs_has_records_and_the_unchanged_output() -> None:
    *output, request, _ = printed("json")
    assert output == ["a function's print\n", f"{METRICS}\n", f"{log_line('1')}\n"]
    assert json.loads(request)["target"] == "/x"


def test_without_a_log_only_the_twin_speaks() -> None:
    assert printed("none") == ["brine: a line of the twin\n"]


def test_a_long_report_is_broken_between_words_at_a_terminal_only() -> None:
    report = "the origin says nothing about freshness, " * 5
    for environment, count in (({"COLUMNS": "60"}, 5), ({}, 1)):
        writes: list[str] = []
        with LogPrinter("line", Stream(writes), Stream(writes), environment) as printer:
            printer.report(report.strip())
        (text,) = writes
        lines = text.splitlines()
        assert len(lines) == count
        assert all(line.startswith(("brine: ", "       ")) for line in lines)


def print_often(printer: LogPrinter, line: str) -> None:
    for _ in range(200):
        printer.output(line, is_recorded=False)


def test_a_line_about_waiting_gives_way_to_each_line() -> None:
    writes: list[str] = []
    with LogPrinter("line", Stream(writes), Stream(writes), {}, lambda: writes.append("removed")) as printer:
        printer.record(record())
        printer.report("a line of the twin")
    assert (writes[0], writes[2:]) == ("removed", ["removed", "brine: a line of the twin\n"])


def test_many_threads_never_mix_their_lines() -> None:
    writes: list[str] = []
    lines = [f"{letter * 200}" for letter in "abcdefgh"]
    with LogPrinter("line", Stream(writes), Stream(writes), {}) as printer:
        threads = [threading.Thread(target=print_often, args=(printer, line)) for line in lines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(writes) == sorted(f"{line}\n" for line in lines * 200)


def test_a_reader_that_has_gone_does_not_stop_the_twin() -> None:
    class Closed(io.StringIO):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError

    errors: list[str] = []
    with LogPrinter("line", Closed(), Stream(errors), {}) as printer:
        printer.record(record())
        printer.report("still here")
    assert errors == ["brine: still here\n"]


@pytest.mark.parametrize(("mode", "reported"), [("line", []), ("none", ["a remark"])])
def test_a_remark_about_a_request_is_told_once(mode: LogMode, reported: list[str]) -> None:
    told: list[str] = []
    Live(LogPrinter(mode, io.StringIO(), io.StringIO(), {})).reporter(told.append)("a remark")
    assert told == reported


def test_without_a_printer_the_given_reader_gets_all_lines() -> None:
    lines: list[str] = []
    with Live() as live:
        take = live.taker(lines.append)
        take("one")
        take(log_line("7"))
    assert lines == ["one", log_line("7")]
