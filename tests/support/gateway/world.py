"""A whole gateway in memory, on the product's own in-memory table, bodies and origin, with a clock set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.l1 import L1
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.permits import MemoryPermitStore
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.caching.cache_key import cache_key
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.ports.deadline import Deadline
from brine.service.compression.compressor import BodyCompressor
from brine.service.compression.content_coder import ContentCoder
from brine.service.flights.in_flight import InFlight
from brine.service.flights.leasing import Polling
from brine.service.gateway import Gateway
from brine.service.http_cache.fetcher import Fetcher
from brine.service.http_cache.refresher import Refresher
from brine.service.http_cache.responder import Responder
from brine.service.http_cache.response_store import ResponseStore
from brine.service.http_cache.sealing import stored_response_registry
from brine.service.http_cache.variant_limit import VariantLimit
from brine.service.origins.budgets import Budgets
from brine.service.origins.circuits import Circuits
from brine.service.origins.origin_client import OriginClient
from brine.service.single_flight import SingleFlight
from brine.service.stores.bodies import Bodies
from brine.service.stores.cache_store import CacheStore
from brine.service.stores.known_stamps import KnownStamps
from brine.service.stores.leases import Leases
from brine.service.stores.stamps import Stamps
from brine_codec import Codec, Keyring

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.ports.caching import BodyStore, ItemStore, LeaseStore, PermitStore, StampStore
    from brine.ports.origins import BudgetStore, CircuitStore, Origin
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.lookup import Entry
    from brine.service.http_cache.refresh_requests import RefreshRequests
    from brine_codec import KeyringSource

START = 1_790_000_000.0
KEYS = '{"1": "a secret of the tests that is long enough"}'
ROUTES = """
[[route]]
name = "api"
prefix = "/api"
origin = "http://origin.test/base"
max_request_body = 10
[[route]]
name = "open"
prefix = "/open"
origin = "http://origin.test"
forward_headers = "all"
show_key = true
grace = "1h"
[[route]]
name = "timed"
prefix = "/timed"
origin = "http://origin.test"
freshness_lifetime = "60s"
[[route]]
name = "keyed"
prefix = "/keyed"
origin = "http://origin.test"
freshness_lifetime = "60s"
key_headers = ["X-Region"]
[[route]]
name = "cookies"
prefix = "/cookies"
origin = "http://origin.test"
forward_headers = ["cookie"]
[[route]]
name = "cookies-timed"
prefix = "/cookies-timed"
origin = "http://origin.test"
forward_headers = ["cookie"]
freshness_lifetime = "60s"
[[route]]
name = "cookies-keyed"
prefix = "/cookies-keyed"
origin = "http://origin.test"
forward_headers = ["cookie"]
key_headers = ["X-Region"]
[[route]]
name = "cookies-shared"
prefix = "/cookies-shared"
origin = "http://origin.test"
forward_headers = ["cookie"]
freshness_lifetime = "60s"
key_headers = []
[[route]]
name = "few"
prefix = "/few"
origin = "http://origin.test"
forward_headers = "all"
max_variants = 4
[[route]]
name = "guarded"
prefix = "/guarded"
origin = "http://origin.test"
freshness_lifetime = "60s"
new_keys_per_minute = 3
[[route]]
name = "ours"
prefix = "/ours"
origin = "http://origin.test"
tenant = "header:X-Tenant"
forward_headers = "all"
[[route]]
name = "claimed"
prefix = "/claimed"
origin = "http://origin.test"
tenant = "claim:org"
[[route]]
name = "sorted"
prefix = "/sorted"
origin = "http://origin.test/base"
query = { drop = ["utm_*"], sort = true }
[[route]]
name = "twice"
prefix = "/twice"
origin = "http://origin.test"
retries = 2
[[route]]
name = "never"
prefix = "/never"
origin = "http://origin.test"
retries = 0
[[route]]
name = "steady"
prefix = "/steady"
origin = "http://origin.test"
circuit_breaker = false
[[route]]
name = "fragile"
prefix = "/fragile"
origin = "http://origin.test"
grace = "1h"
retries = 0
circuit_breaker = { least_requests = 6, open_for = "10s" }
[[route]]
name = "elsewhere"
prefix = "/elsewhere"
origin = "http://elsewhere.test"
retries = 0
circuit_breaker = { least_requests = 6, open_for = "10s" }
[[route]]
name = "graphql"
prefix = "/graphql"
origin = "http://origin.test"
query_methods = ["POST"]
query_body = { normalise = "json", max_bytes = 200, in_refresh_requests = true }
[[route]]
name = "search"
prefix = "/search"
origin = "http://origin.test"
query_methods = ["POST"]
freshness_lifetime = "60s"
large_bodies = "redirect"
[[route]]
name = "plain"
prefix = "/plain"
origin = "http://origin.test"
compress = false
"""


def response(status: int = 200, body: bytes = b"hello", /, **fields: str) -> Response:
    """A response with `fields`; their names have "_" for "-"."""
    return Response(status=status, body=body, fields=Fields((k.replace("_", "-"), v) for k, v in fields.items()))


@dataclass
class World:
    """A gateway, its stores and origin, and the time."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    items: MemoryItemStore = field(default_factory=MemoryItemStore)
    leases: LeaseStore | None = None
    stamps: StampStore | None = None
    permits: PermitStore = field(default_factory=MemoryPermitStore)
    bodies: BodyStore = field(default_factory=MemoryBodyStore)
    circuits: CircuitStore = field(default_factory=MemoryCircuitStore)
    budgets: BudgetStore = field(default_factory=MemoryBudgetStore)
    delta: float = 1.0
    now: float = START
    inline_limit: int = 1_000
    l1_bytes: int = 1_000_000
    polling: Polling = field(default_factory=Polling)
    in_flight: InFlight = field(default_factory=InFlight)
    refreshes: RefreshRequests | None = None
    stamp_items: ItemStore | None = None  # the store that is read along with stamps, if it is another one
    draw: Callable[[], float] = lambda: 0.0  # a variant above the limit replaces another one
    keyring: Keyring | KeyringSource = field(default_factory=lambda: Keyring.from_json(KEYS))

    def __post_init__(self) -> None:
        if self.leases is None:
            self.leases = MemoryLeaseStore(self.items)
        if self.stamps is None:
            self.stamps = MemoryStampStore(self.items)
        self.origin = MemoryOrigin(self.outcomes)
        self.restart()

    def restart(self) -> None:
        """A new process: its memory is empty."""
        assert self.leases is not None
        assert self.stamps is not None
        memory: L1[Entry] = L1(self.l1_bytes, self.l1_bytes // 2)
        leases = Leases(self.leases)
        self.responses = ResponseStore(
            CacheStore(
                partition="r",
                codec=Codec(self.keyring, purpose="test", registry=stored_response_registry(), gate=False),
                stamps=Stamps(items=self.stamp_items or self.items, store=self.stamps, known=KnownStamps(self.delta)),
                leases=leases,
                bodies=Bodies(self.bodies),
                memory=memory,
                inline_limit=self.inline_limit,
            ),
            self.keyring,
            VariantLimit(self.permits, self.items, self.draw),
            compressor=BodyCompressor(L1(self.l1_bytes)),
        )
        self.fetcher = Fetcher(
            responses=self.responses,
            responder=Responder(self.responses),
            origins=OriginClient(
                origin=self.origin,
                clock=self.time,
                circuits=Circuits(self.circuits),
                budgets=cache(lambda: Budgets(self.budgets, self.time, chance=lambda: 0.0)),
                sleep=self.pass_time,
                random=lambda: 1.0,
            ),
            single_flight=SingleFlight(leases=leases, clock=self.time, polling=self.polling, in_flight=self.in_flight),
            clock=self.time,
        )
        self.gateway = Gateway(
            routes=parse_routes(ROUTES, {}),
            fetcher=self.fetcher,
            clock=self.time,
            refreshes=self.refreshes,
            coder=ContentCoder(self.responses.compressor),
        )

    def time(self) -> float:
        """The time, in seconds since 1970."""
        return self.now

    def ask(self, path: str = "/api/x", method: str = "GET", body: bytes = b"", /, **fields: str) -> Answer:
        """Return the gateway's answer. `path` may have a query; names of `fields` have "_" for "-"."""
        path, mark, query = path.partition("?")
        request = Request(
            method=method,
            path=path,
            query=query if mark else None,
            fields=Fields((name.replace("_", "-"), value) for name, value in fields.items()),
            body=body,
        )
        return self.gateway.serve(request, Deadline(self.now + 29, lambda: self.now))

    def pass_time(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.now += seconds

    def key_of(self, target: str) -> str:
        """The cache key of an upstream target of the route `api`."""
        (route,) = (route for route in self.gateway.routes if route.name == "api")
        return cache_key(tenant="", route=route, method="GET", target=target)

    @property
    def fetched(self) -> list[str]:
        """The requests that the origin got: method and target, in order."""
        return [f"{request.method} {request.target}" for _, request in self.origin.requests]


def with_fetcher(gateway: Gateway, **changes: Any) -> Gateway:
    """The gateway with another part of its fetcher."""
    return replace(gateway, fetcher=replace(gateway.fetcher, **changes))


def with_origin(gateway: Gateway, origin: Origin) -> Gateway:
    """The gateway with another origin."""
    client = gateway.fetcher.origins
    assert isinstance(client, OriginClient)
    return with_fetcher(gateway, origins=replace(client, origin=origin))


def refresher_of(gateway: Gateway) -> Refresher:
    """A refresher with the same routes and cache."""
    return Refresher(gateway.routes, gateway.fetcher, gateway.clock)


def status_of(answer: Answer) -> str:
    """The Cache-Status of an answer."""
    return answer.response.fields.get("cache-status", "")
