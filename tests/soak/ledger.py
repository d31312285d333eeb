"""The rules that an answer may break: it is another client's, altered, too old, or unexplained.

Every answer is judged by itself. `promise` is how long, in seconds, a purge or an invalidation may take to reach all
gateways, `pause` for how long an origin that failed may not be asked.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.soak.pages import READERS, edition_of_body, edition_of_etag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.soak.pages import Edition, Page
    from tests.soak.press import Press

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_TTL = re.compile(r"ttl=(-?\d+)")


@dataclass(frozen=True, slots=True)
class Got:
    """An answer as a client had it; the names of fields are in lower case."""

    status: int
    fields: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and when it began and ended."""

    page: Page
    method: str
    reader: str
    fields: Mapping[str, str]
    began: float
    ended: float


@dataclass
class Ledger:
    """The answers to all clients. Threads share it."""

    press: Press
    promise: float
    pause: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    _floors: defaultdict[Page, list[tuple[int, float, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def supersede(self, page: Page, version: int, at: float, how: str) -> None:
        """Record when, and how, the gateways were told not to serve older versions than this one any more."""
        with self._lock:
            self._floors[page].append((version, at, how))

    def count(self, what: str) -> None:
        """One more of these."""
        with self._lock:
            self.counts[what] += 1

    def judge(self, asked: Asked, got: Got) -> None:
        """Count an answer, and note its violations."""
        wrong = self._wrong(asked, got)
        with self._lock:
            self.counts["requests"] += 1
            self.counts[f"status {got.status}"] += 1
            self.counts[outcome(got.fields.get("cache-status", ""))] += 1
            if "detail=" in got.fields.get("cache-status", ""):
                self.counts["with detail"] += 1
            if wrong is not None:
                shown = got.fields.get("cache-status"), got.fields.get("etag"), got.fields.get("age")
                self.violations.append(
                    f"{wrong}: {asked.method} {asked.page} {got.status} {shown} {dict(asked.fields)}"
                )

    def _wrong(self, asked: Asked, got: Got) -> str | None:
        if "brine; " not in got.fields.get("cache-status", ""):
            return "no Cache-Status"
        if got.status >= 500:
            return None if self._failed(asked, got) else "a failure without a fault"
        if asked.method == "POST":
            return None if got.status == 204 else "a POST that was not done"
        edition = edition_of_etag(got.fields.get("etag", ""))
        if edition is None:
            return "no ETag"
        return self._wrong_body(asked, got, edition) or self._wrong_edition(asked, edition)

    def _wrong_body(self, asked: Asked, got: Got, edition: Edition) -> str | None:
        match got.status:
            case 200 if asked.method == "HEAD":
                return None if got.fields.get("content-length") == str(len(edition.body)) else "another length"
            case 200:
                return None if edition_of_body(got.body) == edition else "another body"
            case 206 if match := _RANGE.fullmatch(got.fields.get("content-range", "")):
                first, last, length = map(int, match.groups())
                is_right = length == len(edition.body) and edition.body[first : last + 1] == got.body
                return None if is_right and asked.fields.get("range") == f"bytes={first}-{last}" else "another part"
            case 304:
                return None if asked.fields.get("if-none-match") == edition.etag else "a 304 for another ETag"
        return "an odd status"

    def _wrong_edition(self, asked: Asked, edition: Edition) -> str | None:
        if edition.page.tenant != asked.page.tenant:
            return "another tenant's page"
        if edition.page != asked.page:
            return "another page"
        if edition.reader in READERS and edition.reader != asked.reader:
            return "another reader's page"
        with self._lock:
            due = [floor for floor in self._floors[asked.page] if floor[1] + self.promise <= asked.began]
        version, at, how = max(due, default=(0, 0.0, ""))
        if edition.version < version:
            return f"version {edition.version}, {asked.began - at:.2f} s after {version} was made known by {how}"
        return "a page to come" if edition.version > self.press.version(asked.page) else None

    def _failed(self, asked: Asked, got: Got) -> bool:
        """Whether the origin failed for the page in the meantime, or for any shortly before, so that none is asked."""
        if "detail=origin-circuit-open" in got.fields["cache-status"]:
            return any(asked.began - self.pause <= at <= asked.ended for at in self.press.all_failures)
        return any(asked.began <= at <= asked.ended for at in self.press.failures[asked.page])


def outcome(cache_status: str) -> str:
    """How an answer came about, in a word."""
    _, _, told = cache_status.partition("brine; ")
    if told.startswith("hit"):
        ttl = _TTL.search(told)
        return "stale" if ttl is not None and int(ttl[1]) < 0 else "hit"
    if "collapsed" in told:
        return "collapsed"
    for word in ("uri-miss", "vary-miss", "stale", "request", "method", "bypass", "partial"):
        if f"fwd={word}" in told:
            return {"uri-miss": "miss", "vary-miss": "miss", "stale": "validated"}.get(word, word)
    return "other"
