"""One request of a client and its answer, from its arrival until its record is complete."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from brine.domain.http.fields import Fields
from brine_cli.http.messages import HttpResponse
from brine_cli.live.answered import own_status, route_in
from brine_cli.live.reasons import reason_of
from brine_cli.live.record import RequestRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.http.messages import HeaderLine, HttpRequest

_NO_RESPONSE = HttpResponse(status=0)
_PROBLEM_TYPE = "application/problem+json"
_LONGEST_DETAIL = 2_000
"""Characters of a problem's detail. The origin can write it, and records stay in memory."""


@dataclass(slots=True, kw_only=True)
class Exchange:
    """A request that the twin answers.

    id: the request id of the function's invocation. arrived: seconds since 1970. began: on the monotonic clock.
    function: the logical id of the function that got the request; None while the twin has given it to none.
    reason: why the twin itself answered. notes: sentences for the developer. is_page: whether the request is for a
    page of the twin, which has no record.
    """

    id: str
    request: HttpRequest
    arrived: float
    began: float
    function: str | None = None
    reason: str | None = None
    notes: list[str] = field(default_factory=list)
    is_page: bool = False
    response: HttpResponse = _NO_RESPONSE
    seconds: float = 0.0

    @property
    def target(self) -> str:
        """The request target as text."""
        return self.request.target.decode("latin-1")

    @property
    def media_type(self) -> str:
        """The media type of the answer in lower case, without parameters; empty without one."""
        return self._field("content-type").partition(";")[0].strip().lower()

    def record(self, line: Mapping[str, Any]) -> RequestRecord:
        """Return the record. line: the members of the gateway's log line; empty if there is none."""
        status_lines = [value for name, value in _texts(self.response.headers) if name == "cache-status"]
        status = own_status(status_lines)
        problem = line.get("problem")
        return RequestRecord(
            id=self.id,
            time=round(self.arrived, 6),
            method=self.request.method,
            target=self.target,
            status=self.response.status,
            bytes=len(self.response.body),
            seconds=round(self.seconds, 6),
            function=self.function,
            route=route_in(line),
            result=line.get("result") or _result_of(status),
            reason=self.reason or reason_of(status, Fields(_texts(self.request.headers)), problem),
            layer=line.get("layer"),
            stored=bool(line.get("stored") or status.get("stored")),
            ttl=_whole_seconds(status.get("ttl")),
            gateway_seconds=_seconds(line, "milliseconds"),
            origin_seconds=_seconds(line, "origin_milliseconds"),
            retries=line.get("retries", 0),
            problem=problem,
            cause=line.get("cause"),
            faults=tuple(line.get("faults", ())),
            parts=tuple(_part(part) for part in line.get("parts", ())),
            cache_status=", ".join(status_lines) or None,
            notes=(*self.notes, *self._details(), *_stack(line)),
        )

    def _details(self) -> tuple[str, ...]:
        """Return the detail of a problem (RFC 9457), as a sentence for the developer."""
        if self.media_type != _PROBLEM_TYPE or self._field("content-encoding"):
            return ()
        try:
            content = json.loads(self.response.body)
        except (ValueError, RecursionError):
            return ()
        detail = content.get("detail") if isinstance(content, dict) else None
        return (detail[:_LONGEST_DETAIL],) if isinstance(detail, str) else ()

    def _field(self, name: str) -> str:
        return next((value for other, value in _texts(self.response.headers) if other == name), "")


def _texts(lines: tuple[HeaderLine, ...]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in lines]


def _whole_seconds(value: object) -> int | None:
    """Return whole seconds of Cache-Status; None for any other value, which only a function can write."""
    return value if type(value) is int else None


def _result_of(status: Mapping[str, Any]) -> str | None:
    """Return the result as Cache-Status tells it, for an answer without a log line."""
    if status.get("hit"):
        return "hit"
    if status.get("collapsed"):
        return "collapsed"
    if "fwd" in status:
        return "pass" if status["fwd"] in {"bypass", "method"} else "miss"
    return None


def _seconds(line: Mapping[str, Any], name: str) -> float | None:
    """Return a time of the log line, in seconds; None if it has none."""
    return None if line.get(name) is None else line[name] / 1000


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part as the log line has it, with its time in seconds."""
    seconds = part.get("milliseconds", 0.0) / 1000
    return {**{name: value for name, value in part.items() if name != "milliseconds"}, "seconds": seconds}


def _stack(line: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the stack trace of an error that the log line has."""
    return (str(line["exception"]),) if line.get("exception") else ()
