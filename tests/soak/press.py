"""The origin of the soak: it makes the pages, changes them, and fails when the test says so."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.soak.pages import EVERYBODY, LASTING, LIFETIMES, READERS, SIZES, TENANTS, Edition, Page
from tests.support.faults.aws import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.faults.ports import Fault, Faults
    from tests.support.loopback import Peer

type Made = tuple[int, dict[str, str], bytes]
"""A response: status, fields, body."""
FAULTS: tuple[Fault, ...] = ("throttled", "unavailable", "slow", "lost", "hangs")


@dataclass
class Press:
    """Pages and their versions. `failures`: when an answer for a page failed, by the clock of `faults`.

    `hang` is in seconds: longer than a gateway waits.
    """

    faults: Faults
    hang: float = 5.0
    versions: Counter[Page] = field(default_factory=Counter)
    failures: defaultdict[Page, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    @property
    def all_failures(self) -> list[float]:
        """When an answer for any page failed."""
        return [at for times in list(self.failures.values()) for at in times]

    def version(self, page: Page) -> int:
        """The present one."""
        return self.versions[page] + 1

    def change(self, page: Page) -> int:
        """Make a new version, and return it. No gateway learns of it."""
        with self._lock:
            self.versions[page] += 1
            return self.version(page)

    def answer(self, method: str, path: str, fields: Mapping[str, str]) -> Made:
        """The origin's answer without a failure."""
        self.asked += 1
        page = page_of(path, fields)
        if page is None:
            return 404, {}, b""
        if method == "POST":
            return 204, {"x-version": str(self.change(page))}, b""
        reader = fields.get("accept", "") if page.kind == "varying" else EVERYBODY
        edition = Edition(page, reader if reader in READERS else EVERYBODY, self.version(page))
        out = {"cache-control": LIFETIMES.get(page.kind, LASTING), "etag": edition.etag}
        if page.kind == "varying":
            out["vary"] = "accept"
        if page.tag is not None:
            out["surrogate-key"] = page.tag
        if fields.get("if-none-match") == edition.etag:
            return 304, out, b""
        return 200, out, edition.body

    def converse(self, peer: Peer) -> None:
        """A connection of a gateway, which may end at any time."""
        while request := peer.read_request():
            head, _, _ = request.decode("iso-8859-1").partition("\r\n\r\n")
            (method, target, _), *lines = (line.split(" ", 2) for line in head.split("\r\n"))
            fields = {name.rstrip(":").lower(): " ".join(value) for name, *value in lines}
            fault = self.faults.draw("fetch", *FAULTS)
            if fault is not None and (page := page_of(target, fields)) is not None:
                self.failures[page].append(self.faults.now())
            if not self._send(peer, fault, method, target, fields):
                return

    def _send(self, peer: Peer, fault: Fault | None, method: str, target: str, fields: Mapping[str, str]) -> bool:
        if fault == "throttled":
            peer.send(written("503 Service Unavailable", b"busy"))
            return True
        if fault == "unavailable":
            return False
        if fault in {"slow", "hangs"}:
            self.faults.advance(self.hang if fault == "hangs" else self.faults.delay)
        status, out, body = self.answer(method, target, fields)
        whole = written(f"{status} Made", body, *out.items())
        if status in {204, 304}:
            whole = whole.replace(b"content-length: 0\r\n", b"")
        if fault == "lost":  # in the middle of the answer, if it has one
            peer.send(whole[: -1 - len(body) // 2])
            return False
        peer.send(whole)
        return True


def page_of(path: str, fields: Mapping[str, str]) -> Page | None:
    """The page at a path of the origin, of the tenant that a field names."""
    tenant = fields.get("x-tenant", "")
    kind, _, number = path.removeprefix("/").partition("/")
    return Page(tenant, path) if tenant in TENANTS and kind in SIZES and number.isdigit() else None
