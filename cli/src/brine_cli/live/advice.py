"""Advice about a route, once for each, where live requests show that its responses are never stored or never used."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from brine_cli.live.remedies import ERROR_REMEDY, REMEDIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.live.exchange import Exchange
    from brine_cli.live.record import RequestRecord

ENOUGH: Final = 3
"""After so many requests of the same kind, a route gets advice."""
_MOST_ROUTES: Final = 1_000
_FROM_ORIGIN: Final = frozenset({"miss", "validated"})
_ABOUT_FRESHNESS: Final = frozenset({b"cache-control", b"cdn-cache-control", b"expires", b"last-modified"})
_FORCED: Final = ("request: no-cache", "request: max-age", "request: min-fresh")
"""The reasons that request_directives = false rules out. It does not rule out a condition for the origin."""
STREAM: Final = "text/event-stream"


@dataclass(slots=True)
class _Seen:
    """The requests to one route so far. refusals: how many responses were not stored, by reason."""

    has_stored: bool = False
    refusals: Counter[str] = field(default_factory=Counter)
    forced: int = 0
    told: set[str] = field(default_factory=set)


class Advice:
    """Adds advice to the notes of a record: each sentence once for a route."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._routes: dict[str, _Seen] = {}

    def __call__(self, exchange: Exchange, record: RequestRecord) -> RequestRecord:
        """Return the record with the advice that it gives reason for."""
        with self._lock:
            notes = tuple(self._notes(exchange, record))
        return replace(record, notes=(*record.notes, *notes)) if notes else record

    def _notes(self, exchange: Exchange, record: RequestRecord) -> Iterator[str]:
        name = record.route
        if name is None or record.result is None or (name not in self._routes and len(self._routes) >= _MOST_ROUTES):
            return
        seen = self._routes.setdefault(name, _Seen())
        if record.stored or record.is_hit or record.result == "validated":
            seen.has_stored = True
        if exchange.media_type == STREAM and "stream" not in seen.told:
            seen.told.add("stream")
            yield (
                f"route {name}: the origin sends a stream of events ({STREAM}). API Gateway and Lambda answer at once, "
                "so the client gets all events together, at the end. Give clients the address of the origin for this "
                "path"
            )
        yield from _about_storing(name, seen, exchange, record)
        yield from _about_directives(name, seen, record)


def _about_storing(name: str, seen: _Seen, exchange: Exchange, record: RequestRecord) -> Iterator[str]:
    """Yield the reason why a route has never stored a response, and the remedy, after ENOUGH requests."""
    refusal = "" if record.reason is None else record.reason.rpartition("; ")[2]
    if seen.has_stored or record.result != "miss" or record.stored or refusal not in REMEDIES:
        return
    is_error = record.status >= 300
    if refusal == "no-freshness" and not is_error and _says_nothing(exchange):
        return  # brine_cli.lifetime_hints reports this at the first response
    seen.refusals[refusal] += 1
    if seen.refusals[refusal] != ENOUGH or "storing" in seen.told:
        return
    seen.told.add("storing")
    remedy = ERROR_REMEDY if refusal == "no-freshness" and is_error else REMEDIES[refusal]
    yield f"route {name}: no response was ever stored ({refusal}): {remedy}."


def _about_directives(name: str, seen: _Seen, record: RequestRecord) -> Iterator[str]:
    """Yield the remedy for clients that ask for a new response each time, such as pip."""
    reason = record.reason or ""
    if record.result not in _FROM_ORIGIN or not reason.startswith(_FORCED) or "no-store" in reason:
        return
    seen.forced += 1
    if seen.forced == ENOUGH:
        directives = reason.removeprefix("request: ").partition("; ")[0]
        yield (
            f"route {name}: the clients ask for a new response each time ({directives}), as pip does. If they may get "
            "stored responses, set request_directives = false in the route."
        )


def _says_nothing(exchange: Exchange) -> bool:
    return _ABOUT_FRESHNESS.isdisjoint(name.lower() for name, _ in exchange.response.headers)
