"""Requests to three processes, invalidations and purges, in random orders down to single calls to the stores.

At any call of a request to a store or an origin, other requests may be served in full. In every order: no client gets a
response that was invalidated or purged before its request began; no client gets another client's private response, nor
a variant for other fields; a fetch with an older lease replaces no newer stored response in its slot, and none in
another slot; every lease is given back or ends by its time; no request fails. The same search finds bugs that a test
puts in. There are more variants than may be stored, and sometimes the origin changes Vary.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.permits import MemoryPermitStore
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.purging.stamps import Stamp
from brine.ports.caching import Lease, split_lease_key
from brine.service.flights.in_flight import Flight, InFlight
from brine.service.flights.leasing import Polling
from brine.service.purge import Purger
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline

ROUNDS = 60
ACTIONS = 30
DEPTH = 2


class Interrupted:
    """A port that lets other events happen between its calls."""

    def __init__(self, inner: Any, happens: Callable[[], None]) -> None:
        self._inner = inner
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)
        if name == "within":
            return lambda _deadline: self

        def interrupted(*args: Any, **options: Any) -> Any:
            self._happens()
            result = call(*args, **options)
            self._happens()
            return result

        return interrupted


class Impatient(InFlight):
    """Flights for which no caller waits: the caller that would end them is lower on the same stack."""

    def join(self, key: str, after: Flight | None = None) -> tuple[Flight, bool]:
        flight, leads = super().join(key, after)
        if not leads:
            flight = Flight()
            flight.ending = "settled"
            flight.end()
        return flight, leads


class Careless(MemoryLeaseStore):
    """Leases with an open fence: they accept any commit."""

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        self._items.write(split_lease_key(lease.pk)[0], sk, item)
        super().commit(lease, sk, item)
        return True


class Guarded(MemoryLeaseStore):
    """Leases that are used for their own slots only."""

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        assert (split_lease_key(lease.pk)[1] or "main") == sk, f"a commit to {sk} under the lease {lease.pk}"
        return super().commit(lease, sk, item)


class Forgetful(MemoryStampStore):
    """Stamps that are not kept."""

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        return Stamp()


class Growing(MemoryItemStore):
    """Items that replace only an item of an older lease. An empty one ends a variant for the sake of another."""

    def __init__(self) -> None:
        super().__init__()
        self.newest: dict[tuple[str, str], int] = {}

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        if item.envelope:
            last = self.newest.get((pk, sk), 0)
            assert item.generation >= last, f"{item.generation} has replaced {last}"
            self.newest[pk, sk] = item.generation
        super().write(pk, sk, item)


class Play:
    """One round: its responses and events, and the responses that it must not serve any more."""

    def __init__(
        self,
        seed: int,
        leases: Callable[[MemoryItemStore], MemoryLeaseStore],
        stamps_of: Callable[[MemoryItemStore], MemoryStampStore],
    ) -> None:
        self.random = Random(seed)  # noqa: S311 - no secret
        self.depth = 0
        self.made = 0  # responses that the origin has made
        self.changed = 0  # those up to this one were made before the last change
        self.over = 0  # those up to this one were invalidated or purged
        self.changes: list[int] = []  # of POST requests under way: how many were made before
        items = Growing()
        self.leases = leases(items)
        stamps = stamps_of(items)
        permits = MemoryPermitStore()
        self.processes = [
            World(
                items=Interrupted(items, self.interrupt),  # type: ignore[arg-type]
                leases=Interrupted(self.leases, self.interrupt),
                stamps=Interrupted(stamps, self.interrupt),
                permits=Interrupted(permits, self.interrupt),
                draw=self.random.random,
                delta=0.0,
                polling=Polling(sleep=self.pass_time),
                in_flight=Impatient(),
            )
            for _ in range(3)
        ]
        for world in self.processes:
            world.origin = MemoryOrigin(self.answer)
            world.restart()
        self.purger = Purger(
            routes=self.processes[0].gateway.routes,
            stamps=stamps,
            clock=lambda: self.processes[0].now,
        )

    def pass_time(self, seconds: float) -> None:
        for world in self.processes:
            world.now += seconds

    def interrupt(self) -> None:
        self.pass_time(0.001)
        if self.depth < DEPTH and self.random.random() < 0.12:
            self.act()

    def act(self) -> None:
        self.depth += 1
        try:
            if self.random.random() < 0.1:
                self.pass_time(self.random.choice([1, 11, 40]))
            kind = self.random.choices(["get", "post", "purge"], [8, 2, 1])[0]
            getattr(self, kind)()
        finally:
            self.depth -= 1

    def get(self) -> None:
        over = self.over
        fields = {"accept": self.random.choice("aaaabbbcdefg"), "x_client": str(self.random.random())}
        match self.random.randrange(6):
            case 0:
                fields["authorization"] = fields["x_client"]
            case 1:
                fields["cache_control"] = "no-cache"
        answer = self.random.choice(self.processes).ask("/few/x", "GET", **fields)
        if answer.problem == "origin-timeout":  # so much came between
            return
        assert answer.response.status == 200
        number, accept, client = answer.response.body.decode().split()
        assert int(number) > over, f"{number} was over, as all up to {over}"
        assert accept == fields["accept"]
        assert client in {"all", fields["x_client"]}

    def post(self) -> None:
        self.changes.append(0)
        answer = self.random.choice(self.processes).ask("/few/x", "POST")
        assert answer.response.status == 204 or answer.problem == "origin-timeout"
        self.over = max(self.over, self.changes.pop())

    def purge(self) -> None:
        made = self.made
        self.purger.url("/few/x")
        self.over = max(self.over, made)

    def answer(self, _address: OriginAddress, request: Request) -> Outcome:
        self.interrupt()
        fields = request.fields
        if request.method == "POST":
            self.changes[-1] = self.changed = self.made
            return response(204, b"")
        known = fields.get("if-none-match")
        if known is not None and int(known.strip('"')) > self.changed:
            return response(304, b"", cache_control="public, max-age=10", vary=self.vary(), etag=known)
        self.made += 1
        is_private = self.random.random() < 0.15
        client = fields.get("x-client") if is_private else "all"
        body = f"{self.made} {fields.get('accept')} {client}".encode()
        lifetime = self.random.choice([10, 30])
        cache_control = "private" if is_private else f"public, max-age={lifetime}"
        made = response(200, body, cache_control=cache_control, vary=self.vary(), etag=f'"{self.made}"')
        self.interrupt()
        return made

    def vary(self) -> str:
        return "accept" if self.random.random() < 0.9 else "accept, x-kind"

    def run(self) -> None:
        for _ in range(ACTIONS):
            self.act()
        self.pass_time(60)
        for pk in self.leases.leases:
            now = self.processes[0].now
            assert isinstance(self.leases.acquire(pk, owner="after", now=now, expires_at=now + 1), Lease)


def play_all(
    leases: Callable[[MemoryItemStore], MemoryLeaseStore] = Guarded,
    stamps: Callable[[MemoryItemStore], MemoryStampStore] = MemoryStampStore,
) -> None:
    for seed in range(ROUNDS):
        Play(seed, leases, stamps).run()


@pytest.mark.slow
def test_in_whatever_order_nobody_gets_what_they_must_not() -> None:
    play_all()


def test_an_open_fence_is_found() -> None:
    with pytest.raises(AssertionError, match="has replaced"):
        play_all(leases=Careless)


def test_an_invalidation_that_leaves_no_stamp_is_found() -> None:
    with pytest.raises(AssertionError, match="was over"):
        play_all(stamps=Forgetful)
