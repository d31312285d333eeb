"""Stories of a gateway in which each request is explained first: the explanation must come true, and change nothing."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.permits import MemoryPermitStore
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.caching.stale import ERRORS
from brine.domain.explaining.field_changes import shown_value
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.errors import OriginUnreachable
from brine.ports.deadline import Deadline
from brine.service.admin.explain.explainer import Explainer
from brine.service.http_cache.lookup import MAIN
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.origins.origin_client import OriginClient
from brine.service.purge import Purger
from tests.support.gateway.world import ROUTES, World, refresher_of, status_of

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.routing.origin import OriginAddress
    from brine.service.admin.explain.explanation import Explanation
    from brine.service.http_cache.answer import Answer

MORE_ROUTES: Final = """
[[route]]
name = "metered"
prefix = "/metered"
origin = "http://metered.test"
origin_budget = "6/min"
grace = "1h"
retries = 0
[[route]]
name = "loud"
prefix = "/loud"
origin = "http://origin.test"
request_directives = false
freshness_lifetime = "30s"
jitter = 0.1
early_refresh = 1
cache_preflights = true
query = { keep = ["q"], sort = true }
"""
type Step = (
    Request | Server | float | tuple[Literal["purge"], Any, bool] | Literal["restart", "refresh", "spoil", "lose"]
)
type Story = tuple[Server, bool, list[Step]]
"""The server at first, whether there is a refresh queue, and the steps. A number is seconds that pass."""

_ALL: Final = parse_routes(ROUTES + MORE_ROUTES, {})
READS: Final = {"read", "read_with_item", "read_with_items", "holder", "ledger", "link"}


class Watched:
    """A store that notes the names of the methods that are called."""

    def __init__(self, store: object, called: list[str]) -> None:
        self._store = store
        self._called = called

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._store, name)
        if callable(value):
            self._called.append(name)
        return value


@dataclass
class Server:
    """The origin's present behaviour."""

    status: int = 200
    lines: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"hello", repr=False)
    has_tag: bool = False
    fails: bool = False


