"""Functions whose parts have versions, in two processes on one store, and a model of what may still be served.

Each response of a server and each run of a function has a number, and a whole lists those that it was made from. The
model keeps for each of them until when it is fresh, when it was purged, and whether it may be stored. The scene notes
each answer that the model forbids.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Final, Literal

from brine.adapters.config.code_routes import code_route
from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.permits import MemoryPermitStore
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.bootstrap.assembly import CacheLimits, Stores, assembled_fetcher
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.routing.route import Routes
from brine.errors import OriginUnreachable
from brine.ports.deadline import Deadline
from brine.service.functions.compose import compose_functions, function_codec
from brine.service.functions.function_client import FunctionResult
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.purge import Purger
from brine.testing.clock import Clock
from brine_codec import Keyring, Registry
from tests.support.gateway.world import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.domain.routing.origin import OriginAddress
    from brine.service.functions.compose import FunctionGateway
    from brine.service.functions.function_client import FunctionCall
    from brine.service.functions.sealing import ObjectSealer
    from brine.service.http_cache.answer import Answer

type Version = tuple[str, int]
type PurgeKind = Literal["url", "tag", "route", "everything"]
type WholeEvent = (
    tuple[Literal["ask"], int, str]
    | tuple[Literal["purge"], PurgeKind, str, bool]
    | tuple[Literal["fail", "recover", "change"], str]
    | tuple[Literal["wait"], int]
    | tuple[Literal["refresh"], int]
)

PROCESSES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """A server behind a route. `lifetime` and `grace`: seconds, of the route. `latency`: seconds of each answer."""

    cache_control: str | None = None
    lifetime: int | None = None
    grace: int = 0
    has_validator: bool = False
    latency: int = 0

    @property
    def is_storable(self) -> bool:
        """Whether its responses may be stored."""
        return self.cache_control not in {"no-store", "private"}

    @property
    def may_be_stale(self) -> bool:
        """Whether its responses may be served stale at all."""
        said = self.cache_control or ""
        return "must-revalidate" not in said and "no-cache" not in said

    @property
    def says_nothing(self) -> bool:
        """Whether neither the server nor its route say how long a response is fresh: then a whole decides alone."""
        return self.cache_control is None and self.lifetime is None

    @property
    def freshness(self) -> float:
        """The freshness lifetime of its responses."""
        directives = dict(one.strip().partition("=")[::2] for one in (self.cache_control or "").split(","))
        if "no-cache" in directives or not self.is_storable:
            return 0
        for name in ("s-maxage", "max-age"):
            if name in directives:
                return int(directives[name])
        return self.lifetime or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPlan:
    """A function, and the routes of its parts, each with whether it is optional."""

    parts: tuple[tuple[str, bool], ...]
    lifetime: int | None = None
    grace: int = 0


@dataclass(slots=True)
class Known:
    """A version: the event that made it, the last event that confirmed it, and until when it is fresh."""

    made: int
    confirmed: int
    fresh_until: float


@dataclass
class Wholes:
    """Servers, functions, two processes, and an operator that purges."""

    servers: Mapping[str, ServerPlan]
    functions: Mapping[str, FunctionPlan]
    delta: float = 0.0
    clock: Clock = field(default_factory=Clock)
    violations: list[str] = field(default_factory=list)
    results: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.event = 0
        self.known: dict[Version, Known] = {}
        self.numbers: Counter[str] = Counter()
        self.failing: set[str] = set()
        self.purges: list[tuple[int, float, str | None, bool]] = []  # event, time, route, soft
        self.queue = MemoryRefreshQueue()
        self.routes = Routes((*self._servers(), *self._functions()))
        items = MemoryItemStore()
        stamps = MemoryStampStore(items)
        self.purger = Purger(routes=self.routes, stamps=stamps, clock=self.clock)
        stores = Stores(
            items=items,
            leases=MemoryLeaseStore(items),
            permits=MemoryPermitStore(),
            stamps=stamps,
            bodies=MemoryBodyStore(),
            circuits=MemoryCircuitStore(),
            budgets=MemoryBudgetStore,
        )
        self.processes = [self._process(stores) for _ in range(PROCESSES)]

    def do(self, event: WholeEvent) -> None:
        """Let an event happen."""
        self.event += 1
        match event:
            case ("ask", process, name):
                self.ask(process, name)
            case ("purge", kind, name, soft):
                self.purge(kind, name, soft=soft)
            case ("fail", name):
                self.failing.add(name)
            case ("recover", name):
                self.failing.discard(name)
            case ("change", name):
                self.numbers[name] += 1
            case ("wait", seconds):
                self.clock.advance(seconds)
            case ("refresh", process):
                requests, self.queue.requests = self.queue.requests, []
                for request in requests:
                    self.processes[process].refresher.refresh(request, self._deadline())

    def ask(self, process: int, name: str) -> Answer:
        """Send a client's request for a route, and compare the answer with the model."""
        now = self.clock.now
        path = f"/{name}/x" if name in self.servers else f"/{name}"
        answer = self.processes[process].gateway.serve(Request(method="GET", path=path), self._deadline())
        self.results[answer.result] += 1
        if answer.problem is None and answer.response.status == 200:
            self._check(answer, now)
        return answer

    def purge(self, kind: PurgeKind, name: str, *, soft: bool) -> None:
        """Purge the responses of a route, or all of them."""
        match kind:
            case "url":
                self.purger.url(f"/{name}/x" if name in self.servers else f"/{name}", soft=soft)
            case "tag":
                self.purger.tag(f"tag-{name}", soft=soft)
            case "route":
                self.purger.route(name, soft=soft)
            case "everything":
                self.purger.everything(soft=soft)
        self.purges.append((self.event, self.clock.now, None if kind == "everything" else name, soft))

    def _check(self, answer: Answer, now: float) -> None:
        """Note how an answer violates the model."""
        is_kept = answer.stored or answer.result in {"hit", "stale", "collapsed"}
        for version in _versions(json.loads(answer.response.body)):
            if version is None:
                self._expect(not is_kept, "a whole with a failed part is stored")
                continue
            plan, known = self.servers.get(version[0]), self.known[version]
            self._expect(not is_kept or plan is None or plan.is_storable, "a part that may not be stored is stored")
            if answer.result not in {"hit", "stale", "collapsed"}:
                continue
            after = [one for one in self.purges if now > one[1] + self.delta and one[2] in {None, version[0]}]
            is_dead = any(at > known.made for at, _, _, soft in after if not soft)
            self._expect(not is_dead, "what was purged is served")
            is_limited = plan is None or not plan.says_nothing or answer.route == version[0]
            is_stale = (is_limited and now >= known.fresh_until) or any(
                at > known.confirmed for at, _, _, soft in after if soft
            )
            self._expect(not (is_stale and answer.result == "hit"), "a stale part is served as fresh")
            self._expect(not is_stale or plan is None or plan.may_be_stale, "a part is served stale that may not be")

    def _expect(self, holds: bool, violation: str) -> None:
        if not holds:
            self.violations.append(violation)

    def _deadline(self) -> Deadline:
        return Deadline(self.clock.now + 900, self.clock)

    def _process(self, stores: Stores) -> FunctionGateway:
        keyring = Keyring.from_json(KEYS)
        registry = Registry()
        fetcher = assembled_fetcher(
            stores,
            CacheLimits(
                inline_limit=100_000, memory_bytes=1_000_000, memory_entry_bytes=100_000, purge_delta=self.delta
            ),
            keyring=keyring,
            origin=MemoryOrigin(self._answer),
            name="brine",
            clock=self.clock,
            sleep=self.clock.advance,
        )
        return compose_functions(
            self.routes,
            fetcher,
            lambda sealer: _Runner(self, sealer),
            codec=function_codec(keyring, registry),
            registry=registry,
            clock=self.clock,
            refreshes=RefreshRequests(self.queue, pause=0),
        )

    def _answer(self, address: OriginAddress, request: Request) -> Response:
        """Answer as a server."""
        name = address.host.partition(".")[0]
        plan, began = self.servers[name], self.clock.now
        self.clock.advance(plan.latency)
        if name in self.failing:
            raise OriginUnreachable("the server fails")
        fields = Fields([("surrogate-key", f"tag-{name}")])
        if plan.cache_control is not None:
            fields = fields.with_line("cache-control", plan.cache_control)
        number = self.numbers[name]
        if plan.has_validator and request.fields.get("if-none-match") == f'"{number}"' and (name, number) in self.known:
            known = self.known[name, number]
            known.confirmed, known.fresh_until = self.event, began + plan.freshness
            return Response(status=304, fields=fields.with_line("etag", f'"{number}"'), body=b"")
        number = self.made(name, began + plan.freshness)
        fields = fields.with_line("etag", f'"{number}"') if plan.has_validator else fields
        return Response(status=200, fields=fields, body=json.dumps({"version": [name, number]}).encode())

    def made(self, name: str, fresh_until: float) -> int:
        """Return the number of a new version."""
        self.numbers[name] += 1
        number = self.numbers[name]
        self.known[name, number] = Known(self.event, self.event, fresh_until)
        return number

    def _servers(self) -> list[Any]:
        lines = []
        for name, plan in self.servers.items():
            lines += ["[[route]]", f'name = "{name}"', f'prefix = "/{name}"', f'origin = "http://{name}.test"']
            lines += ["retries = 0", "circuit_breaker = false", f"grace = {plan.grace}"]
            lines += [] if plan.lifetime is None else [f"freshness_lifetime = {plan.lifetime}"]
        return list(parse_routes("\n".join(lines), {}))

    def _functions(self) -> list[Any]:
        made = []
        for name, plan in self.functions.items():
            settings: dict[str, Any] = {"grace": plan.grace}
            if plan.lifetime is not None:
                settings["freshness_lifetime"] = plan.lifetime
            made.append(code_route(f"/{name}", name, settings, source="the tests"))
        return made


@dataclass(frozen=True, slots=True)
class _Runner:
    """Runs the planned functions: each fetches its parts, one after the other, and returns their versions."""

    wholes: Wholes
    sealer: ObjectSealer

    def run(self, call: FunctionCall) -> FunctionResult:
        wholes = self.wholes
        plan = wholes.functions[call.route]
        lifetime = inf if plan.lifetime is None else plan.lifetime
        number = wholes.made(call.route, wholes.clock.now + lifetime)
        parts = []
        for name, is_optional in plan.parts:
            path = "/x" if name in wholes.servers else f"/{name}"
            options: dict[str, Any] = {"otherwise": None} if is_optional else {}
            parts.append(call.fetch(name, path, **options).json())
        value = {"version": [call.route, number], "parts": parts}
        return FunctionResult(
            response=self.sealer.response(value, call.request.target, 200), tags=(f"tag-{call.route}",)
        )


def _versions(value: Any) -> Iterator[Version | None]:
    """Yield the versions in a value; None for a part that failed."""
    if value is None:
        yield None
        return
    name, number = value["version"]
    yield name, number
    for part in value.get("parts", ()):
        yield from _versions(part)
