"""A route with a budget: what clients and refreshes get when it is spent, and what the origin says of its own limit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.caching.cache_key import cache_key
from brine.domain.refreshing.request import RefreshRequest
from brine.errors import OriginUnreachable, StoreThrottled, StoreUnavailable
from brine.ports.deadline import Deadline
from brine.service.origins.budgets import STORE_PAUSE, Budgets
from brine.service.origins.origin_client import OriginClient
from tests.support.gateway.world import World, refresher_of, response, status_of, with_fetcher

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.resilience.budget_ledger import Ledger, Take
    from brine.errors import StoreError
    from brine.ports.deadline import Deadline as DeadlineType
    from brine.ports.origins import LedgerTime
    from brine.service.http_cache.answer import Answer

ROUTES = """
[[route]]
name = "api"
prefix = "/api"
origin = "http://origin.test"
grace = "1h"
retries = 2
origin_budget = "4/min"
[[route]]
name = "also"
prefix = "/also"
origin = "http://origin.test/v2"
origin_budget = "4/min"
[[route]]
name = "search"
prefix = "/search"
origin = "http://origin.test"
origin_budget = { rate = "2/min", name = "search" }
[[route]]
name = "free"
prefix = "/free"
origin = "http://origin.test"
[[route]]
name = "tenants"
prefix = "/tenants"
origin = "http://tenants.test"
tenant = "header:X-Tenant"
origin_budget = { rate = "2/min", per = "tenant" }
[[route]]
name = "large"
prefix = "/large"
origin = "http://large.test"
origin_budget = { rate = "600/min", refresh_share = 0.1 }
"""
OK = response(cache_control="max-age=60")
BRIEF = response(cache_control="max-age=1")


class CountingBudgets(MemoryBudgetStore):
    """A store that notes each call, and fails while it has an error."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.error: StoreError | None = None

    def note(self, call: str) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    def take(self, key: str, take: Take, *, deadline: DeadlineType | None = None) -> tuple[bool, Ledger]:
        self.note("take")
        return super().take(key, take)

    def raise_time(
        self, key: str, name: LedgerTime, time: float, *, evict_at: int, deadline: DeadlineType | None = None
    ) -> None:
        self.note(name)
        super().raise_time(key, name, time, evict_at=evict_at)

    def cap(self, key: str, *, total: int, until: float, evict_at: int, deadline: DeadlineType | None = None) -> None:
        self.note("cap")
        super().cap(key, total=total, until=until, evict_at=evict_at)


@dataclass
class Budgeted:
    """Processes with the routes above. The origin answers as `outcome` says."""

    size: int = 1
    outcome: Outcome = OK
    store: CountingBudgets = field(default_factory=CountingBudgets)

    def __post_init__(self) -> None:
        routes = parse_routes(ROUTES, {})
        circuits = MemoryCircuitStore()
        self.processes = [World(budgets=self.store, circuits=circuits) for _ in range(self.size)]
        for world in self.processes:
            world.origin = MemoryOrigin(lambda _address, _request: self.outcome)
            world.restart()
            world.gateway = replace(world.gateway, routes=routes)

    def ask(self, path: str, process: int = 0, method: str = "GET", **fields: str) -> Answer:
        return self.processes[process].ask(path, method, **fields)

    def spend(self, requests: int, prefix: str = "/api") -> None:
        """Use up so many requests of a budget."""
        for number in range(requests):
            assert self.ask(f"{prefix}/spend-{number}").problem is None

    def pass_time(self, seconds: float) -> None:
        for world in self.processes:
            world.now += seconds

    @property
    def asked(self) -> int:
        """The number of the origin's requests since the last time."""
        asked = sum(len(world.origin.requests) for world in self.processes)
        for world in self.processes:
            world.origin.requests.clear()
        return asked


def test_when_the_budget_is_spent_the_origin_is_not_asked() -> None:
    them = Budgeted()
    them.spend(4)
    answer = them.ask("/api/x")
    assert (answer.response.status, answer.problem, them.asked) == (503, "origin-budget-spent", 4)
    assert answer.response.fields.get("retry-after") == "61"  # the first slot is over, and a period after it
    assert status_of(answer) == "brine; detail=origin-budget-spent"
    assert [str(fault) for fault in answer.faults] == ["origin-budget-spent"]
    assert answer.origin_time is None
    assert them.ask("/api/spend-1").result == "hit"
    them.pass_time(63)
    assert them.ask("/api/x").result == "miss"


def test_a_stale_response_is_served_instead_if_it_may_be() -> None:
    them = Budgeted(outcome=BRIEF)
    them.spend(4)
    them.pass_time(10)
    answer = them.ask("/api/spend-0")
    assert (answer.response.status, answer.result) == (200, "stale")
    assert status_of(answer) == "brine; hit; ttl=-9; detail=origin-budget-spent"


