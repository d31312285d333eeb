"""The admin API: each method answers one kind of request with a document for JSON."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from brine.domain.purging.stamps import EVERYTHING
from brine.errors import NotPurgeable, StoreError
from brine.ports.deadline import Deadline
from brine.service.admin.arguments import Arguments, invalid
from brine.service.admin.entry_json import entry_json
from brine.service.admin.keyring_ids import keyring_ids
from brine.service.admin.listing import Listing
from brine.service.admin.origin_states import budget_states, circuit_states
from brine.service.admin.purge_preview import PurgePreview
from brine.service.admin.stored_items import StoredItems
from brine.service.admin.stored_requests import PurgeOrder, StoredQuery
from brine.service.admin.url_in_code import names_of_url_in_code
from brine.service.http_cache.sealing import STORED_RESPONSE_VERSION
from brine.service.problems import STORE_UNAVAILABLE, Problem
from brine.service.purge import Purger
from brine.service.results.sealing import STORED_RESULT_VERSION
from brine_codec import CodecError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.routing.route import Routes
    from brine.service.admin.explain_request import Explain
    from brine.service.admin.purge_preview import PreviewPage
    from brine.service.admin.sources import CacheSource, CacheTable
    from brine.service.purge import Purge
    from brine.service.purge_names import PurgedNames

    type Document = dict[str, object]

SECONDS: Final = 20.0
"""The time for one request. API Gateway waits 29 s."""
SHOWN: Final = 100
"""The entries that a preview shows. It counts all of them."""


def _unrecorded(order: PurgeOrder, is_done: bool) -> None:
    """Record no purge."""


@dataclass(frozen=True, slots=True)
class Admin:
    """Answers operators about the caches in these tables. Methods raise Problem, with a detail for the operator.

    clock: seconds since 1970. monotonic: seconds, for the time of a request. purged: is called for each purge, with
    whether it is known to be stored.
    """

    tables: tuple[CacheTable, ...]
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    purged: Callable[[PurgeOrder, bool], None] = _unrecorded
    items: StoredItems = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", StoredItems(self.tables, self.clock))

    def version(self) -> Document:
        """Return the versions of the code and of its stored forms."""
        return {
            "brine": vars(sys.modules["brine"])["__version__"],  # an import would lead to the floors above
            "python": ".".join(map(str, sys.version_info[:3])),
            "stored_response": STORED_RESPONSE_VERSION,
            "stored_result": STORED_RESULT_VERSION,
        }

    def health(self) -> Document:
        """Return whether each table and each keyring can be used now."""
        checks: list[Document] = []
        for number, table in enumerate(self.tables, 1):
            error = None
            try:
                table.stamps.read((EVERYTHING,), deadline=self._deadline())
            except StoreError as failure:
                error = f"the table cannot be read: {failure}"
            checks.append({"check": "table" if len(self.tables) == 1 else f"table {number}", "error": error})
        for source in self._sources:
            error = None
            try:
                source.keyring.sealing_key(self.clock())
            except CodecError as failure:
                error = str(failure)
            checks.append({"check": f"keys of {source.function or 'functions of yours'}", "error": error})
        is_well = all(check["error"] is None for check in checks)
        return {"status": "ok" if is_well else "failing", "checks": checks}

    def stored(self, parameters: Mapping[str, object]) -> Document:
        """Return a page of the listing for these parameters of a query."""
        query = StoredQuery.read(parameters, [source.routes for source in self._sources])
        try:
            page = Listing(self.items).page(query.wanted, query.cursor, limit=query.limit, deadline=self._deadline())
        except StoreError as error:
            raise _unavailable(error) from error
        except ValueError as error:
            raise invalid(f"{error}. Write the cursor of the last answer, or leave it out.") from None
        return {
            "items": [entry_json(entry, query.tenants) for entry in page.entries],
            "cursor": None if page.next is None else page.next.text(),
            "scanned": page.scanned,
        }

    def purge(self, members: Mapping[str, object], explain: Explain | None = None) -> Document:
        """Purge as a JSON object says, or with `dry_run` return the items that this purge would end.

        `explain`: finds the key of a URL that a function's code has a route for. Without it, such a URL is refused.
        """
        order = PurgeOrder.read(members)
        names, note = self._names(order, explain)
        try:
            if order.dry_run:
                return self._previewed(order, names) | note
            done = self._purged(order, names)
        except StoreError as error:
            raise _unavailable(error) from error
        except ValueError as error:
            raise invalid(f"{error}. Write the cursor of the last answer, or leave it out.") from None
        return {
            "stamp": done.stamp,
            "at": done.at,
            "soft": done.soft,
            "route": done.route,
            "target": done.target,
        } | note

    def circuits(self) -> Document:
        """Return the circuits of the origins."""
        try:
            return {"circuits": circuit_states(self.tables, self.clock(), self._deadline())}
        except StoreError as error:
            raise _unavailable(error) from error

    def budgets(self, parameters: Mapping[str, object]) -> Document:
        """Return the budgets of the origins, with `tenant` those of one tenant."""
        tenant = Arguments(parameters, ("tenant",)).text("tenant")
        try:
            return {"budgets": budget_states(self.tables, tenant, self.clock(), self._deadline())}
        except StoreError as error:
            raise _unavailable(error) from error

    def keys(self) -> Document:
        """Return the ids of the keys of each function."""
        return {"keys": keyring_ids(self._sources, self.clock())}

    @property
    def _sources(self) -> list[CacheSource]:
        return [source for table in self.tables for source in table.sources]

    def _deadline(self) -> Deadline:
        return Deadline(self.monotonic() + SECONDS, self.monotonic)

    def _purged(self, order: PurgeOrder, names: PurgedNames) -> Purge:
        """Purge in each table. Raises StoreError."""
        done: list[Purge] = []
        try:
            for table in self.tables:
                purger = Purger(routes=table.sources[0].routes, stamps=table.stamps, clock=self.clock)
                done.append(purger.write(names, soft=order.soft))
        finally:
            self.purged(order, len(done) == len(self.tables))
        return done[-1]

    def _previewed(self, order: PurgeOrder, names: PurgedNames) -> Document:
        page: PreviewPage = PurgePreview(self.items).page(
            names, order.cursor, soft=order.soft, limit=order.limit, shown=SHOWN, deadline=self._deadline()
        )
        tenants = StoredQuery.read({"tenant": order.tenant}, ()).tenants if order.tenant else {}
        return {
            "items": [entry_json(entry, tenants) for entry in page.entries],
            "count": page.count,
            "bytes": page.size,
            "complete": page.next is None,
            "cursor": None if page.next is None else page.next.text(),
            "scanned": page.scanned,
            "stamps": list(names.names),
        }

    def _names(self, order: PurgeOrder, explain: Explain | None) -> tuple[PurgedNames, Document]:
        """Return the stamps of a purge, and a note for the operator, if there is one."""
        routes: list[Routes] = [source.routes for source in self._sources]
        has_code = any(source.namespace != "" for source in self._sources)
        hint = ""
        if order.route is not None and not any(one.named(order.route) for one in routes):
            if not has_code:
                known = ", ".join(sorted({route.name for one in routes for route in one})) or "none"
                raise invalid(f'no route has the name "{order.route}". The routes: {known}.')
            hint = f'No routes.toml has a route "{order.route}". The purge ends responses of functions with this name.'
        if order.url is not None:
            path = order.url.partition("?")[0]
            having = [one for one in routes if one.match(path) is not None]
            if not having and has_code and explain is not None and path.startswith("/") and "*" not in path:
                return names_of_url_in_code(order.url, order.tenant, explain), {}
            routes = having or routes
        try:
            return order.names(routes[0]), ({"note": hint} if hint else {})
        except NotPurgeable as error:
            raise invalid(f"{error}.") from None


def _unavailable(error: StoreError) -> Problem:
    return Problem(STORE_UNAVAILABLE, f"the table did not answer: {error}. Try again.")
