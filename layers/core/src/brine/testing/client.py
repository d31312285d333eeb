"""An app in memory: its own gateway and cache, with the answers of a test in the place of servers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.permits import MemoryPermitStore
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore
from brine.app.engine import types_of
from brine.app.runner import LateRunner
from brine.bootstrap.assembly import CacheLimits, Stores, assembled_fetcher
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.errors import OriginUnreachable
from brine.ports.deadline import Deadline
from brine.service.functions.compose import compose_functions, function_codec
from brine.service.functions.sealing import ObjectSealer
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.purge import Purger
from brine.testing.clock import Clock
from brine.testing.keys import KEYS
from brine.testing.purges import RecordingStamps
from brine.testing.recording import RecordingRunner
from brine.testing.reply import has_answer, response_to
from brine.testing.result import AppResponse
from brine.testing.routes import routes_in_test
from brine_codec import Keyring
from brine_codec.envelope.http_target import canonical_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.app.registrations import Registrations
    from brine.domain.http.messages import Response
    from brine.domain.purging.stamps import Stamp
    from brine.domain.routing.origin import OriginAddress
    from brine.service.admin.explain.explanation import Explanation
    from brine.service.http_cache.refresher import Refresh
    from brine.testing.reply import Replies
    from brine.testing.routes import RoutesFile

_SECONDS = 29.0


class AppClient:
    """Sends requests to an app, and records its fetches, its calls of functions, and its purges.

    `clock`: the time of the app and its cache. `responses`: each request, such as "GET /orders", with its response.
    `fetched`: the requests that reached the servers, as (route, target).
    `runs`: the calls of functions, as (route, arguments). `purged`: the tags that functions purged.
    stamps: the purges of the results caches of the test, which apply to responses too.
    """

    def __init__(
        self,
        app: Registrations,
        fetch: Mapping[str, Replies] | None = None,
        *,
        routes: RoutesFile = None,
        clock: Clock | None = None,
        stamps: dict[str, Stamp] | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.fetched: list[tuple[str, str]] = []
        self._cors = app.browsers()
        self._replies = dict(fetch or {})
        self.responses: list[tuple[str, AppResponse]] = []
        self._notes: list[str] = []
        self._queue = MemoryRefreshQueue()
        self._routes = routes_in_test(app, routes, self._replies)
        self._items = MemoryItemStore()
        recorded = RecordingStamps(self._items, {} if stamps is None else stamps, [])
        keyring = Keyring.from_json(KEYS)
        registry = types_of(app)
        self._codec = function_codec(keyring, registry)
        self._purger = Purger(routes=self._routes, stamps=recorded, clock=self.clock)
        fetcher = assembled_fetcher(
            Stores(
                items=self._items,
                leases=MemoryLeaseStore(self._items),
                permits=MemoryPermitStore(),
                stamps=recorded,
                bodies=MemoryBodyStore(),
                circuits=MemoryCircuitStore(),
                budgets=MemoryBudgetStore,
            ),
            CacheLimits(inline_limit=32_768, memory_bytes=33_554_432, memory_entry_bytes=2_097_152, purge_delta=-1),
            keyring=keyring,
            origin=MemoryOrigin(self._reply),
            name="brine-test",
            clock=self.clock,
            sleep=self.clock.advance,
        )
        self._runner = RecordingRunner(LateRunner(app, ObjectSealer(self._codec)))
        self._composed = compose_functions(
            self._routes,
            fetcher,
            lambda _: self._runner,
            codec=self._codec,
            registry=registry,
            clock=self.clock,
            refreshes=RefreshRequests(self._queue, pause=0),
            hooks=app.hook_table(self._routes),
        )

    def __repr__(self) -> str:
        return f"<AppClient: {len(self.fetched)} fetched, {len(self.runs)} runs, purged {self.purged}>"

    @property
    def runs(self) -> list[tuple[str, dict[str, str]]]:
        """The calls of functions: the route, and the arguments in the path."""
        return self._runner.runs

    @property
    def purged(self) -> list[str]:
        """The tags that functions purged."""
        return self._runner.purged

    def fetched_from(self, route: str) -> list[str]:
        """Return the paths and queries of the requests that reached the server of a route, in order."""
        return [target for name, target in self.fetched if name == route]

    def get(
        self, target: str, *, headers: Mapping[str, str] | None = None, claims: Mapping[str, str] | None = None
    ) -> AppResponse:
        """Send a GET. `target`: path and query. Options as in `request`."""
        return self.request("GET", target, headers=headers, claims=claims)

    def post(
        self,
        target: str,
        content: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        claims: Mapping[str, str] | None = None,
    ) -> AppResponse:
        """Send a POST. `content` is sent as JSON; bytes are sent unchanged."""
        return self.request("POST", target, content=content, headers=headers, claims=claims)

    def request(
        self,
        method: str,
        target: str,
        *,
        content: object = None,
        headers: Mapping[str, str] | None = None,
        claims: Mapping[str, str] | None = None,
    ) -> AppResponse:
        """Send a request. claims: those of the client's verified token, such as {"tenant_id": "acme"}."""
        request = _request(method, target, content, headers, claims)
        self._notes.clear()
        gateway, deadline = self._composed.gateway, self._deadline()
        answer = (
            gateway.serve(request, deadline) if self._cors is None else self._cors.served(gateway, request, deadline)
        )
        stored = None if answer.source is None else answer.source.body
        body = stored if isinstance(stored, bytes) else self._runner.last_body
        response = AppResponse(answer, lambda: self._opened(body, request), tuple(dict.fromkeys(self._notes)))
        self.responses.append((f"{method} {target}", response))
        return response

    def explain(
        self,
        target: str,
        *,
        method: str = "GET",
        content: object = None,
        headers: Mapping[str, str] | None = None,
        claims: Mapping[str, str] | None = None,
        tenant: str | None = None,
    ) -> Explanation:
        """Return the outcome of a request now, and the reasons. It only reads, and runs no function.

        tenant: the tenant of the request, in the place of a claim or a header. Other options as in `request`.
        """
        from brine.service.admin.explain.explainer import Explainer  # noqa: PLC0415 - few tests need it

        request = _request(method, target, content, headers, claims)
        return Explainer(gateway=self._composed.gateway, in_process=True).explain(request, tenant=tenant)

    def refresh(self) -> list[Refresh]:
        """Make the refreshes that were requested, as the function's queue does after the answer went out."""
        requests, self._queue.requests = self._queue.requests, []
        return [self._composed.refresher.refresh(request, self._deadline()) for request in requests]

    def purge_tag(self, tag: str, *, tenant: str = "", soft: bool = False) -> None:
        """Purge a tag, as an operator does."""
        self._purger.tag(tag, tenant=tenant, soft=soft)

    def purge_url(self, url: str, *, tenant: str = "", soft: bool = False, part: str | None = None) -> None:
        """Purge a path and query of a route of the app, as an operator does. `part`: one that functions fetch from."""
        self._purger.url(url, tenant=tenant, soft=soft, part=part)

    def purge_route(self, name: str, *, soft: bool = False) -> None:
        """Purge all responses of a route, such as one that functions fetch from."""
        self._purger.route(name, soft=soft)

    def answers(self, route: str, replies: Replies) -> None:
        """Change the answers of a server from now on. An exception stands for a server that fails."""
        self._replies[route] = replies

    def _deadline(self) -> Deadline:
        return Deadline(self.clock.now + _SECONDS, self.clock)

    def _opened(self, body: bytes, request: Request) -> Any:
        """Return the object behind an answer, which is rendered from its sealed form."""
        return self._codec.open(body, context=("response", canonical_target(request.target)), now=self.clock.now)

    def _reply(self, origin: OriginAddress, request: Request) -> Response:
        known = [route for route in self._routes if route.origin == origin and request.path.startswith(route.base_path)]
        known = [route for route in known if route.name in self._replies] or known
        route = max(known, key=lambda one: len(one.base_path), default=None)
        if route is None or route.name not in self._replies:
            self._notes.append(f"the test has no answers for {origin if route is None else route.name}")
            raise OriginUnreachable(self._notes[-1])
        asked = replace(request, path=request.path.removeprefix(route.base_path) or "/")
        self.fetched.append((route.name, asked.target))
        replies = self._replies[route.name]
        if not has_answer(asked, replies):
            self._notes.append(f"the test's answers for {route.name} have no path {asked.path}, which gets a 404")
        return response_to(asked, replies)


def _request(
    method: str, target: str, content: object, headers: Mapping[str, str] | None, claims: Mapping[str, str] | None
) -> Request:
    """Return the request of a test. Content that is no bytes is sent as JSON."""
    fields = Fields((headers or {}).items())
    body = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
    if body and "content-type" not in fields:
        fields = fields.with_line("content-type", "application/json")
    path, mark, query = target.partition("?")
    return Request(
        method=method,
        path=path,
        query=query if mark else None,
        fields=fields,
        body=body,
        principal={f"claim:{name}": value for name, value in (claims or {}).items()},
    )