@dataclass
class Explained:
    """A gateway, and an explanation before each request. `violations`: what an explanation had wrong."""

    server: Server = field(default_factory=Server)
    with_queue: bool = True
    violations: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.called: list[str] = []
        self.queue = MemoryRefreshQueue()
        self.items = MemoryItemStore()
        self.stores: dict[str, Any] = {
            "leases": MemoryLeaseStore(self.items),
            "stamps": MemoryStampStore(self.items),
            "permits": MemoryPermitStore(),
            "bodies": MemoryBodyStore(),
            "circuits": MemoryCircuitStore(),
            "budgets": MemoryBudgetStore(),
        }
        watched: dict[str, Any] = {name: Watched(store, self.called) for name, store in self.stores.items()}
        self.world = World(items=self.items, stamp_items=Watched(self.items, self.called), **watched)
        self.stores["items"] = self.items
        self.world.origin = MemoryOrigin(self._answer)
        self.world.inline_limit = 2_000
        self.restart()

    def restart(self) -> None:
        """A new process."""
        self.refreshes = RefreshRequests(self.queue, draw=lambda: 1.0) if self.with_queue else None
        self.world.refreshes = self.refreshes
        self.world.restart()
        self.world.gateway = replace(self.world.gateway, routes=_ALL)

    def ask(self, request: Request) -> Explanation:
        """Explain a request, send it, and compare."""
        before, sent = self.snapshot(), len(self.world.origin.requests)
        self.called.clear()
        explained = self._explain(request)
        self._expect(set(self.called) <= READS, f"called {sorted(set(self.called) - READS)}")
        self._expect(self.snapshot() == before, "the explanation changed something")
        self._expect(len(self.world.origin.requests) == sent, "the explanation asked the origin")
        self.actions.append(explained.verdict.action)
        answer = self.world.gateway.serve(request, Deadline(self.world.now + 29, self.world.time))
        self._compare(explained, request, answer, [one for _, one in self.world.origin.requests[sent:]])
        return explained

    def _explain(self, request: Request) -> Explanation:
        return Explainer(gateway=self.world.gateway, in_process=True).explain(request)

    def purge(self, kind: Literal["url", "tag", "route", "everything"], *, soft: bool) -> None:
        """Purge as an operator does."""
        purger = Purger(routes=self.world.gateway.routes, stamps=self.stores["stamps"], clock=self.world.time)
        match kind:
            case "url":
                purger.url("/api/x", soft=soft)
            case "tag":
                purger.tag("t", soft=soft)
            case "route":
                purger.route("api", soft=soft)
            case "everything":
                purger.everything(soft=soft)

    def refresh(self) -> None:
        """Make the refreshes that were requested."""
        requests, self.queue.requests = self.queue.requests, []
        for request in requests:
            refresher_of(self.world.gateway).refresh(request, Deadline(self.world.now + 29, self.world.time))

    def spoil(self) -> None:
        """Alter what is stored."""
        for key, item in self.items.items.items():
            self.items.items[key] = replace(item, envelope=item.envelope[:-1] + b"!")

    def lose_bodies(self) -> None:
        """Lose the bodies in the body store."""
        self.stores["bodies"].clear()

    def snapshot(self) -> Any:
        """All that a request could change: the stores, the queue, and the memory of the process."""
        gateway, client = self.world.gateway, self.world.gateway.fetcher.origins
        assert isinstance(client, OriginClient)
        assert client.budgets is not None
        store, pauses = gateway.fetcher.responses.store, getattr(gateway.refreshes, "_pauses", None)
        return copy.deepcopy(
            {
                "items": self.items.items,
                "leases": self.stores["leases"].leases,
                "stamps": self.stores["stamps"].stamps,
                "permits": getattr(self.stores["permits"], "permits", None),
                "bodies": self.stores["bodies"].bodies,
                "circuits": repr(self.stores["circuits"].circuits),
                "budgets": self.stores["budgets"].ledgers,
                "queue": list(self.queue.requests),
                "memory": list(store.memory._entries),  # type: ignore[attr-defined]  # an L1
                "known stamps": list(store.stamps.known._stamps.items()),
                "new keys": dict(gateway.fetcher.key_guard._of_routes),
                "pauses": None if pauses is None else list(pauses._requested.items()),
                "flights": list(gateway.fetcher.single_flight.in_flight._flights),
                "known circuits": repr(client.circuits._known) if client.circuits is not None else "",
                "known budgets": _budget_text(client.budgets().known),
                "retries": dict(client.budget._tokens),
            }
        )

    def _compare(self, explained: Explanation, request: Request, answer: Answer, sent: list[Request]) -> None:
        verdict = explained.verdict
        if verdict.action in {"validate", "forward"}:
            self._expect(bool(sent), f"{verdict.action}, and the origin was not asked: {answer.result}")
            if sent:
                self._compare_sent(explained, request, answer, sent)
            return
        self._expect(not sent, f"{verdict.action}, and the origin was asked")
        self._expect(answer.result == verdict.result, f"{verdict.result}, and it was {answer.result}")
        self._expect(answer.response.status == verdict.status, f"{verdict.status}, and it was {answer.response.status}")
        self._expect(status_of(answer) == verdict.cache_status, f"{verdict.cache_status}, and was {status_of(answer)}")

    def _compare_sent(self, explained: Explanation, request: Request, answer: Answer, sent: list[Request]) -> None:
        verdict, upstream, key = explained.verdict, explained.upstream, explained.key
        assert upstream is not None
        assert key is not None
        first = sent[0]
        self._expect((first.method, first.target) == (upstream.method, upstream.target), f"sent {first.target}")
        shown = {name: shown_value(name, ", ".join(first.fields.all(name))) for name in first.fields.names}
        told = {one.name: one.value for one in upstream.fields if one.fate != "dropped"}
        self._expect(shown == told, f"the fields {told}, and they were {shown}")
        self._expect(answer.result in verdict.possible, f"{verdict.possible}, and it was {answer.result}")
        status = status_of(answer)
        if "fwd=" in status and len(sent) == 1:  # a second request replaces a stored response whose body was lost
            self._expect(f"fwd={verdict.forwarded_because}" in status, f"{verdict.forwarded_because}: {status}")
        if answer.stored and key.is_used:
            is_beside_main = verdict.forwarded_because != "uri-miss" and not self._has_other_vary(explained, request)
            slot = key.slot if is_beside_main else MAIN
            self._expect((key.place, slot) in self.items.items, f"the slot {slot}")
        self._compare_outcome(explained, answer, is_failure=self.server.fails or self.server.status in ERRORS)

    def _has_other_vary(self, explained: Explanation, request: Request) -> bool:
        """Whether the response that came selects by other fields than the one that was stored."""
        now = self._explain(request)
        varies = [next((entry.vary for entry in one.stored if entry.slot == MAIN), ()) for one in (explained, now)]
        return varies[0] != varies[1]

    def _compare_outcome(self, explained: Explanation, answer: Answer, *, is_failure: bool) -> None:
        outcome = next((one for one in explained.verdict.outcomes if one.assumed.startswith("fails")), None)
        if outcome is not None:
            is_stale = is_failure and outcome.result == "stale"
            self._expect((answer.result == "stale") == is_stale, f"stale: {is_stale}, and it was {answer.result}")

    def _expect(self, holds: bool, violation: str) -> None:
        if not holds:
            self.violations.append(violation)

    def _answer(self, _address: OriginAddress, request: Request) -> Outcome:
        server = self.server
        if server.fails:
            raise OriginUnreachable("the server fails")
        lines = (*server.lines, ("etag", '"1"')) if server.has_tag else server.lines
        if server.has_tag and request.fields.get("if-none-match") == '"1"' and server.status == 200:
            return Response(status=304, fields=Fields(lines))
        return Response(status=server.status, fields=Fields(lines), body=server.body)


def get(path: str = "/api/x", method: str = "GET", /, **fields: str) -> Request:
    """A request. Names of `fields` have "_" for "-"."""
    path, mark, query = path.partition("?")
    lines = Fields((name.replace("_", "-"), value) for name, value in fields.items())
    return Request(method=method, path=path, query=query if mark else None, fields=lines)


def played(story: Story) -> Explained:
    """The scene after all steps."""
    server, with_queue, steps = story
    scene = Explained(server, with_queue)
    for step in steps:
        match step:
            case Request():
                scene.ask(step)
            case Server():
                scene.server = step
            case float():
                scene.world.pass_time(step)
            case ("purge", kind, soft):
                scene.purge(kind, soft=soft)
            case "restart":
                scene.restart()
            case "refresh":
                scene.refresh()
            case "spoil":
                scene.spoil()
            case "lose":
                scene.lose_bodies()
    return scene


def _budget_text(known: Any) -> str:
    """The state of budgets without their locks."""
    return repr(
        {
            name: [
                (one.ledger, one.known_at, one.reservation, one.wait, one.asked_at, one.gap, one.began, one.refusals)
                for one in (budget.shared, budget.own)
            ]
            for name, budget in known.items()
        }
    )
