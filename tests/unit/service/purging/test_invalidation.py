"""The reach of an invalidation: other processes, fetches of every kind under way, and the next requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.purging.stamps import MARGIN, Stamp, key_stamp
from brine.domain.routing.route import Routes
from brine.ports.caching import ABANDONED
from tests.support.gateway.world import World, response, status_of, with_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline

FRESH = {"cache_control": "public, max-age=600"}


class Page:
    """A page of an origin, which a POST changes; `meanwhile` happens once, after the origin answered a GET."""

    def __init__(self, **fields: str) -> None:
        self.version = 1
        self.fields = {**FRESH, **fields}
        self.meanwhile: Callable[[], object] | None = None

    def answer(self, _address: OriginAddress, request: Request) -> Outcome:
        if request.method == "POST":
            self.version += 1
            return response(204, b"")
        made = response(200, b"%d" % self.version, **self.fields)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return made


def processes(page: Page, number: int = 2, **settings: float) -> list[World]:
    """Worlds on the same stores, with the same page as their origin."""
    items = MemoryItemStore()
    leases, stamps = MemoryLeaseStore(items), MemoryStampStore(items)
    worlds = [World(items=items, leases=leases, stamps=stamps, **settings) for _ in range(number)]  # type: ignore[arg-type]
    for world in worlds:
        world.origin = MemoryOrigin(page.answer)
        world.restart()
    return worlds


def test_a_get_right_after_a_post_is_stored_and_then_a_hit() -> None:
    page = Page()
    one, other = processes(page)
    one.ask()
    one.ask("/api/x", "POST")
    assert [(answer.response.body, answer.result) for answer in (one.ask(), one.ask(), other.ask())] == [
        (b"2", "miss"),
        (b"2", "hit"),
        (b"2", "hit"),
    ]


def test_other_processes_have_it_out_of_their_memory_within_delta() -> None:
    one, other = processes(Page())
    for world in (one, other):
        world.ask()
    one.ask("/api/x", "POST")
    other.now += 0.9
    assert (other.ask().response.body, other.ask().layer) == (b"1", "memory")
    other.now += 0.2
    answers = [other.ask() for _ in range(2)]
    assert [(answer.response.body, answer.result) for answer in answers] == [(b"2", "miss"), (b"2", "hit")]


def test_after_its_own_invalidation_a_process_uses_what_another_one_has_stored_in_place_of_a_marker() -> None:
    page = Page(cache_control="private")
    one, other = processes(page)
    one.ask()  # both the table and the memory of this process have a marker: requests for it are not collapsed
    one.ask("/api/x", "POST")
    page.fields = FRESH
    other.now += 1.1
    assert other.ask().stored
    one.now += 1.1
    assert [one.ask().result, one.ask().layer] == ["hit", "memory"]


@pytest.mark.parametrize("fields", [{"authorization": "Bearer x"}, {"cache_control": "no-cache"}, {}])
@pytest.mark.parametrize("by_other", [False, True])
def test_a_fetch_under_way_is_never_served_although_its_key_never_had_a_lease(
    fields: dict[str, str], by_other: bool
) -> None:
    page = Page()
    one, other = processes(page)
    page.meanwhile = lambda: (other if by_other else one).ask("/api/x", "POST")
    assert one.ask(**fields).response.body == b"1"
    for world in (one, other):
        world.now += 1.1
        assert world.ask().response.body == b"2"
        assert world.ask().result == "hit"


def test_an_unsafe_request_is_one_call() -> None:
    class Counted(MemoryStampStore):
        written: list[str]

        def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
            self.written.append(name)
            return super().write(name, at=at, soft=soft)

    class Untouched(MemoryItemStore):
        """An item store that fails on every read and write."""

        def __init__(self) -> None:
            """Create no items."""

    stamps = Counted(MemoryItemStore())
    stamps.written = []
    world = World({"/base/x": response(303, b"", location="/base/y?a")}, items=Untouched(), stamps=stamps)
    assert world.ask("/api/x", "POST").faults == ()
    assert stamps.written == [key_stamp(world.key_of(target)) for target in ("/base/x", "/base/y?a")]
    assert set(stamps.stamps.values()) == {Stamp(hard=world.now + MARGIN)}


def test_a_late_end_of_what_was_stored_spares_what_was_stored_since() -> None:
    """Its lease is over: meanwhile another process has asked the origin again and stored the new response."""
    one, other = processes(Page())
    one.ask()
    for world in (one, other):
        world.now += 601

    def gone(_address: OriginAddress, _request: Request) -> Outcome:
        for world in (one, other):
            world.now += 30
        assert other.ask().stored
        return response(404, b"gone", cache_control="no-store")

    one.origin = MemoryOrigin(gone)
    one.gateway = with_origin(one.gateway, one.origin)
    assert one.ask().response.status == 404
    for world in (other, one):
        world.now += 1.1
        assert world.ask().result == "hit"


def test_a_response_that_ended_is_over_in_every_process() -> None:
    page = Page(cache_control="public, max-age=10", etag='"1"')
    one, other = processes(page)
    for world in (one, other):
        world.ask()
        world.now += 5
    one.now += 6
    one.origin = MemoryOrigin(lambda *_: response(404, b"gone", cache_control="no-store"))
    one.gateway = with_origin(one.gateway, one.origin)
    assert one.ask().response.status == 404
    assert other.ask(cache_control="only-if-cached").response.status == 504


def storing_posts(page: Page, number: int = 2) -> list[World]:
    """Processes with an origin that answers a POST as it would a GET; these responses are stored as such."""
    worlds = processes(page, number)
    for world in worlds:
        routes = (replace(route, policy=replace(route.policy, store_post=True)) for route in world.gateway.routes)
        world.gateway = replace(world.gateway, routes=Routes(tuple(routes)))
    return worlds


class Form(Page):
    """A page that answers a POST as it will a later GET. `meanwhile` happens before that answer arrives."""

    def answer(self, address: OriginAddress, request: Request) -> Outcome:
        self.version += request.method == "POST"
        self.fields["content_location"] = request.target
        return super().answer(address, replace(request, method="GET"))


def test_the_response_to_a_post_is_stored_however_often_there_was_one() -> None:
    (world,) = storing_posts(Form(), 1)
    world.ask()
    for version in (b"2", b"3", b"4"):
        answer = world.ask("/api/x", "POST")
        assert (answer.response.body, answer.stored) == (version, True)
        answer = world.ask()
        assert (answer.response.body, answer.result) == (version, "hit")
        world.now += 0.1


@pytest.mark.parametrize("by_other", [False, True])
def test_it_is_not_served_when_another_post_came_between(by_other: bool) -> None:
    page = Form()
    one, other = storing_posts(page)
    page.meanwhile = lambda: (other if by_other else one).ask("/api/x", "POST")
    assert one.ask("/api/x", "POST").response.body == b"2"
    for world in (one, other):
        world.now += 1.1
        assert world.ask().response.body == b"3"


def test_a_post_by_another_process_a_moment_ago_only_costs_that_it_is_not_stored() -> None:
    one, other = storing_posts(Form())
    one.ask("/api/x", "POST")
    assert not other.ask("/api/x", "POST").stored
    assert (other.ask().response.body, other.ask().result) == (b"3", "hit")


class Surprise(Exception):
    """An exception that no code expects."""


@pytest.mark.parametrize("fields", [{}, {"authorization": "Bearer x"}], ids=["at first", "late"])
@pytest.mark.parametrize("where", ["origin", "sealing", "second look"])
def test_a_lease_is_given_back_when_something_unforeseen_happens(
    fields: dict[str, str], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World({"/base/x": response(**FRESH)})
    world.ask(**fields)
    world.now += 601

    def surprise(*_: object, **__: object) -> Outcome:
        raise Surprise

    if where == "origin":
        world.gateway = with_origin(world.gateway, MemoryOrigin(surprise))
    elif where == "sealing":
        monkeypatch.setattr(type(world.responses.store.codec), "seal", surprise)
    else:
        world.items.items.clear()  # so the gateway looks up the remembered item once more
        find = type(world.responses).find

        def second(*place: object, consistent: bool = False, **rest: object) -> object:
            return surprise() if consistent else find(*place, **rest)  # type: ignore[arg-type]

        monkeypatch.setattr(type(world.responses), "find", second)
    with pytest.raises(Surprise):
        world.ask(**fields)
    assert isinstance(world.leases, MemoryLeaseStore)
    (lease,) = world.leases.leases.values()
    assert lease.expires_at <= ABANDONED


def test_without_faults_nothing_is_said_of_it() -> None:
    (world,) = processes(Page(), 1)
    assert status_of(world.ask("/api/x", "POST")) == "brine; fwd=method; fwd-status=204"


def test_a_clock_behind_the_one_that_stored_invalidates_all_the_same() -> None:
    """The origin forbids to keep a response that an environment with a fast clock stored."""
    world = World({"/base/x": response(cache_control="max-age=600")})
    world.ask()
    world.now -= 5
    world.outcomes["/base/x"] = response(cache_control="no-store")
    assert status_of(world.ask(cache_control="no-cache")).startswith("brine; fwd=request")
    world.pass_time(60)
    world.restart()
    assert status_of(world.ask()).startswith("brine; fwd=uri-miss")
