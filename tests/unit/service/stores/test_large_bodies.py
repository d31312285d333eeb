"""Stored bodies that no answer can carry, on a route that redirects clients to the body store, and on other routes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.stores import MemoryBodyStore
from brine.domain.caching.redirect import LINK_LIFETIME
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.route import Routes
from brine.errors import StoreThrottled
from brine.ports.deadline import Deadline
from brine.service.stores.bodies import LARGEST_INLINE_BODY
from tests.support.gateway.world import World, response, status_of

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.domain.routing.route import LargeBodies
    from brine.service.http_cache.answer import Answer

ROOM = LARGEST_INLINE_BODY + 1
LARGE = random.Random(1).randbytes(ROOM + 1)  # noqa: S311 - no secret: bytes that do not compress
LASTING = "max-age=60"
TARGET = "/base/x"


@dataclass
class Bodies(MemoryBodyStore):
    """A body store that notes its calls, and can be made to fail."""

    calls: list[str] = field(default_factory=list)
    asked_for: list[int] = field(default_factory=list)
    error: StoreThrottled | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        self.calls.append("read")
        return super().read(digest, size)

    def link(
        self, digest: bytes, size: int, *, seconds: int, fields: Fields, deadline: Deadline | None = None
    ) -> str | None:
        self.calls.append("link")
        if self.error is not None:
            raise self.error
        self.asked_for.append(seconds)
        return super().link(digest, size, seconds=seconds, fields=fields)


@dataclass
class Scene:
    """A gateway with room for ROOM bytes in an answer, and with routes that redirect."""

    outcome: Response
    large_bodies: LargeBodies = "redirect"
    l1_bytes: int = 1_000_000
    bodies: Bodies = field(default_factory=Bodies)

    def __post_init__(self) -> None:
        self.world = World({TARGET: self.outcome}, bodies=self.bodies, l1_bytes=self.l1_bytes)
        self.restart()

    def restart(self) -> None:
        """A new process."""
        self.world.restart()
        routes = (replace(route, large_bodies=self.large_bodies) for route in self.world.gateway.routes)
        self.world.gateway = replace(self.world.gateway, routes=Routes(tuple(routes)))

    def ask(self, method: str = "GET", /, **fields: str) -> Answer:
        lines = Fields((name.replace("_", "-"), value) for name, value in fields.items())
        deadline = Deadline(self.world.now + 29, lambda: self.world.now)
        return self.world.gateway.serve(Request(method=method, path="/api/x", fields=lines), deadline, room=ROOM)

    def followed(self, answer: Answer) -> Response:
        """Return the body at the end of the answer's redirect."""
        assert (answer.response.status, answer.response.body) == (307, b"")
        assert answer.response.fields.get("cache-control") == "no-store"
        return self.bodies.links[answer.response.fields.get("location", "")]


def large(**fields: str) -> Response:
    return response(200, LARGE, cache_control=LASTING, content_type="text/csv", etag='"1"', **fields)


@pytest.fixture
def scene() -> Scene:
    return Scene(large(content_encoding="gzip"))


def test_a_miss_that_was_stored_leads_to_the_body(scene: Scene) -> None:
    answer = scene.ask()
    assert scene.followed(answer).body == LARGE
    assert (answer.result, answer.stored) == ("miss", True)
    assert status_of(answer) == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"


def test_a_hit_leads_to_it_without_reading_it(scene: Scene) -> None:
    scene.ask()
    for layer in ("memory", "table"):
        if layer == "table":
            scene.restart()
        scene.bodies.calls.clear()
        answer = scene.ask()
        got = scene.followed(answer)
        assert got.body == LARGE
        assert dict(got.fields) == {
            "content-type": "text/csv",
            "content-encoding": "gzip",
            "content-disposition": "attachment",
        }
        assert (answer.result, answer.layer, scene.bodies.calls) == ("hit", layer, ["link"])
        assert status_of(answer) == "brine; hit; ttl=60"
    assert set(scene.bodies.asked_for) == {LINK_LIFETIME}


def test_a_body_that_is_in_memory_whole_is_linked_to_all_the_same() -> None:
    scene = Scene(large(), l1_bytes=10_000_000)
    scene.ask()
    answer = scene.ask()
    assert (answer.result, answer.layer, scene.followed(answer).body) == ("hit", "memory", LARGE)


