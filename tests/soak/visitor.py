"""A client of the soak: it reads pages in every way, changes them, and purges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.errors import StoreError
from tests.soak.ledger import Asked, Got
from tests.soak.pages import PAGES, READERS, SIZES, TENANTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from random import Random

    from brine.service.purge import Purger
    from tests.soak.ledger import Ledger
    from tests.soak.pages import Page
    from tests.soak.press import Press

type Ask = Callable[[str, Page, Mapping[str, str]], Got]
"""How a request gets its answer: method, page, fields."""

WEIGHTS = {
    "read": 500,
    "post": 6,
    "purge_url": 6,
    "purge_tag": 3,
    "purge_softly": 2,
    "purge_tenant": 1,
    "purge_route": 1,
}
WAYS = {"plain": 12, "known": 4, "part": 3, "head": 2, "no-cache": 1}
HOT = 0.4
"""The part of the reads that goes to the first page of each kind."""


@dataclass
class Visitor:
    """One client. `clock`: in seconds, of the ledger."""

    ask: Ask
    purger: Purger
    press: Press
    ledger: Ledger
    random: Random
    clock: Callable[[], float]
    known: dict[tuple[Page, str], str] = field(default_factory=dict)

    def act(self) -> None:
        """Do something."""
        (what,) = self.random.choices([*WEIGHTS], [*WEIGHTS.values()])
        getattr(self, what)()

    def read(self) -> None:
        page, reader = self.pick(), self.random.choice(READERS)
        fields = {"accept": reader}
        (way,) = self.random.choices([*WAYS], [*WAYS.values()])
        match way:
            case "known" if (page, reader) in self.known:
                fields["if-none-match"] = self.known[page, reader]
            case "part":
                first = self.random.randrange(SIZES[page.kind] // 2)
                fields["range"] = f"bytes={first}-{first + self.random.randrange(100)}"
            case "no-cache":
                fields["cache-control"] = "no-cache"
        got = self.request("HEAD" if way == "head" else "GET", page, fields)
        if got.status == 200:
            self.known[page, reader] = got.fields["etag"]

    def post(self) -> None:
        page = self.pick()
        got = self.request("POST", page, {"accept": "a"})
        if got.status == 204 and "detail=invalidation" not in got.fields["cache-status"]:
            self.ledger.supersede(page, int(got.fields["x-version"]), self.clock(), "post")

    def purge_url(self) -> None:
        page = self.pick()
        self.press.change(page)
        self.purge("url", lambda: self.purger.url(f"/pages{page.path}", tenant=page.tenant), [page])

    def purge_tag(self) -> None:
        page = self.random.choice([page for page in PAGES if page.tag is not None])
        tag = page.tag or ""
        self.press.change(page)
        covered = [other for other in PAGES if (other.tenant, other.tag) == (page.tenant, tag)]
        self.purge("tag", lambda: self.purger.tag(tag, tenant=page.tenant), covered)

    def purge_softly(self) -> None:
        page = self.pick()
        self.press.change(page)
        self.purge("url, softly", lambda: self.purger.url(f"/pages{page.path}", tenant=page.tenant, soft=True), [])

    def purge_tenant(self) -> None:
        tenant = self.random.choice(TENANTS)
        self.purge("tenant", lambda: self.purger.tenant(tenant), [page for page in PAGES if page.tenant == tenant])

    def purge_route(self) -> None:
        self.purge("route", lambda: self.purger.route("pages"), PAGES)

    def purge(self, how: str, make: Callable[[], object], covered: Iterable[Page]) -> None:
        """Purge everything older than these pages are now. A purge that fails promises no effect."""
        now = {page: self.press.version(page) for page in covered}
        try:
            make()
        except StoreError:
            self.ledger.count("purges that failed")
            return
        self.ledger.count("purges")
        for page, version in now.items():
            self.ledger.supersede(page, version, self.clock(), how)

    def request(self, method: str, page: Page, fields: Mapping[str, str]) -> Got:
        began = self.clock()
        got = self.ask(method, page, fields)
        self.ledger.judge(Asked(page, method, fields["accept"], fields, began, self.clock()), got)
        return got

    def pick(self) -> Page:
        if self.random.random() < HOT:
            return self.random.choice([page for page in PAGES if page.path.endswith("/0")])
        return self.random.choice(PAGES)