def test_hits_and_requests_to_other_routes_use_nothing() -> None:
    them = Budgeted()
    for number in range(20):
        them.ask("/api/x")
        assert them.ask(f"/free/{number}").problem is None
    assert (them.asked, them.store.calls) == (21, ["take"])


def test_processes_share_a_budget_and_so_do_routes_with_the_same_one() -> None:
    them = Budgeted(2)
    them.spend(2)
    assert [them.ask(f"/also/{number}", 1).problem for number in range(3)] == [None, None, "origin-budget-spent"]
    assert them.ask("/api/x").problem == "origin-budget-spent"
    assert [them.ask(f"/search/{number}").problem for number in range(3)] == [None, None, "origin-budget-spent"]


def test_each_tenant_has_its_own_budget_if_the_route_says_so() -> None:
    them = Budgeted()
    told = [them.ask(f"/tenants/{number}", x_tenant=tenant).problem for tenant in "ab" for number in range(3)]
    assert told == [None, None, "origin-budget-spent"] * 2


def test_a_process_does_not_ask_the_table_again_before_something_can_be_free() -> None:
    them = Budgeted()
    them.spend(4)
    them.store.calls.clear()
    for number in range(50):
        assert them.ask(f"/api/{number}").problem == "origin-budget-spent"
        them.pass_time(1)
    assert them.store.calls == []


def test_retries_use_the_budget_and_end_with_it() -> None:
    them = Budgeted(outcome=response(503))
    answer = them.ask("/api/x")
    assert (answer.response.status, answer.retries, them.asked) == (503, 2, 3)
    answer = them.ask("/api/y")
    assert (answer.response.status, answer.problem, answer.retries, them.asked) == (503, None, 0, 1)


def test_a_probe_of_the_circuit_uses_the_budget_and_is_left_to_another_if_it_has_none() -> None:
    them = Budgeted(outcome=OriginUnreachable("refused"))
    for number in range(5):
        them.ask(f"/large/{number}", method="POST")
    assert them.ask("/large/x").problem == "origin-circuit-open"
    them.asked  # noqa: B018 - forget them
    them.pass_time(31)
    (key,) = them.store.ledgers
    them.store.raise_time(key, "paused_until", them.processes[0].now + 5, evict_at=0)
    assert them.ask("/large/x").problem == "origin-budget-spent"
    them.pass_time(6)
    them.outcome = OK
    assert them.ask("/large/x").result == "miss"
    assert them.asked == 1
    assert them.store.ledgers[key].requests.total >= 6


def test_while_the_budget_has_none_for_a_probe_requests_do_not_write_the_circuit() -> None:
    them = Budgeted(outcome=OriginUnreachable("refused"))
    (world,) = them.processes
    for number in range(5):
        them.ask(f"/large/{number}", method="POST")
    them.pass_time(31)
    (key,) = them.store.ledgers
    them.store.raise_time(key, "paused_until", world.now + 5, evict_at=0)
    claims: list[str] = []
    claim = world.circuits.claim

    def counted(*arguments: Any, **options: Any) -> Any:
        claims.append("claim")
        return claim(*arguments, **options)

    world.circuits.claim = counted  # type: ignore[method-assign]
    answers = [them.ask(f"/large/x-{number}") for number in range(20)]
    assert {(answer.response.status, answer.response.fields.get("retry-after")) for answer in answers} == {
        (503, "5"),
        (503, "2"),
    }
    assert len(claims) == 1


def test_a_429_pauses_the_origin_for_all_processes() -> None:
    them = Budgeted(3)
    them.outcome = response(429, retry_after="20")
    answer = them.ask("/large/x")
    assert (answer.response.status, answer.problem, answer.response.fields.get("retry-after")) == (
        503,
        "origin-budget-spent",
        "20",
    )
    assert status_of(answer) == "brine; fwd=uri-miss; detail=origin-budget-paused"
    them.outcome = OK
    them.asked  # noqa: B018 - forget it
    for process in range(3):
        assert status_of(them.ask("/large/y", process)) == "brine; detail=origin-budget-paused"
    assert (them.asked, them.store.calls) == (0, ["take", "paused_until", "take", "take"])
    them.pass_time(20)
    assert [them.ask("/large/z", process).result for process in range(3)] == ["miss"] * 3


def test_a_429_is_answered_with_a_stale_response_if_that_may_be() -> None:
    them = Budgeted(outcome=BRIEF)
    them.ask("/api/x")
    them.pass_time(5)
    them.outcome = response(429)
    answer = them.ask("/api/x")
    assert (answer.response.status, answer.result) == (200, "stale")
    assert status_of(answer) == "brine; fwd=stale; ttl=-4; detail=origin-budget-paused"


def test_without_a_budget_a_429_is_passed_on() -> None:
    them = Budgeted(outcome=response(429, retry_after="20"))
    assert [them.ask("/free/x").response.status for _ in range(2)] == [429, 429]
    assert (them.asked, them.store.calls) == (2, [])


