"""The gateway's own account of an answer: its log line `answered`, and its member of Cache-Status."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.adapters.emf.lines import NONE
from brine.domain.http.cache_status import CACHE_NAME
from brine.domain.http.structured import NotStructured, parse_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MARK = '"answered"'  # no other line is parsed


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """The log line of one answer. `content`: its members, as brine.adapters.emf.answer_log writes them."""

    request_id: str
    content: dict[str, Any]


def answered_line(line: str) -> AnsweredLine | None:
    """Return the log line of an answer, or None for any other line of a function's output."""
    if _MARK not in line:
        return None
    try:
        content = json.loads(line)
    except ValueError:
        return None
    if not isinstance(content, dict) or content.get("message") != "answered":
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
