"""Purges: the reach of each before, during and after fetches, and the time until the gateways see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryItemStore, MemoryStampStore
from brine.domain.purging.stamps import MARGIN, MAX_CONTENT_AGE
from brine.errors import NotPurgeable, StoreThrottled
from brine.service.purge import Purger
from tests.support.gateway.world import World, response, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.purging.stamps import Stamp
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline

TAGGED = {"cache_control": "max-age=1000", "surrogate_key": "a b", "cache_tag": "c, d", "cache_groups": '"e", "f g"'}


def purger_of(world: World) -> Purger:
    assert world.stamps is not None
    return Purger(
        routes=world.gateway.routes,
        stamps=world.stamps,
        clock=lambda: world.now,
    )


def tagged_world(**fields: str) -> World:
    world = World({"/base/x": response(200, b"old", **(TAGGED | fields)), "/open/y": response(200, b"y", **TAGGED)})
    world.ask()
    world.outcomes["/base/x"] = response(200, b"new", **(TAGGED | fields))
    return world


def other_environment(world: World) -> World:
    """Another process on the same stores."""
    other = World(world.outcomes, items=world.items, leases=world.leases, stamps=world.stamps, bodies=world.bodies)
    other.now = world.now
    return other


def by_tag(tag: str) -> Callable[[Purger, bool], Any]:
    return lambda purger, soft: purger.tag(tag, soft=soft)


PURGES: dict[str, Callable[[Purger, bool], Any]] = {
    "everything": lambda purger, soft: purger.everything(soft=soft),
    "route": lambda purger, soft: purger.route("api", soft=soft),
    "url": lambda purger, soft: purger.url("/api/x", soft=soft),
    **{f"tag {tag}": by_tag(tag) for tag in ("a", "b", "c", "d", "e", "f g")},
}


@pytest.mark.parametrize("purge", PURGES.values(), ids=PURGES.keys())
@pytest.mark.parametrize("other", [False, True], ids=["same environment", "another"])
def test_a_hard_purge_ends_what_was_stored(purge: Callable[[Purger, bool], Any], other: bool) -> None:
    world = tagged_world()
    reader = other_environment(world) if other else world
    assert reader.ask().result == "hit"
    world.now += 10
    purge(purger_of(world), False)
    world.now += 1.01
    reader.now = world.now
    answer = reader.ask()
    assert (answer.result, answer.stored, answer.response.body) == ("miss", True, b"new")
    assert "fwd=uri-miss" in status_of(answer)
    assert reader.ask().result == "hit", "what was fetched after the purge is good, even within the margin of clocks"
    reader.restart()
    assert reader.ask().result == "hit"
    assert other_environment(reader).ask().result == "hit"


@pytest.mark.parametrize("purge", PURGES.values(), ids=PURGES.keys())
def test_a_soft_purge_makes_it_stale(purge: Callable[[Purger, bool], Any]) -> None:
    world = tagged_world(etag='"1"')
    world.now += 10
    purge(purger_of(world), True)
    world.now += 1.01
    world.outcomes["/base/x"] = response(304, b"", etag='"1"')
    answer = world.ask()
    assert (answer.result, answer.response.body) == ("validated", b"old")
    assert "fwd=stale; fwd-status=304; stored; ttl=1000" in status_of(answer)
    assert world.ask().result == "hit"
    assert other_environment(world).ask().result == "hit"


def test_what_was_purged_softly_may_stand_in_for_an_error() -> None:
    world = tagged_world(cache_control="max-age=1000, stale-if-error=30")
    world.outcomes["/base/x"] = response(503)
    purger_of(world).tag("a", soft=True)
    world.now += 20
    answer = world.ask()
    assert (answer.result, answer.response.body) == ("stale", b"old")
    world.now += 30
    assert world.ask().response.status == 503


def test_a_hard_purged_response_is_not_served_on_an_error() -> None:
    world = tagged_world(cache_control="max-age=1000, stale-if-error=300", etag='"1"')
    world.outcomes["/base/x"] = response(503)
    purger_of(world).tag("a")
    world.now += 2
    assert world.ask().response.status == 503
    assert "if-none-match" not in world.origin.requests[-1][1].fields


def test_a_tag_reaches_every_route_and_only_what_has_it() -> None:
    fields = {"cache_control": "max-age=1000"}
    world = World(
        {
            "/base/x": response(200, b"x", surrogate_key="a", **fields),
            "/base/z": response(200, b"z", surrogate_key="A", **fields),
            "/y": response(200, b"y", cache_tag="a", **fields),
        }
    )
    paths = ("/api/x", "/api/z", "/open/y")
    for path in paths:
        assert world.ask(path).stored
    purger_of(world).tag("a")
    world.now += 2
    assert [world.ask(path).result for path in paths] == ["miss", "hit", "miss"]


@pytest.mark.parametrize("field", ["surrogate_key", "cache_tag"])
@pytest.mark.parametrize("tag", ["voil\u00e0", "\u83dc\u55ae"])
def test_a_tag_is_found_by_what_it_says_in_utf_8(field: str, tag: str) -> None:
    on_the_wire = tag.encode().decode("latin-1")
    world = World({"/base/x": response(cache_control="max-age=60", **{field: on_the_wire})})
    world.ask()
    assert purger_of(world).tag(tag).stamp == f"tag:{tag}"
    world.now += 2
    assert world.ask().result == "miss"


def test_a_tag_is_purged_for_one_tenant_or_for_all() -> None:
    world = World()
    with pytest.raises(NotPurgeable, match="not both"):
        purger_of(world).tag("a", tenant="acme", all_tenants=True)
    assert purger_of(world).tag("a", all_tenants=True).stamp == "tag@all:a"


def test_a_route_and_a_url_reach_no_other() -> None:
    world = World({target: response(cache_control="max-age=1000") for target in ("/base/x", "/base/x?a=1", "/x")})
    paths = ("/api/x", "/api/x?a=1", "/open/x")
    for path in paths:
        world.ask(path)
    purger_of(world).url("/api/x?a=1")
    world.now += 2
    assert [world.ask(path).result for path in paths] == ["hit", "miss", "hit"]
    purger_of(world).route("open")
    world.now += 2
    assert [world.ask(path).result for path in paths] == ["hit", "hit", "miss"]


def test_a_url_is_purged_in_all_variants() -> None:
    world = World({"/base/x": response(cache_control="max-age=1000", vary="accept-language")})
    for language in ("de", "en"):
        assert world.ask("/api/x", accept_language=language).stored
    purger_of(world).url("/api/x")
    world.now += 2
    for language in ("en", "de"):
        assert world.ask("/api/x", accept_language=language).result == "miss"
        assert world.ask("/api/x", accept_language=language).result == "hit"


def test_one_variant_is_purged_by_its_own_tag() -> None:
    def answer(_address: OriginAddress, request: Request) -> Outcome:
        language = request.fields.get("accept-language", "")
        return response(cache_control="max-age=1000", vary="accept-language", surrogate_key=language)

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    for language in ("de", "en"):
        world.ask("/api/x", accept_language=language)
    purger_of(world).tag("en")
    world.now += 2
    assert [world.ask("/api/x", accept_language=language).result for language in ("de", "en", "en")] == [
        "hit",
        "miss",
        "hit",
    ]


@pytest.mark.parametrize("purge", PURGES.values(), ids=PURGES.keys())
def test_a_purge_during_a_fetch_wins(purge: Callable[[Purger, bool], Any]) -> None:
    def answer(_address: OriginAddress, _request: Request) -> Outcome:
        if len(world.fetched) == 1:
            world.now += 1
            purge(purger_of(world), False)
            world.now += 10
        return response(200, b"%d" % len(world.fetched), **TAGGED)

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    assert world.ask().response.body == b"1"
    world.now += 2
    assert [(answer.result, answer.response.body) for answer in (world.ask(), world.ask())] == [
        ("miss", b"2"),
        ("hit", b"2"),
    ]


def test_a_purge_during_a_validation_wins() -> None:
    def answer(_address: OriginAddress, request: Request) -> Outcome:
        if "if-none-match" not in request.fields:
            return response(200, b"%d" % len(world.fetched), cache_control="max-age=60", etag='"1"')
        purger_of(world).everything()
        return response(304, b"", cache_control="max-age=60", etag='"1"')

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    world.ask()
    world.now += 70
    assert world.ask().result == "validated"
    world.now += 2
    assert (world.ask().response.body, world.ask().result) == (b"3", "hit")


def test_a_second_purge_by_a_clock_that_is_behind_counts_too() -> None:
    world = tagged_world()
    purger = purger_of(world)
    purger.tag("a")
    world.now += 2
    assert world.ask().response.body == b"new"
    world.now -= 2
    purger.tag("a")
    world.now += 4
    assert world.ask().result == "miss"


@pytest.mark.parametrize("skew", [-MARGIN + 0.1, MARGIN - 0.1])
def test_clocks_may_differ_by_the_margin(skew: float) -> None:
    world = tagged_world()
    world.now += skew
    purger_of(world).everything()
    world.now += 1.5 - skew
    assert [world.ask().result for _ in range(2)] == ["miss", "hit"]


class CountedStamps(MemoryStampStore):
    """Stamps that count how often they are read, and can fail."""

    def __init__(self, items: MemoryItemStore) -> None:
        super().__init__(items)
        self.reads: list[tuple[str, ...]] = []
        self.is_down = False

    def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
        self.reads.append(tuple(sorted(name.partition(":")[0] for name in names)))
        if self.is_down:
            raise StoreThrottled("BatchGetItem")
        return super().read(names)

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None
    ) -> tuple[Item | None, dict[str, Stamp]]:
        item, stamps = super().read_with_item(names, pk, sk, consistent=consistent)
        self.reads[-1] = (*self.reads[-1], "item")
        return item, stamps

    def taken(self) -> list[tuple[str, ...]]:
        """The reads since the last time."""
        reads, self.reads = self.reads, []
        return reads


def counted_world(**fields: str) -> tuple[World, CountedStamps]:
    items = MemoryItemStore()
    stamps = CountedStamps(items)
    world = World({"/base/x": response(cache_control="max-age=1000", **fields)}, items=items, stamps=stamps)
    world.ask()
    return world, stamps


def test_a_hit_from_memory_reads_stamps_once_in_delta() -> None:
    world, stamps = counted_world()
    assert stamps.taken() == [("everything", "key", "route", "tags", "item")]
    world.now += 1
    assert (world.ask().layer, stamps.taken()) == ("memory", [])
    world.now += 0.1
    assert (world.ask().layer, stamps.taken()) == ("memory", [("everything", "key", "route")])
    world.now += 0.9
    assert (world.ask().layer, stamps.taken()) == ("memory", [])


def test_tags_are_read_when_they_are_known() -> None:
    world, stamps = counted_world(surrogate_key="a b")
    world.restart()
    stamps.taken()
    assert world.ask().layer == "table"
    assert stamps.taken() == [("everything", "key", "route", "tags", "item"), ("tag", "tag")]
    assert (world.ask().layer, stamps.taken()) == ("memory", [])
    world.now += 2
    assert (world.ask().layer, stamps.taken()) == ("memory", [("everything", "key", "route", "tag", "tag")])


def test_without_delta_every_hit_reads_stamps() -> None:
    world, stamps = counted_world(surrogate_key="a")
    world.delta = 0
    world.restart()
    world.ask()
    world.now += 0.001
    stamps.taken()
    assert world.ask().layer == "memory"
    assert stamps.taken() == [("everything", "key", "route", "tag")]


def test_within_delta_a_hit_from_memory_may_be_older_than_the_purge() -> None:
    world = tagged_world()
    reader = other_environment(world)
    reader.ask()
    purger_of(world).everything()
    reader.now += 1
    assert reader.ask().response.body == b"old"
    reader.now += 0.01
    assert reader.ask().response.body == b"new"


@pytest.mark.parametrize("restarted", [False, True])
def test_what_may_have_been_purged_is_not_served(restarted: bool) -> None:
    world, stamps = counted_world(surrogate_key="a")
    if restarted:
        world.restart()
    world.now += 2
    stamps.is_down = True
    answer = world.ask()
    assert (answer.result, answer.response.body) == ("miss", b"hello")
    assert f"detail={'table' if restarted else 'stamps'}-throttled" in status_of(answer)
    stamps.is_down = False
    assert world.ask().result == "hit"


def test_when_only_the_tags_cannot_be_read_it_is_not_served_either() -> None:
    class TagsDown(CountedStamps):
        def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
            self.is_down = any(name.startswith("tag:") for name in names)
            return super().read(names)

    world = tagged_world()
    world.stamps = TagsDown(world.items)
    world.restart()
    answer = world.ask()
    assert (answer.result, answer.response.body) == ("miss", b"new")
    assert "detail=stamps-throttled" in status_of(answer)


def test_fields_for_caches_go_no_further() -> None:
    world = tagged_world()
    for answer in (world.ask("/api/x", cache_control="no-cache"), world.ask(), world.ask("/api/x", "POST")):
        fields = answer.response.fields
        assert ("surrogate-key" in fields, "cache-tag" in fields) == (False, False)
        assert fields.get("cache-groups") == TAGGED["cache_groups"]


def test_with_more_tags_than_can_be_kept_it_is_not_stored() -> None:
    tags = " ".join(map(str, range(129)))
    world = World({"/base/x": response(cache_control="max-age=60", surrogate_key=tags)})
    answer = world.ask()
    assert not answer.stored
    assert "detail=tags" in status_of(answer)


def test_a_body_too_old_for_any_stamp_is_fetched_anew() -> None:
    world = World({"/base/x": response(cache_control="max-age=99999999")})
    world.ask()
    world.now += MAX_CONTENT_AGE
    assert world.ask().result == "hit"
    world.now += 1
    assert world.ask().result == "miss"


def test_a_purge_tells_what_was_done() -> None:
    world = tagged_world()
    purger = purger_of(world)
    done = purger.url("/api/x?b=1", soft=True)
    assert (done.route, done.target, done.soft, done.at) == ("api", "/base/x?b=1", True, world.now + MARGIN)
    assert done.stamp == f"key:{world.key_of('/base/x?b=1')}"
    assert purger.tag("a").stamp == "tag:a"
    assert purger.route("api").stamp == "route:api"
    assert purger.everything().stamp == "everything"


@pytest.mark.parametrize(
    ("purge", "message"),
    [
        (lambda purger: purger.url("/nope"), "no route covers /nope"),
        (lambda purger: purger.url("https://a.test/api/x"), "scheme and host are left out"),
        (lambda purger: purger.url("/api/../x"), "segment"),
        (lambda purger: purger.tag(""), "1 to 1000 bytes"),
        (lambda purger: purger.tag("a" * 1001), "1 to 1000 bytes"),
        (lambda purger: purger.tag("\ud800"), "1 to 1000 bytes"),
    ],
    ids=["url", "host", "target", "no tag", "long tag", "no text"],
)
def test_what_cannot_be_purged_is_refused(purge: Callable[[Purger], Any], message: str) -> None:
    world = tagged_world()
    with pytest.raises(NotPurgeable, match=message):
        purge(purger_of(world))
    assert isinstance(world.stamps, MemoryStampStore)
    assert world.stamps.stamps == {}
