"""Stale-while-revalidate from end to end: a stale hit, its refresh request, and the fetch of the refresher."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.errors import OriginTimeout, OriginUnreachable, StoreThrottled, StoreUnavailable
from brine.ports.caching import Lease
from brine.ports.deadline import Deadline
from brine.service.flights.leasing import LEASE_SECONDS
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.http_cache.refresher import Refresh
from tests.support.gateway.world import World, refresher_of, response, status_of

if TYPE_CHECKING:
    from brine.domain.refreshing.request import RefreshRequest
    from brine.errors import StoreError
    from brine.ports.caching import Held, Item
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.refresher import Refresher

SWR = "max-age=10, stale-while-revalidate=60"
PLACE = "/api/x"


@dataclass
class Scene:
    """A world with a gateway that enqueues refresh requests, and a refresher in a process of its own."""

    world: World
    queue: MemoryRefreshQueue = field(default_factory=MemoryRefreshQueue)

    def __post_init__(self) -> None:
        assert self.world.leases is not None
        self.leases = self.world.leases
        self.restart()

    def restart(self) -> None:
        """New processes."""
        self.world.restart()
        self.world.gateway = replace(self.world.gateway, refreshes=RefreshRequests(self.queue))

    def ask(self, path: str = PLACE, /, **fields: str) -> Answer:
        return self.world.ask(path, **fields)

    def refresher(self) -> Refresher:
        other = World(
            outcomes=self.world.outcomes,
            items=self.world.items,
            leases=self.leases,
            bodies=self.world.bodies,
            now=self.world.now,
        )
        other.origin.requests = self.world.origin.requests
        return refresher_of(other.gateway)

    def refresh(self, request: RefreshRequest | None = None) -> Refresh:
        """Refresh the first request in the queue, or `request`."""
        deadline = Deadline(self.world.now + 29, lambda: self.world.now)
        return self.refresher().refresh(request or self.queue.requests.pop(0), deadline)


class Unreliable(MemoryItemStore):
    """A table of which reads may fail."""

    error: StoreError | None = None

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        if self.error is not None:
            raise self.error
        return super().read(pk, sk, consistent=consistent)


@pytest.fixture
def items() -> Unreliable:
    return Unreliable()


@pytest.fixture
def scene(items: Unreliable) -> Scene:
    """A scene with a stored response that is stale for two seconds."""
    scene = Scene(World({"/base/x": response(200, b"old", cache_control=SWR, etag='"1"')}, items=items))
    assert scene.ask().stored
    scene.world.now += 12
    scene.world.outcomes["/base/x"] = response(200, b"new", cache_control=SWR, etag='"2"')
    return scene


def test_a_stale_answer_goes_out_at_once_and_its_refresh_is_handed_over(scene: Scene) -> None:
    answer = scene.ask()
    assert (answer.response.body, answer.result) == (b"old", "stale")
    assert status_of(answer) == "brine; hit; ttl=-2"
    assert [(request.route, request.target) for request in scene.queue.requests] == [("api", "/base/x")]
    assert len(scene.world.fetched) == 1


def test_the_next_answer_is_fresh(scene: Scene) -> None:
    scene.ask()
    assert scene.refresh().outcome == "refreshed"
    answer = scene.ask()
    assert (answer.response.body, answer.result, answer.layer) == (b"new", "hit", "table")
    assert status_of(answer) == "brine; hit; ttl=10"
    assert len(scene.world.fetched) == 2


def test_the_refresh_validates_with_what_the_origin_gave(scene: Scene) -> None:
    scene.world.outcomes["/base/x"] = response(304, b"", cache_control=SWR, etag='"1"')
    scene.ask()
    assert scene.refresh().outcome == "refreshed"
    (_, sent) = scene.world.origin.requests[-1]
    assert sent.fields.get("if-none-match") == '"1"'
    answer = scene.ask()
    assert (answer.response.body, answer.result) == (b"old", "hit")


def test_however_many_stale_hits_there_is_one_fetch(scene: Scene) -> None:
    for _ in range(3):
        for _ in range(10):
            assert scene.ask().result == "stale"
        scene.restart()
    assert len(scene.queue.requests) == 3
    assert [scene.refresh().outcome for _ in range(3)] == ["refreshed", "fresh", "fresh"]
    assert len(scene.world.fetched) == 2


def test_while_somebody_refreshes_nobody_else_does(scene: Scene) -> None:
    scene.ask()
    (request,) = scene.queue.requests
    now = scene.world.now
    lease = scene.leases.acquire(f"r#{request.key}", owner="another", now=now, expires_at=now + 20)
    assert isinstance(lease, Lease)
    assert scene.refresh(request) == Refresh(outcome="held", route="api")
    assert len(scene.world.fetched) == 1
    scene.world.now += 20
    assert scene.refresh(request).outcome == "refreshed"


def test_the_lease_is_short(scene: Scene) -> None:
    held: list[float] = []

    class Watched(MemoryLeaseStore):
        def acquire(
            self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
        ) -> Lease | Held:
            held.append(expires_at - now)
            return super().acquire(pk, owner=owner, now=now, expires_at=expires_at)

    scene.leases = Watched(MemoryItemStore())
    scene.ask()
    (request,) = scene.queue.requests
    scene.refresh(request)
    assert held == [LEASE_SECONDS]


@pytest.mark.parametrize(
    "failure",
    [
        OriginTimeout("x"),
        OriginUnreachable("x"),
        response(503, b"later"),
        response(429, b"later"),
        response(500, b"later", cache_control="no-store"),
    ],
)
def test_a_refresh_that_fails_stops_no_other(scene: Scene, failure: object) -> None:
    new, scene.world.outcomes["/base/x"] = scene.world.outcomes["/base/x"], failure  # type: ignore[assignment]  # either
    scene.ask()
    (request,) = scene.queue.requests
    assert scene.refresh(request).outcome == "failed"
    assert scene.ask().response.body == b"old"
    scene.world.outcomes["/base/x"] = new
    assert scene.refresh(request).outcome == "refreshed"
    assert scene.ask().response.body == b"new"


@pytest.mark.parametrize("stale_if_error", ["", ", stale-if-error=600"])
def test_an_origin_that_is_down_counts_as_failed_whatever_may_stand_in_for_it(stale_if_error: str) -> None:
    scene = Scene(World({"/base/x": response(200, b"old", cache_control=SWR + stale_if_error)}))
    scene.ask()
    scene.world.now += 12
    scene.ask()
    scene.world.outcomes["/base/x"] = response(503)
    made = scene.refresh()
    assert (made.outcome, made.route, made.faults) == ("failed", "api", ())
    assert made.origin_time is not None


def test_a_refresh_that_may_not_be_stored_is_no_failure(scene: Scene) -> None:
    scene.world.outcomes["/base/x"] = response(200, b"mine", cache_control="private")
    scene.ask()
    assert scene.refresh().outcome == "refused"
    assert scene.ask().response.body == b"mine"  # not served to anybody else: fetched again


def test_what_was_purged_is_not_brought_back(scene: Scene, items: Unreliable) -> None:
    scene.ask()
    items.items.clear()
    assert scene.refresh() == Refresh(outcome="gone", route="api")
    assert len(scene.world.fetched) == 1


@pytest.mark.parametrize(
    "change", [{"route": "no-more"}, {"route": "open"}, {"target": "/base/other"}, {"key": "0" * 64}]
)
def test_a_request_whose_parts_do_not_belong_together_is_not_made(scene: Scene, change: dict[str, str]) -> None:
    scene.ask()
    (request,) = scene.queue.requests
    assert scene.refresh(replace(request, **change)).outcome == "gone"  # type: ignore[arg-type]  # none of them is `fields`
    assert len(scene.world.fetched) == 1


def test_each_variant_is_refreshed_for_itself() -> None:
    scene = Scene(World())

    def answer(body: bytes) -> None:
        scene.world.outcomes["/base/x"] = response(200, body, cache_control=SWR, vary="accept-language")

    for language in ("de", "fr"):
        answer(language.encode())
        scene.ask(accept_language=language)
    scene.world.now += 12
    for language in ("de", "fr"):
        assert scene.ask(accept_language=language).result == "stale"
    assert len(scene.queue.requests) == 2
    answer(b"neu")
    assert scene.refresh(scene.queue.requests[0]).outcome == "refreshed"
    assert scene.ask(accept_language="de").response.body == b"neu"
    assert scene.ask(accept_language="fr").response.body == b"fr"
    answer(b"nouveau")
    assert scene.refresh(scene.queue.requests[1]).outcome == "refreshed"
    assert scene.ask(accept_language="fr").response.body == b"nouveau"
    assert scene.ask(accept_language="de").response.body == b"neu"


@pytest.mark.parametrize("name", ["authorization", "cookie"])
def test_with_credentials_the_stale_response_is_validated_at_once(name: str) -> None:
    path, target = "/open/x", "/x"  # this route forwards everything
    scene = Scene(World({target: response(200, b"old", cache_control=f"public, {SWR}")}))
    scene.ask(path)
    scene.world.now += 12
    scene.world.outcomes[target] = response(200, b"new", cache_control=f"public, {SWR}")
    answer = scene.ask(path, **{name: "hush"})
    assert (answer.response.body, answer.result) == (b"new", "miss")
    assert "fwd=stale" in status_of(answer)
    assert scene.queue.requests == []


def test_without_a_queue_the_stale_response_is_validated_at_once(scene: Scene) -> None:
    scene.world.gateway = replace(scene.world.gateway, refreshes=None)
    answer = scene.ask()
    assert (answer.response.body, answer.result) == (b"new", "miss")
    assert "fwd=stale" in status_of(answer)


def test_a_queue_that_fails_does_not_spoil_the_stale_answer(scene: Scene) -> None:
    class Failing(MemoryRefreshQueue):
        def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
            raise StoreUnavailable(f"SendMessage for {request.route}: no connection")

    scene.world.gateway = replace(scene.world.gateway, refreshes=RefreshRequests(Failing()))
    answer = scene.ask()
    assert (answer.response.body, answer.result) == (b"old", "stale")
    assert status_of(answer) == "brine; hit; ttl=-2; detail=queue-unavailable"
    assert [str(fault) for fault in answer.faults] == ["queue-unavailable"]


@pytest.mark.parametrize(
    ("error", "fault"),
    [(StoreThrottled("x"), "table-throttled"), (StoreUnavailable("x"), "table-unavailable")],
)
def test_a_table_that_cannot_be_read_is_worth_another_try(
    scene: Scene, items: Unreliable, error: StoreError, fault: str
) -> None:
    scene.ask()
    (request,) = scene.queue.requests
    items.error = error
    made = scene.refresh(request)
    assert (made.outcome, [str(fault) for fault in made.faults]) == ("failed", [fault])
    items.error = None
    assert scene.refresh(request).outcome == "refreshed"


@pytest.mark.parametrize("call", ["acquire", "release"])
def test_leases_that_fail(scene: Scene, call: str) -> None:
    """Without a lease the refresher fetches no response; a lease that it cannot give back expires."""

    class Failing(MemoryLeaseStore):
        def acquire(
            self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
        ) -> Lease | Held:
            if call == "acquire":
                raise StoreThrottled("UpdateItem")
            return super().acquire(pk, owner=owner, now=now, expires_at=expires_at)

        def release(self, lease: Lease, **_: object) -> None:
            raise StoreUnavailable(f"UpdateItem for {lease.owner}")

    scene.leases = Failing(MemoryItemStore())
    scene.ask()
    made = scene.refresh()
    if call == "acquire":
        assert (made.outcome, [str(fault) for fault in made.faults]) == ("failed", ["table-throttled"])
        assert len(scene.world.fetched) == 1
    else:
        assert made.outcome == "refreshed"


def test_what_is_stored_is_read_consistently(scene: Scene, items: Unreliable) -> None:
    reads: list[bool] = []

    class Watched(MemoryItemStore):
        def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
            reads.append(consistent)
            return super().read(pk, sk, consistent=consistent)

    scene.ask()
    watched = Watched()
    watched.items = items.items
    scene.world.items = watched
    assert scene.refresh().outcome == "refreshed"
    assert reads == [True]
