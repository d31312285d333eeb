"""The line of a request is aligned, fits the terminal, and says what happened; the rest is below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from brine_cli.live.text.request_line import RequestLines, result_text
from brine_cli.live.text.units import bytes_text, seconds_text, shortened, span_text
from brine_cli.screen.colours import Colours
from tests.unit.twin.live.making import miss, record

if TYPE_CHECKING:
    from brine_cli.live.record import RequestRecord

LONG = "/a/very/long/path/that/goes/on/and/on/until/it/ends?with=a&long=query&and=more"
KINDS = [
    record(ttl=57),
    record(LONG, ttl=57, layer="table"),
    miss(stored=True, origin_seconds=0.35, seconds=0.4, bytes=12_345_678),
    miss(reason="request: max-age=0; must-understand", origin_seconds=12.5, seconds=13.1, method="DELETE"),
    record(function=None, result=None, route=None, layer=None, reason="no route", status=404, notes=("A note. " * 30,)),
    record(result="problem", problem="origin-unreachable", reason=None, status=502, cause="dns: no such host"),
    record(function="AFunctionWithALongLogicalId", result=None, route=None, layer=None),
]


def lines_of(one: RequestRecord, width: int | None = 100, *, colour: bool = False) -> list[str]:
    return RequestLines(Colours(are_wanted=colour), lambda: width).text(one).split("\n")


@pytest.mark.parametrize("one", KINDS)
@pytest.mark.parametrize("width", [60, 80, 89, 90, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(one: RequestRecord, width: int) -> None:
    assert [line for line in lines_of(one, width) if len(line) > width] == []


@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_columns_of_all_requests_are_aligned(width: int) -> None:
    found = {re.search(r" (200|404|502) ", lines_of(one, width)[0]) for one in KINDS}
    assert len({match.start() for match in found if match}) == 1
    assert None not in found


def test_a_line_at_a_hundred_columns() -> None:
    (line,) = lines_of(record("/httpbin/cache/60", ttl=57, seconds=0.0019, bytes=266))
    assert re.sub(r"^\d\d:\d\d:\d\d", "12:00:00", line) == (
        "12:00:00 GET  /httpbin/cache/60        200 hit (57s left)                memory         1.9ms  266 B"
    )


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (miss("/httpbin/cache/60", reason="request: no-cache", origin_seconds=0.0033), "miss (request: no-cache)"),
        (record(result="problem", problem="route-unknown", layer=None, status=404), "problem (route-unknown)"),
        (miss("/httpbin/cache/60", reason="vary-miss", stored=True), "miss, stored (vary-miss)"),
    ],
)
def test_a_result_takes_the_room_that_its_source_leaves(one: RequestRecord, words: str) -> None:
    (line, *_) = lines_of(one, 80)
    assert words in line
    assert len(line) <= 80


def test_a_long_path_is_shortened_in_the_middle() -> None:
    (line,) = lines_of(record(LONG))
    path = line.split()[2]
    assert path.startswith("/a/very/")
    assert path.endswith("and=more")
    assert "…" in path


def test_nothing_is_cut_in_a_file() -> None:
    (line,) = lines_of(miss(target=LONG, reason="request: max-age=0; must-understand"), None)
    assert f"{LONG} 200 miss (request: max-age=0; must-understand)" in line


def test_characters_that_a_terminal_obeys_are_escaped() -> None:
    (line,) = lines_of(record("/\x1b[2J\x9b\x07"))
    assert "/\\x1b[2J\\x9b\\x07" in line


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (record(ttl=57), "hit (57s left)"),
        (record(), "hit"),
        (record(result="stale", ttl=-3), "stale (for 3s)"),
        (record(result="stale", reason="stale; origin-timeout", ttl=-3), "stale (origin-timeout)"),
        (record(result="validated", reason="stale", stored=True), "validated (stale)"),
        (record(result="stale", reason="stale", ttl=-3), "stale (for 3s)"),
        (record(result="collapsed", ttl=7_200), "collapsed (2h left)"),
        (miss(stored=True), "miss, stored"),
        (miss(stored=True, reason="vary-miss"), "miss, stored (vary-miss)"),
        (miss(stored=True, reason="request: max-age=0"), "miss (request: max-age=0)"),
        (miss(reason="no-freshness"), "miss (no-freshness)"),
        (miss(result="pass", reason="method"), "pass (method)"),
        (record(result="problem", problem="route-unknown"), "problem (route-unknown)"),
        (record(result="refused", reason="only-if-cached"), "refused (only-if-cached)"),
        (record(result=None, reason="no route"), "no route"),
        (record(result=None), ""),
    ],
)
def test_results_in_words(one: RequestRecord, text: str) -> None:
    assert result_text(one) == text


def test_what_went_wrong_is_below_the_line_and_indented() -> None:
    one = miss(
        retries=2,
        cause="refused",
        faults=("table-throttled: Slow",),
        notes=("the origin is away", "Traceback\n  File x\nValueError"),
        parts=({"route": "prices", "result": "problem", "status": 502, "seconds": 0.5, "cause": "dns"},),
    )
    _, *below = lines_of(one)
    assert [line.strip() for line in below] == [
        "cause: refused",
        "the origin is away",
        "Traceback",
        "File x",
        "ValueError",
        "fault: table-throttled: Slow",
        "the gateway asked the origin 3 times",
        "parts: prices problem 502 500ms (dns)",
    ]
    assert all(line.startswith(" " * 9) for line in below)


def test_a_cause_that_a_note_names_is_not_repeated() -> None:
    _, *below = lines_of(miss(cause="refused", notes=("the origin cannot be reached: refused",)))
    assert [line.strip() for line in below] == ["the origin cannot be reached: refused"]


def test_colours_change_no_column() -> None:
    for one in KINDS:
        plain = [re.sub(r"\x1b\[[\d;]+m", "", line) for line in lines_of(one, colour=True)]
        assert plain == lines_of(one)
    assert "\x1b[38;5;28mhit" in lines_of(record(), colour=True)[0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00ms"),
        (0.00042, "0.42ms"),
        (0.00996, "10ms"),
        (0.0042, "4.2ms"),
        (0.35, "350ms"),
        (0.9996, "1.00s"),
        (1.254, "1.25s"),
        (12.5, "12.5s"),
        (99.96, "100s"),
        (3600, "3600s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (1_234, "1.2 kB"), (34_400_000, "34 MB"), (999_600, "1.0 MB")],
)
def test_sizes(count: int, text: str) -> None:
    assert bytes_text(count) == text


def test_spans_and_shortening() -> None:
    assert [span_text(number) for number in (0, 119, 120, 7_199, 7_200, 172_800)] == [
        "0s",
        "119s",
        "2m",
        "119m",
        "2h",
        "2d",
    ]
    assert [shortened("abcdefghij", width) for width in (10, 9, 5, 3, 0)] == [
        "abcdefghij",
        "abcd…ghij",
        "ab…ij",
        "ab…",
        "…",
    ]
