"""The filters of a listing: the entries that an operator asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.listing.facts import EntryFacts, EntryState, ListedEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Chooses entries. All given conditions must hold; an item that does not open has no facts, so it meets none.

    tenant_digest: of a tenant. url: a path with its query as a client writes it; with "*" at its end, all that begin
    so. upstream: the route and the target that `url` leads to, if a route covers it. older_than, younger_than: the age
    in seconds. larger_than: bytes. states: of the entry, empty for all.
    """

    route: str | None = None
    tag: str | None = None
    tenant_digest: str | None = None
    url: str | None = None
    upstream: tuple[str, str] | None = None
    older_than: float | None = None
    younger_than: float | None = None
    larger_than: int | None = None
    states: frozenset[EntryState] = frozenset()

    def covers(self, facts: EntryFacts) -> bool:
        """Return whether the conditions on the facts hold. The state is not looked at."""
        conditions = (
            self.route is None or facts.route == self.route,
            self.tag is None or self.tag in facts.tags,
            self.tenant_digest is None or facts.tenant_digest == self.tenant_digest,
            self.url is None or self._has_url(facts),
            self.older_than is None or (facts.age is not None and facts.age > self.older_than),
            self.younger_than is None or (facts.age is not None and facts.age < self.younger_than),
            self.larger_than is None or facts.size > self.larger_than,
        )
        return all(conditions)

    def matches(self, entry: ListedEntry) -> bool:
        """Return whether the conditions hold, that on the state too."""
        return (not self.states or entry.state in self.states) and self.covers(entry.facts)

    def _has_url(self, facts: EntryFacts) -> bool:
        if self.upstream is not None and self.upstream == (facts.route, facts.target):
            return True
        shown, url = facts.url or facts.target, self.url or ""
        if shown is None:
            return False
        return shown.startswith(url[:-1]) if url.endswith("*") else shown == url
