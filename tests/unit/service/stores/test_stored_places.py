"""The places of stored responses, and the gateway's answer when a place fails or its content was changed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryStampStore
from brine.errors import StoreError, StoreThrottled, StoreUnavailable
from brine.service.transaction import ANSWER_RESERVE
from brine_codec import KeyringSource
from tests.support.gateway.world import World, response, status_of, with_origin

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.domain.purging.stamps import Stamp
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline

LARGE = random.Random(1).randbytes(20_000)  # noqa: S311 - no secret: bytes that do not compress


def kept(body: bytes = b"hello", /, **fields: str) -> Response:
    return response(200, body, cache_control="max-age=60", **fields)


@dataclass
class Watch:
    """The calls that reached the stores, and the error that each kind of call raises, if any."""

    calls: list[str] = field(default_factory=list)
    errors: dict[str, StoreError] = field(default_factory=dict)

    def note(self, call: str) -> None:
        self.calls.append(call)
        if call in self.errors:
            raise self.errors[call]

    def taken(self) -> list[str]:
        """The calls since the last time."""
        calls, self.calls = self.calls, []
        return calls


class WatchedItems(MemoryItemStore):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        self.watch.note("read item")
        return super().read(pk, sk, consistent=consistent)

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        self.watch.note("write item")
        super().write(pk, sk, item)


class WatchedStamps(MemoryStampStore):
    def __init__(self, items: WatchedItems) -> None:
        super().__init__(items)
        self.watch = items.watch

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        self.watch.note("write stamp")
        return super().write(name, at=at, soft=soft)


class WatchedBodies(MemoryBodyStore):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        self.watch.note("read body")
        return super().read(digest, size)

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        self.watch.note("write body")
        super().write(digest, body)


@dataclass
class Watched:
    watch: Watch
    items: WatchedItems
    bodies: WatchedBodies
    world: World


@pytest.fixture
def watched() -> Watched:
    watch = Watch()
    items, bodies = WatchedItems(watch), WatchedBodies(watch)
    world = World(items=items, bodies=bodies, stamps=WatchedStamps(items))
    world.outcomes.update({"/base/x": kept(), "/base/large": kept(LARGE)})
    return Watched(watch, items, bodies, world)


def test_calls_per_miss_and_hit(watched: Watched) -> None:
    world, watch = watched.world, watched.watch
    world.ask()
    assert watch.taken() == ["read item", "write item"]
    world.ask()
    assert watch.taken() == []
    world.restart()
    world.ask()
    assert watch.taken() == ["read item"]
    world.ask()
    assert watch.taken() == []


def test_calls_when_the_body_is_large(watched: Watched) -> None:
    world, watch = watched.world, watched.watch
    assert world.ask("/api/large").response.body == LARGE
    assert watch.taken() == ["read item", "write body", "write item"]
    world.restart()
    answer = world.ask("/api/large")
    assert (answer.response.body, answer.layer) == (LARGE, "table")
    assert watch.taken() == ["read item", "read body"]
    assert world.ask("/api/large").response.body == LARGE
    assert watch.taken() == []
    world.restart()
    assert world.ask("/api/large", "HEAD").response.fields.get("content-length") == str(len(LARGE))
    assert watch.taken() == ["read item"]
    assert set(watched.bodies.bodies) == {sha256(LARGE).digest()}


def test_a_body_too_large_for_process_memory_leaves_only_its_head_there(watched: Watched) -> None:
    world, watch = watched.world, watched.watch
    world.l1_bytes = 30_000
    world.restart()
    world.ask("/api/large")
    watch.taken()
    for _ in range(2):
        answer = world.ask("/api/large")
        assert (answer.response.body, answer.layer) == (LARGE, "memory")
        assert watch.taken() == ["read body"]


def test_what_a_client_makes_long_counts_in_process_memory(watched: Watched) -> None:
    world = watched.world
    world.l1_bytes = 20_000
    world.restart()
    long = "x" * 8_000
    for number in range(4):
        world.outcomes[f"/base/{number}{long}"] = kept()
        world.ask(f"/api/{number}{long}")
    assert world.ask(f"/api/3{long}").layer == "memory"
    assert world.ask(f"/api/0{long}").layer == "table"


def test_what_an_origin_would_have_kept_for_ever_is_kept(watched: Watched) -> None:
    for_ever = "max-age=2147483648, stale-while-revalidate=2147483648"
    watched.world.outcomes["/base/x"] = response(cache_control=for_ever)
    assert (watched.world.ask().stored, watched.world.ask().result) == (True, "hit")
    [item] = watched.items.items.values()
    assert item.evict_at == 2**32 - 1


@pytest.mark.parametrize(("method", "body"), [("OPTIONS", b""), ("GET", b"content")])
def test_what_is_not_for_the_cache_asks_no_store(watched: Watched, method: str, body: bytes) -> None:
    assert watched.world.ask("/api/x", method, body).result == "pass"
    assert watched.watch.taken() == []


@pytest.mark.parametrize(
    ("call", "path", "detail"),
    [("read item", "/api/x", "table"), ("write item", "/api/x", "table"), ("write body", "/api/large", "bodies")],
)
@pytest.mark.parametrize(
    ("error", "what"), [(StoreThrottled("x"), "throttled"), (StoreUnavailable("x"), "unavailable")]
)
def test_a_store_that_fails_spoils_nothing(
    watched: Watched, call: str, path: str, detail: str, error: StoreError, what: str
) -> None:
    watched.watch.errors[call] = error
    answer = watched.world.ask(path)
    assert answer.response.status == 200
    assert [str(fault) for fault in answer.faults] == [f"{detail}-{what}"]
    assert f"detail={detail}-{what}" in status_of(answer)
    assert answer.stored is (call == "read item")


@pytest.mark.parametrize(
    ("error", "what"), [(StoreThrottled("x"), "throttled"), (StoreUnavailable("x"), "unavailable")]
)
def test_an_invalidation_that_fails_is_told(watched: Watched, error: StoreError, what: str) -> None:
    watched.world.ask()
    watched.world.outcomes["/base/x"] = response(204, b"")
    watched.watch.errors["write stamp"] = error
    answer = watched.world.ask("/api/x", "DELETE")
    assert (answer.response.status, answer.result) == (204, "pass")
    assert status_of(answer) == f"brine; fwd=method; fwd-status=204; detail=invalidation-{what}"
    assert [str(fault) for fault in answer.faults] == [f"invalidation-{what}"]
    watched.world.outcomes["/base/x"] = kept(b"new")
    assert watched.world.ask().response.body == b"new", "this process knows of it anyway"


@pytest.mark.parametrize("how", ["missing", "altered", "longer", "unavailable"])
def test_a_body_that_is_lost_is_fetched_anew(watched: Watched, how: str) -> None:
    world = watched.world
    world.ask("/api/large")
    bodies, digest = watched.bodies.bodies, sha256(LARGE).digest()
    if how == "missing":
        bodies.clear()
    elif how == "altered":
        bodies[digest] = LARGE[:-1] + bytes([LARGE[-1] ^ 1])
    elif how == "longer":
        bodies[digest] = LARGE + b"!"
    else:
        watched.watch.errors["read body"] = StoreUnavailable("x")
    world.restart()
    answer = world.ask("/api/large")
    assert (answer.response.body, answer.result) == (LARGE, "miss")
    assert [fault.kind for fault in answer.faults] == ["bodies"]
    assert world.fetched == ["GET /base/large"] * 2


def test_a_validated_body_that_is_lost_is_fetched_anew(watched: Watched) -> None:
    world = watched.world
    world.outcomes["/base/large"] = kept(LARGE, etag='"1"')
    world.ask("/api/large")
    watched.bodies.bodies.clear()
    world.now += 61
    world.restart()
    answers = iter([response(304, b"", etag='"1"', cache_control="max-age=60"), kept(LARGE, etag='"1"')])
    world.outcomes.clear()

    def answered(*_: object) -> Response:
        world.pass_time(2)
        return next(answers)

    world.gateway = with_origin(world.gateway, type(world.origin)(answered))
    answer = world.ask("/api/large")
    assert (answer.response.status, answer.response.body, answer.origin_time) == (200, LARGE, 4)
    world.restart()
    assert world.ask("/api/large").response.body == LARGE


@pytest.mark.parametrize("position", [0, 5, 8, 40, -40, -1])
def test_one_altered_byte_of_an_envelope_is_a_miss_and_a_fault(watched: Watched, position: int) -> None:
    world = watched.world
    world.ask()
    ((place, item),) = watched.items.items.items()
    envelope = bytearray(item.envelope)
    envelope[position] ^= 1
    watched.items.items[place] = replace(item, envelope=bytes(envelope))
    world.restart()
    answer = world.ask()
    assert (answer.result, answer.stored, answer.response.body) == ("miss", True, b"hello")
    assert [fault.kind for fault in answer.faults] in (["envelope"], ["outdated"])
    world.restart()
    assert world.ask().layer == "table"


def test_an_envelope_moved_to_another_key_does_not_open(watched: Watched) -> None:
    world = watched.world
    world.ask("/api/x")
    world.outcomes["/base/y"] = kept(b"other")
    world.ask("/api/y")
    one, other = watched.items.items
    watched.items.items[other] = watched.items.items[one]
    world.restart()
    answer = world.ask("/api/y")
    assert (answer.response.body, [str(fault) for fault in answer.faults]) == (b"other", ["envelope-tampered"])


def test_an_item_past_its_time_is_no_fault(watched: Watched) -> None:
    world = watched.world
    world.ask()
    ((_, item),) = watched.items.items.items()
    world.restart()
    world.now = item.evict_at + 1
    assert (world.ask().faults, len(world.fetched)) == ((), 2)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (StoreUnavailable("GetSecretValue: hush (400)", "AccessDeniedException"), "AccessDeniedException"),
        (StoreUnavailable("GetSecretValue: no connection"), "StoreUnavailable"),
        ('{"1": "hush"}', "BadKeyring"),
    ],
)
def test_without_keys_the_gateway_forwards_and_says_so(watched: Watched, text: str | StoreError, cause: str) -> None:
    def load() -> str:
        if isinstance(text, StoreError):
            raise text
        return text

    world = watched.world
    world.keyring = KeyringSource(load)
    world.restart()
    answer = world.ask()
    assert (answer.response.body, answer.stored) == (b"hello", False)
    assert status_of(answer).endswith("; detail=keys-unavailable")
    assert [fault.for_log for fault in answer.faults] == [f"keys-unavailable: {cause}"]


def test_stores_get_no_more_time_than_the_answer_leaves(watched: Watched) -> None:
    given: list[float] = []

    class Bounded(WatchedStamps):
        def read_with_item(self, *place: Any, deadline: Deadline | None = None, **options: Any) -> Any:
            assert deadline is not None
            given.append(deadline.remaining())
            return super().read_with_item(*place, **options)

    items = watched.items
    world = World(items=items, stamps=Bounded(items), bodies=watched.bodies, outcomes=watched.world.outcomes)
    world.ask()
    world.ask()
    assert given == [pytest.approx(29 - ANSWER_RESERVE)]
