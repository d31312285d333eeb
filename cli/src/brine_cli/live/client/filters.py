"""Filters of records: all filters must hold, and one value of each is enough."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from brine.domain.durations import duration_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from brine_cli.live.record import RequestRecord

RESULTS = ("hit", "stale", "collapsed", "miss", "validated", "pass", "refused", "problem")
"""The results of a gateway (brine.service.http_cache.answer.Result)."""

_STATUS = re.compile(r"([1-5])xx|(\d{3})(?:-(\d{3}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """The wanted records. An empty tuple and None want all.

    Texts may have the wildcards of a shell, and `!` before them excludes. statuses: as `status_range` reads them.
    paths: without the query. slower_than, origin_slower_than: seconds. larger_than: bytes. with_problems: only answers
    with a problem, a fault, a note or a status of 500 and above.
    """

    routes: Sequence[str] = ()
    results: Sequence[str] = ()
    statuses: Sequence[str] = ()
    methods: Sequence[str] = ()
    paths: Sequence[str] = ()
    functions: Sequence[str] = ()
    reasons: Sequence[str] = ()
    slower_than: float | None = None
    origin_slower_than: float | None = None
    larger_than: float | None = None
    with_problems: bool = False

    def wants(self, record: RequestRecord) -> bool:
        """Return whether the record is wanted."""
        return (
            _is_one(record.route, self.routes)
            and _is_one(record.result, self.results)
            and _is_one(record.method, [method.upper() for method in self.methods])
            and _is_one(record.path, self.paths)
            and _is_one(record.function, self.functions)
            and _is_one(record.reason, self.reasons)
            and _has_status(record.status, self.statuses)
            and _is_above(record.seconds, self.slower_than)
            and _is_above(record.origin_seconds, self.origin_slower_than)
            and _is_above(record.bytes, self.larger_than)
            and (not self.with_problems or _has_problem(record))
        )


def result_of(text: str) -> str:
    """Return the result, or `!` and the result. Raises ValueError for a result that no answer has."""
    name = text.removeprefix("!")
    if name in RESULTS:
        return text
    near = get_close_matches(name, RESULTS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise ValueError(f"{name!r} is no result.{hint} The results are {', '.join(RESULTS)}")


def status_range(text: str) -> tuple[int, int]:
    """Return the least and the greatest status of `404`, `4xx` or `500-503`. Raises ValueError."""
    found = _STATUS.fullmatch(text.removeprefix("!"))
    if found is None:
        raise ValueError(f"{text!r} is no status. Write 404, 4xx or 500-503")
    if found[1]:
        return int(found[1]) * 100, int(found[1]) * 100 + 99
    return int(found[2]), int(found[3] or found[2])


def seconds_of(text: str) -> float:
    """Return the seconds of a duration such as `200ms` or `1.5s`. Raises ValueError."""
    try:
        return duration_seconds(float(text) if text.isdecimal() else text)
    except ValueError:
        raise ValueError(f"{text!r} is no duration. Write 200ms, 1.5s or 2m") from None


def _is_one(value: str | None, patterns: Sequence[str]) -> bool:
    """Return whether a value matches one of the patterns, if there are any, and none that excludes."""
    return _one_of(patterns, lambda pattern: fnmatchcase(value or "", pattern))


def _has_status(status: int, ranges: Sequence[str]) -> bool:
    def is_in(text: str) -> bool:
        least, greatest = status_range(text)
        return least <= status <= greatest

    return _one_of(ranges, is_in)


def _one_of(texts: Sequence[str], matches: Callable[[str], bool]) -> bool:
    wanted = [text for text in texts if not text.startswith("!")]
    if any(matches(text[1:]) for text in texts if text.startswith("!")):
        return False
    return not wanted or any(map(matches, wanted))


def _is_above(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value > limit)


def _has_problem(record: RequestRecord) -> bool:
    return bool(record.problem or record.faults or record.notes or record.status >= 500)
