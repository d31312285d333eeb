"""One line for a request, in columns, and its problems, faults and notes below it."""

from __future__ import annotations

import textwrap
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine_cli.live.text.units import bytes_text, seconds_text, shortened, span_text
from brine_cli.screen.colours import CYAN, DIM, RED, RESULT_COLOURS, YELLOW
from brine_cli.screen.printable import printable, printable_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_cli.live.record import RequestRecord
    from brine_cli.screen.colours import Colours

INDENT: Final = " " * 9
"""Before the lines below a request: the width of the time."""
USUAL_WIDTH: Final = 100
_NARROW: Final = 90
"""Below this width there is no column for the size."""
_SOURCE: Final = 13
_LEAST: Final = 12
_MOST_RESULT: Final = 34


@dataclass(frozen=True, slots=True)
class _Columns:
    """The widths of the columns that share the rest of the line. is_cut: whether longer texts are shortened."""

    request: int
    result: int
    has_size: bool
    is_cut: bool

    @classmethod
    def of(cls, width: int | None) -> _Columns:
        columns = USUAL_WIDTH if width is None else width
        has_size = columns >= _NARROW
        # the time, the status, the source and the total time; each column ends with a space
        rest = columns - (9 + 4 + _SOURCE + 1 + 6 + (7 if has_size else 0)) - 2
        result = max(_LEAST, min(_MOST_RESULT, (rest + 1) // 2))
        return cls(max(_LEAST, rest - result), result, has_size, width is not None)


class RequestLines:
    """Writes records as lines. width: the columns of the terminal now; None if lines may have any length."""

    def __init__(self, colours: Colours, width: Callable[[], int | None]) -> None:
        self._colours = colours
        self._width = width

    def text(self, record: RequestRecord) -> str:
        """Return the line of a record, and the indented lines below it, without a line break at the end."""
        width = self._width()
        columns = _Columns.of(width)
        return "\n".join([self._line(record, columns), *self._below(record, width)])

    def _line(self, record: RequestRecord, columns: _Columns) -> str:
        paint = self._colours.paint
        clock = time.strftime("%H:%M:%S", time.localtime(record.time))
        target = printable(record.target)
        request = f"{printable(record.method):<4} {target}"
        if columns.is_cut and len(request) > columns.request:
            request = request[: len(request) - len(target)] + shortened(
                target, columns.request - (len(request) - len(target))
            )
        result, source = printable(result_text(record)), printable(_source(record))
        together = columns.result + 1 + _SOURCE  # a long result takes what a short source leaves
        if columns.is_cut and len(result) > together - 1 - len(source):
            result = f"{result[: together - 2 - len(source)]}…"
        before = max(columns.result, len(result))
        colour = RESULT_COLOURS.get(record.result or "")
        cells = [
            paint(clock, DIM),
            f"{request:<{columns.request}}",
            paint(str(record.status), _status_colour(record.status)),
            paint(f"{result:<{before}}", colour or (RED if record.function is None else None)),
            f"{source:<{max(0, together - before - 1)}}",
            f"{seconds_text(record.seconds):>6}",
        ]
        if columns.has_size:
            cells.append(f"{bytes_text(record.bytes):>6}")
        return " ".join(cells).rstrip()

    def _below(self, record: RequestRecord, width: int | None) -> Iterator[str]:
        warn = RED if record.result == "problem" or record.status >= 500 else YELLOW
        texts: list[tuple[str, str | None]] = []
        if record.cause and not any(record.cause in note for note in record.notes):
            texts.append((f"cause: {record.cause}", warn))
        texts += [(note, warn) for note in record.notes]
        texts += [(f"fault: {fault}", YELLOW) for fault in record.faults]
        if record.retries:
            texts.append((f"the gateway asked the origin {record.retries + 1} times", DIM))
        if record.parts:
            texts.append((f"parts: {', '.join(map(part_text, record.parts))}", DIM))
        for text, colour in texts:
            for line in _wrapped(printable_lines(text), width):
                yield INDENT + self._colours.paint(line, colour)


def result_text(record: RequestRecord) -> str:
    """Return the result with its reason, such as `miss (request: max-age=0)` or `hit (57s left)`."""
    if record.result is None:
        return record.reason or ""
    if record.result == "problem" and record.problem:
        return f"problem ({record.problem})"
    reason = (record.reason or "").removeprefix(record.result).removeprefix("; ") or None
    if record.result in {"hit", "collapsed", "stale"} and record.ttl is not None and reason is None:
        reason = f"{span_text(record.ttl)} left" if record.ttl >= 0 else f"for {span_text(-record.ttl)}"
    if record.result == "miss" and record.stored and not (reason or "").startswith("request:"):
        return "miss, stored" if reason in {None, "uri-miss"} else f"miss, stored ({reason})"
    return record.result if reason is None else f"{record.result} ({reason})"


def part_text(part: dict[str, object]) -> str:
    """Return one part of an answer: its route, its result, its status if that is an error, and its time."""
    status, seconds, cause = part.get("status"), part.get("seconds"), part.get("cause")
    words = [str(part.get("route")), str(part.get("result"))]
    if isinstance(status, int) and status >= 300:
        words.append(str(status))
    if isinstance(seconds, int | float):
        words.append(seconds_text(seconds))
    return " ".join(words) + (f" ({cause})" if cause else "")


def _source(record: RequestRecord) -> str:
    """Return where the answer came from, in at most _SOURCE characters."""
    if record.function is None:
        return "twin"
    if record.origin_seconds is not None:
        return f"origin {seconds_text(record.origin_seconds)}"
    if record.result is None:
        return shortened(record.function, _SOURCE)
    return record.layer or "gateway"


def _status_colour(status: int) -> str | None:
    return None if status < 300 else CYAN if status < 400 else YELLOW if status < 500 else RED


def _wrapped(text: str, width: int | None) -> Iterator[str]:
    """Yield the lines of a text: sentences are wrapped, a stack trace stays as it is."""
    if "\n" in text or width is None:
        yield from text.rstrip("\n").split("\n")
    else:
        yield from textwrap.wrap(text, max(40, width - len(INDENT)), break_long_words=False, break_on_hyphens=False)