def test_a_large_body_is_in_the_store_however_well_it_compresses() -> None:
    zeros = bytes(ROOM + 1)
    scene = Scene(response(200, zeros, cache_control=LASTING))
    assert scene.followed(scene.ask()).body == zeros
    scene.restart()
    assert scene.followed(scene.ask()).body == zeros


def test_a_range_is_for_the_client_to_repeat_there(scene: Scene) -> None:
    scene.ask()
    scene.bodies.calls.clear()
    assert scene.followed(scene.ask(range="bytes=0-9")).body == LARGE
    assert scene.bodies.calls == ["link"]


def test_what_needs_no_body_is_answered(scene: Scene) -> None:
    scene.ask()
    scene.bodies.calls.clear()
    head, unchanged = scene.ask("HEAD"), scene.ask(if_none_match='"1"')
    assert (head.response.status, head.response.fields.get("content-length")) == (200, str(len(LARGE)))
    assert unchanged.response.status == 304
    assert scene.bodies.calls == []


def test_what_the_origin_confirms_leads_to_the_stored_body(scene: Scene) -> None:
    scene.ask()
    scene.world.now += 61
    scene.world.outcomes[TARGET] = response(304, b"", cache_control=LASTING, etag='"1"')
    answer = scene.ask()
    assert (answer.result, scene.followed(answer).body) == ("validated", LARGE)


def test_what_may_not_be_stored_is_no_redirect() -> None:
    """The gateway returns the body as it is; the adapter that writes the answer refuses it."""
    scene = Scene(response(200, LARGE, cache_control="private"))
    answer = scene.ask()
    assert (answer.response.status, answer.response.body) == (200, LARGE)
    assert scene.bodies.calls == []


def test_what_could_not_be_stored_is_none_either(scene: Scene) -> None:
    class Full(Bodies):
        def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
            raise StoreThrottled(f"PutObject of {len(body)} bytes for {digest.hex()}")

    scene.bodies = scene.world.bodies = Full()
    scene.restart()
    answer = scene.ask()
    assert (answer.response.status, answer.stored, scene.bodies.calls) == (200, False, [])


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_body_that_is_lost_is_fetched_anew(scene: Scene, damage: str) -> None:
    scene.ask()
    digest = sha256(LARGE).digest()
    del scene.bodies.bodies[digest]
    if damage == "altered":
        scene.bodies.bodies[digest] = b"?" * len(LARGE)
    answer = scene.ask()
    assert answer.result == "miss"
    assert [str(fault) for fault in answer.faults] == ["bodies-missing"]
    assert len(scene.world.fetched) == 2
    if damage == "missing":
        assert scene.followed(answer).body == LARGE


def test_a_store_that_fails_leaves_it_to_the_origin(scene: Scene) -> None:
    scene.ask()
    scene.bodies.error = StoreThrottled("HeadObject")
    answer = scene.ask()
    assert (answer.result, answer.response.body) == ("miss", LARGE)
    assert "detail=bodies-throttled" in status_of(answer)


def test_a_route_that_refuses_is_left_as_it_was(scene: Scene) -> None:
    refusing = Scene(large(), large_bodies="refuse")
    for _ in range(2):
        answer = refusing.ask()
        assert (answer.response.status, answer.response.body) == (200, LARGE)
    assert refusing.bodies.links == {}


def test_what_an_answer_can_carry_is_carried() -> None:
    small = Scene(response(200, LARGE[:ROOM], cache_control=LASTING))
    assert [small.ask().response.body for _ in range(2)] == [LARGE[:ROOM]] * 2
    assert small.bodies.links == {}


def test_a_post_whose_response_is_stored_is_not_sent_elsewhere() -> None:
    scene = Scene(large(content_location=TARGET))
    routes = (replace(route, policy=replace(route.policy, store_post=True)) for route in scene.world.gateway.routes)
    scene.world.gateway = replace(scene.world.gateway, routes=Routes(tuple(routes)))
    answer = scene.ask("POST")
    assert (answer.response.status, answer.response.body, answer.stored) == (200, LARGE, True)
    assert scene.ask().response.status == 307
