"""The gateway's own account of an answer: its log line `answered`, and its member of Cache-Status."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.emf.lines import NONE
from brine.domain.http.cache_status import CACHE_NAME
from brine.domain.http.structured import NotStructured, parse_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    type Check = Callable[[object], bool]

_MARK = '"answered"'  # no other line is parsed


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value < 1e12  # neither infinite nor NaN


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < 1e12


def _is_list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _has(members: Mapping[str, Check]) -> Check:
    """Return the check of an object: each of these members that it has passes its own check."""
    return lambda value: (
        isinstance(value, dict) and all(check(value[name]) for name, check in members.items() if name in value)
    )


_PART: Final[Mapping[str, Check]] = {
    "route": _is_text,
    "result": _is_text,
    "status": _is_whole,
    "milliseconds": _is_number,
    "cause": _is_text,
}
_is_of_gateway: Final = _has(
    {
        **dict.fromkeys(("route", "result", "layer", "problem", "cause"), _is_text),
        "milliseconds": _is_number,
        "origin_milliseconds": _is_number,
        "retries": _is_whole,
        "faults": _is_list_of(_is_text),
        "parts": _is_list_of(_has(_PART)),
    }
)


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """The log line of one answer. `content`: its members, as brine.adapters.emf.answer_log writes them."""

    request_id: str
    content: dict[str, Any]


def answered_line(line: str) -> AnsweredLine | None:
    """Return the log line of an answer, or None for any other line of a function's output.

    A function may write what it likes. A line with a value of another type than a gateway writes is another line.
    """
    if _MARK not in line:
        return None
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("message") != "answered" or not _is_of_gateway(content):
        return None
    request_id = content.get("request_id")
    return AnsweredLine(request_id, content) if isinstance(request_id, str) else None


def route_in(record: Mapping[str, Any]) -> str | None:
    """Return the route in a log record, or None if it has none."""
    route = record.get("route")
    return route if isinstance(route, str) and route != NONE else None


def own_status(lines: Iterable[str]) -> dict[str, Any]:
    """Return the parameters of the gateway's own member of Cache-Status; none without one."""
    try:
        members = parse_items(*lines)
    except NotStructured:
        return {}
    own = [parameters for name, parameters in members if name == CACHE_NAME]
    return dict(own[-1]) if own else {}