def test_a_429_is_no_failure_of_the_origin() -> None:
    them = Budgeted(outcome=response(429, retry_after="1"))
    for number in range(10):
        assert them.ask(f"/large/{number}").problem == "origin-budget-spent"
        them.pass_time(2)
    assert them.asked == 10


def test_what_the_origin_says_remains_is_the_most_for_all_processes() -> None:
    them = Budgeted(2)
    them.outcome = response(cache_control="max-age=60", ratelimit='"default";r=3;t=30')
    assert them.ask("/large/x").result == "miss"
    them.outcome = OK
    told = [them.ask(f"/large/{number}", number % 2).problem for number in range(8)]
    assert (told.count(None), told.count("origin-budget-spent")) == (3, 5)
    them.pass_time(30)
    assert them.ask("/large/later").result == "miss"


def test_a_limit_of_the_origin_that_is_no_lower_is_not_written() -> None:
    them = Budgeted(outcome=response(cache_control="max-age=60", ratelimit='"default";r=590;t=30'))
    for number in range(5):
        them.ask(f"/large/{number}")
    assert set(them.store.calls) == {"take"}


def test_a_service_limit_that_says_nothing_remains_pauses_the_origin() -> None:
    them = Budgeted(outcome=response(cache_control="max-age=60", ratelimit='"default";r=0;t=9'))
    assert them.ask("/large/x").result == "miss"
    assert status_of(them.ask("/large/y")) == "brine; detail=origin-budget-paused"
    them.pass_time(9)
    assert them.ask("/large/y").result == "miss"


@pytest.mark.parametrize("error", [StoreThrottled("slow down"), StoreUnavailable("gone")])
def test_while_the_table_fails_a_process_uses_a_tenth_by_its_own_count(error: StoreError) -> None:
    them = Budgeted()
    them.store.error = error
    told = [them.ask(f"/large/{number}").problem for number in range(70)]
    assert told == [None] * 60 + ["origin-budget-spent"] * 10
    assert them.store.calls == ["take"]
    answer = them.ask("/large/x")
    assert status_of(answer) == "brine; detail=origin-budget-spent"
    them.pass_time(STORE_PAUSE + 0.1)
    them.ask("/large/x")
    assert them.store.calls == ["take"] * 2
    them.store.error = None
    them.pass_time(STORE_PAUSE + 0.1)
    assert them.ask("/large/x").result == "miss"


def test_a_failing_table_is_told_in_cache_status() -> None:
    them = Budgeted()
    them.store.error = StoreThrottled("slow down")
    answer = them.ask("/large/x")
    assert answer.result == "miss"
    assert "detail=budgets-throttled" in status_of(answer)


def test_a_pause_holds_for_a_process_whose_table_fails() -> None:
    them = Budgeted(outcome=response(429, retry_after="20"))
    them.store.error = StoreUnavailable("gone")
    them.ask("/large/x")
    them.outcome = OK
    assert status_of(them.ask("/large/y")) == "brine; detail=origin-budget-paused"


def test_a_process_that_was_idle_for_long_counts_with_the_others_if_the_ledger_began_anew() -> None:
    them = Budgeted(2)
    them.spend(4)
    them.pass_time(60)
    them.ask("/api/old")
    them.pass_time(3600)
    them.store.ledgers.clear()  # the table deleted it
    assert [them.ask(f"/api/{number}", 1).problem for number in range(4)] == [None] * 4
    assert them.ask("/api/x").problem == "origin-budget-spent"


def refresh(world: World, path: str) -> str:
    """The outcome of the refresh of a stored response of the route `large`."""
    (route,) = (route for route in world.gateway.routes if route.name == "large")
    key = cache_key(tenant="", route=route, method="GET", target=path)
    request = RefreshRequest(route="large", target=path, key=key)
    return refresher_of(world.gateway).refresh(request, Deadline(world.now + 29, lambda: world.now)).outcome


def test_refreshes_have_a_share_and_fail_when_it_is_spent() -> None:
    them = Budgeted(outcome=response(cache_control="max-age=1", etag='"1"'))
    world = them.processes[0]
    for number in range(70):
        them.ask(f"/large/{number}")
    them.pass_time(5)
    outcomes = [refresh(world, f"/{number}") for number in range(70)]
    assert outcomes == ["refreshed"] * 60 + ["failed"] * 10
    assert them.ask("/large/client").problem is None


def test_a_process_remembers_only_so_many_budgets() -> None:
    them = Budgeted()
    client = them.processes[0].fetcher.origins
    assert isinstance(client, OriginClient)
    budgets = Budgets(them.store, lambda: them.processes[0].now, remembered=2)
    them.processes[0].gateway = with_fetcher(
        them.processes[0].gateway, origins=replace(client, budgets=lambda: budgets)
    )
    for number, tenant in enumerate("abcb"):
        assert them.ask(f"/tenants/{number}", x_tenant=tenant).problem is None
    assert [name.rpartition("\n")[2] for name, _ in budgets.known] == ["c", "b"]
