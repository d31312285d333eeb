"""Figures about live requests: since the start, over the last minute and the last ten seconds, and for each route."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from brine_cli.live.record import FROM_ORIGIN
from brine_cli.live.stats.histogram import Histogram
from brine_cli.live.stats.hot_keys import HotKeys
from brine_cli.live.stats.tally import OriginTally, Tally, quantiles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from brine_cli.live.record import RequestRecord

MINUTE: Final = 60
RECENT: Final = 10
_MOST_ROUTES: Final = 200
_NO_ROUTE: Final = ""
_OTHER_ROUTES: Final = "(others)"


@dataclass(slots=True)
class _Second:
    """The requests that were answered within one second, by route, and their calls to origins.

    origins: by the function that asked, and its route.
    """

    number: int
    routes: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    origins: defaultdict[tuple[str, str], OriginTally] = field(default_factory=lambda: defaultdict(OriginTally))


class LiveStats:
    """Counts records. Memory is bounded: by seconds, routes and hot keys. began: seconds on the caller's clock."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._lock = threading.Lock()
        self._routes: dict[str, Tally] = {}
        self._seconds: deque[_Second] = deque(maxlen=MINUTE + 1)
        self._hot_keys = HotKeys()

    def add(self, record: RequestRecord, now: float) -> None:
        """Count a record. now: on the clock of `began`."""
        with self._lock:
            route = _NO_ROUTE if record.route is None else record.route
            if route not in self._routes and len(self._routes) >= _MOST_ROUTES:
                route = _OTHER_ROUTES
            self._routes.setdefault(route, Tally()).add(record)
            if not self._seconds or self._seconds[-1].number < int(now):  # two threads may come in another order
                self._seconds.append(_Second(int(now)))
            self._seconds[-1].routes[route].add(record)
            for name, calls, seconds in _origin_calls(record):
                self._seconds[-1].origins[record.function or "", name].add(calls, seconds)
            self._hot_keys.add(record.method, record.target, is_hit=record.is_hit)

    def snapshot(self, now: float, origins: Mapping[tuple[str, str], str] | None = None) -> dict[str, Any]:
        """Return all figures, for JSON. docs/watch-requests.md lists them.

        origins: the host of each origin, by function and route.
        """
        with self._lock:
            running = max(0.0, now - self._began)
            windows = {
                f"last_{length}_seconds": (self._since(now, length), min(length, running))
                for length in (MINUTE, RECENT)
            }
            minute = windows[f"last_{MINUTE}_seconds"][0]
            return {
                "seconds": round(running, 3),
                "since_start": Tally.of(self._routes.values()).as_json(running),
                **{name: Tally.of(routes.values()).as_json(seconds) for name, (routes, seconds) in windows.items()},
                "routes": [
                    {
                        "route": name or None,
                        "since_start": tally.as_json(running),
                        f"last_{MINUTE}_seconds": minute.get(name, Tally()).as_json(min(MINUTE, running)),
                    }
                    for name, tally in sorted(self._routes.items(), key=lambda item: -item[1].requests)
                ],
                "hot_keys": [
                    {
                        "method": key.method,
                        "target": key.target,
                        "count": key.count,
                        "error": key.error,
                        "hit_ratio": round(key.hit_ratio, 4),
                    }
                    for key in self._hot_keys.top()
                ],
                "per_second": self._per_second(now),
                "slow_origins": _slow_origins(self._recent(now, MINUTE), origins or {}),
            }

    def _since(self, now: float, length: int) -> dict[str, Tally]:
        """Return the tallies of the last `length` seconds by route. The second that is running counts as one."""
        recent = self._recent(now, length)
        names = {name for second in recent for name in second.routes}
        return {name: Tally.of(second.routes[name] for second in recent if name in second.routes) for name in names}

    def _per_second(self, now: float) -> dict[str, list[int]]:
        """Return the figures of each of the last MINUTE seconds, the oldest first. The last one is still running."""
        tallies = {second.number: Tally.of(second.routes.values()) for second in self._recent(now, MINUTE)}
        each = [tallies.get(number, Tally()) for number in range(int(now) - MINUTE + 1, int(now) + 1)]
        return {
            "requests": [tally.requests for tally in each],
            "hits": [tally.hits for tally in each],
            "origin_calls": [tally.origin_calls for tally in each],
        }

    def _recent(self, now: float, length: int) -> list[_Second]:
        return [second for second in self._seconds if int(now) - length < second.number <= int(now)]


def _origin_calls(record: RequestRecord) -> Iterator[tuple[str, int, float]]:
    """Yield the route, the calls and the seconds of each wait for an origin. With parts, these are the parts'."""
    for part in record.parts:
        if part.get("result") in FROM_ORIGIN:
            yield str(part.get("route") or _NO_ROUTE), 1, float(part.get("seconds", 0.0))
    if not record.parts and record.origin_seconds is not None:
        yield record.route or _NO_ROUTE, record.origin_calls, record.origin_seconds


def _slow_origins(seconds: Iterable[_Second], names: Mapping[tuple[str, str], str]) -> list[dict[str, Any]]:
    """Return the origins that routes waited for, the slowest first. A function without a known host is the origin."""
    by_route: defaultdict[tuple[str, str], list[OriginTally]] = defaultdict(list)
    for second in seconds:
        for asked, origin in second.origins.items():
            by_route[asked].append(origin)
    slow = [
        {
            "origin": names.get((function, route)) or function or None,
            "route": route or None,
            "origin_calls": sum(origin.calls for origin in origins),
            **_waits(origins),
        }
        for (function, route), origins in by_route.items()
    ]
    return sorted(slow, key=lambda one: -(one["p95"] or 0.0))


def _waits(origins: Collection[OriginTally]) -> dict[str, float | None]:
    """Return the quantiles of the waits, and the longest one. A quantile is right to 4%, and not above the longest."""
    slowest = round(max(origin.slowest for origin in origins), 6)
    found = quantiles(Histogram.of(origin.waits for origin in origins))
    return {name: None if value is None else min(value, slowest) for name, value in found.items()} | {
        "slowest": slowest
    }
