"""The record of one request of a client to the twin, which every reader of live requests gets."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

from brine_cli.screen.printable import printable_json

FROM_ORIGIN: Final = frozenset({"miss", "validated", "pass"})
"""The results of parts that an origin gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request, and how it was answered. docs/watch-requests.md lists the members.

    time: its arrival, in seconds since 1970. seconds: until the answer was complete. bytes: of the answer's body.
    target: path and query as sent. function: the logical id of the function that answered; None if the twin did.
    route, result, layer, stored, retries, problem, cause, faults: as in the log line of the gateway; None if the
    function is no gateway. gateway_seconds: the time in the gateway, with the wait for the origin. origin_seconds: that
    wait. ttl: the remaining freshness in seconds.
    parts: the requests that a function made for the answer. notes: sentences for the developer.
    """

    id: str
    time: float
    method: str
    target: str
    status: int
    bytes: int
    seconds: float
    function: str | None = None
    route: str | None = None
    result: str | None = None
    reason: str | None = None
    layer: str | None = None
    stored: bool = False
    ttl: int | None = None
    gateway_seconds: float | None = None
    origin_seconds: float | None = None
    retries: int = 0
    problem: str | None = None
    cause: str | None = None
    faults: tuple[str, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()
    cache_status: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def origin_calls(self) -> int:
        """How many requests went to origins for this one: of its parts, if it has any."""
        if self.parts:
            return sum(part.get("result") in FROM_ORIGIN for part in self.parts)
        return 0 if self.origin_seconds is None else 1 + self.retries

    @property
    def is_hit(self) -> bool:
        """Whether the answer came from the store, without a request of its own to the origin."""
        return self.result in {"hit", "collapsed"} or (self.result == "stale" and self.origin_seconds is None)

    def to_json(self) -> str:
        """Return the record as JSON in one line."""
        return printable_json(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the record that `to_json` wrote. Members of a later version are left out. Raises ValueError."""
        try:
            content = json.loads(text)
            known: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in content.items()
                if name in _NAMES
            }
            return cls(**known)
        except (AttributeError, TypeError) as error:
            raise ValueError(f"{text[:100]!r} is no record of a request") from error


_NAMES = frozenset(field.name for field in fields(RequestRecord))
