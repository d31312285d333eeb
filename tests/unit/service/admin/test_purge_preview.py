"""After a real purge, exactly the entries of its preview are no longer served, in random orders of events."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from brine.adapters.memory.stores import MemoryItemStore
from brine.bootstrap.assembly import PURPOSE
from brine.domain.caching.stored import StoredResponse
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from brine.service.admin.cursor import Cursor
from brine.service.admin.purge_preview import PurgePreview
from brine.service.admin.stored_items import StoredItems
from tests.support.gateway.wholes import FunctionPlan, ServerPlan, Wholes
from tests.support.gateway.world import response
from tests.unit.service.admin.stored_world import FOREVER, StoredWorld, source, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine import Cache
    from brine.domain.http.messages import Response
    from brine.service.admin.purge_preview import PreviewPage
    from brine.service.purge_names import PurgedNames, PurgeNames

type Caches = dict[str, Cache]
type Asked = tuple[str, str, bytes, tuple[tuple[str, str], ...]]

ROUNDS: Final = 60
EVENTS: Final = 20
TAGS: Final = ("a", "b", "c")
TENANTS: Final = ("acme", "other")
REGIONS: Final = ("eu", "us")


def requests() -> list[Asked]:
    """All requests of the test: tenants, variants, rewritten queries, and queries by content."""
    asked: list[Asked] = [("GET", path, b"", ()) for path in ("/api/1", "/api/2?q=1", "/timed/1", "/sorted/1?b=1&a=2")]
    asked += [("GET", f"/ours/{n}", b"", (("x-tenant", tenant),)) for n in (1, 2) for tenant in TENANTS]
    asked += [("GET", f"/open/{n}", b"", (("x-region", region),)) for n in (1, 2) for region in REGIONS]
    json = ("content-type", "application/json")
    asked += [("POST", "/graphql", b'{"query":"{%s}"}' % name, (json,)) for name in (b"a", b"b")]
    return asked


def purges(chance: Random) -> tuple[Callable[[PurgeNames], PurgedNames], str]:
    """A random purge, and its description."""
    tag, tenant, everyone = chance.choice(TAGS), chance.choice(TENANTS), chance.random() < 0.5
    url = chance.choice(["/api/1", "/api/2?q=1", "/sorted/1?utm_x=1&a=2&b=1", "/open/1", "/graphql"])
    route = chance.choice(["api", "ours", "open", "graphql", "timed"])
    choices: list[tuple[Callable[[PurgeNames], PurgedNames], str]] = [
        (lambda names: names.url(url), url),
        (lambda names: names.url("/ours/1", tenant=tenant), f"/ours/1 of {tenant}"),
        (lambda names: names.tag(tag), f"tag {tag}"),
        (lambda names: names.tag(tag, tenant=tenant), f"tag {tag} of {tenant}"),
        (lambda names: names.tag(tag, all_tenants=True), f"tag {tag} of all"),
        (lambda names: names.route(route), f"route {route}"),
        (lambda names: names.tenant(tenant), f"tenant {tenant}"),
    ]
    return (
        choices[-1]
        if everyone and chance.random() < 0.2
        else chance.choice([*choices, (lambda names: names.everything(), "everything")])
    )


class Scene:
    """Random events, and what a client could get from the store alone. Each response has a body of its own."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - no secret
        self.stored = StoredWorld()
        self.number = 0
        self.stored.answers.answer = self.answer

    def answer(self, _: str) -> Response:
        self.number += 1
        tags = " ".join(tag for tag in TAGS if self.chance.random() < 0.4)
        fields = {"surrogate_key": tags} if tags else {}
        lifetime = self.chance.choice([30, 300])
        return response(
            200, f"{self.number}".encode(), cache_control=f"max-age={lifetime}", etag='"1"', vary="x-region", **fields
        )

    def happen(self) -> None:
        """Let random events happen: requests, purges and time."""
        for _ in range(EVENTS):
            self.stored.pass_time(self.chance.choice([0, 0.5, 3, 40]))
            if self.chance.random() < 0.25:
                purged, _name = purges(self.chance)
                self.stored.purger.write(purged(self.stored.purger.names), soft=self.chance.random() < 0.3)
            elif self.chance.random() < 0.2:
                self.stored.restart()
            else:
                method, path, body, fields = self.chance.choice(requests())
                self.ask(method, path, body, fields)

    def ask(self, method: str, path: str, body: bytes, fields: tuple[tuple[str, str], ...], control: str = "") -> Any:
        lines = [*fields, ("cache-control", control)] if control else fields
        return self.stored.world.ask(path, method, body, **dict(lines))

    def served(self, control: str) -> set[bytes]:
        """The bodies that clients get from the store alone, in a new process."""
        self.stored.restart()
        answers = [self.ask(*one, control) for one in requests()]
        return {one.response.body for one in answers if one.response.status == 200}

    def bodies(self, page: PreviewPage) -> set[bytes]:
        """The bodies of the responses in a preview."""
        opener = self.stored.items.tables[0].sources[0].responses
        found = set()
        for entry in page.entries:
            place = entry.facts.key, entry.facts.slot
            item = self.stored.world.items.items[f"r#{place[0]}", place[1]]
            content = opener.open(item.envelope, context=place, now=self.stored.time())
            assert isinstance(content, StoredResponse)
            assert isinstance(content.body, bytes)
            found.add(content.body)
        return found


@pytest.mark.parametrize("soft", [False, True])
def test_exactly_the_previewed_responses_are_no_longer_served(soft: bool) -> None:
    control = "only-if-cached" if soft else "only-if-cached, max-stale"
    ended = kept = 0
    for seed in range(ROUNDS):
        scene = Scene(seed)
        scene.happen()
        purged, name = purges(scene.chance)
        stored = scene.stored
        before = scene.served(control)
        names = purged(stored.purger.names)
        preview = stored.preview.page(names, None, soft=soft, limit=1_000, shown=1_000, deadline=FOREVER)
        assert scene.served(control) == before, "a preview changes nothing"
        stored.purger.write(names, soft=soft)
        after = scene.served(control)
        assert before - after == scene.bodies(preview) & before, (seed, name)
        assert (preview.count, preview.next) == (len(preview.entries), None)
        ended, kept = ended + len(before - after), kept + len(after)
        again = stored.preview.page(names, None, soft=soft, limit=1_000, shown=1_000, deadline=FOREVER)
        assert again.count == 0, "the same purge would end no more"
    assert min(ended, kept) > ROUNDS // 2, "the orders had too few purged or too few kept responses to tell"


@pytest.mark.parametrize("soft", [False, True])
def test_exactly_the_previewed_results_are_computed_anew(soft: bool) -> None:
    places = [(tenant, f"key {number}") for tenant in ("", *TENANTS) for number in range(4)]
    ended = kept = 0
    for seed in range(ROUNDS // 2):
        chance, stored = Random(seed), StoredWorld()  # noqa: S311 - no secret

        caches = {one: stored.results.process(tenant=one, l1_bytes=0, purge_delta=-1) for one in ("", *TENANTS)}

        def call(place: tuple[str, str], value: str, tags: tuple[str, ...] = (), caches: Caches = caches) -> str:
            return caches[place[0]].get_or_compute(place[1], lambda: value, freshness_lifetime=300, tags=tags)

        def hits(stored: StoredWorld = stored) -> set[tuple[str, str]]:
            copy = dict(stored.world.items.items)
            found = {place for place in places if call(place, "new") == "old"}
            stored.world.items.items.clear()
            stored.world.items.items.update(copy)
            return found

        for _ in range(EVENTS):
            stored.pass_time(chance.choice([0, 0.5, 3]))
            if chance.random() < 0.2:
                stored.purger.write(purges(chance)[0](stored.purger.names))
            call(chance.choice(places), "old", tuple(tag for tag in TAGS if chance.random() < 0.4))
        names = purges(chance)[0](stored.purger.names)
        before = hits()
        preview = stored.preview.page(names, None, soft=soft, limit=1_000, shown=1_000, deadline=FOREVER)
        keys = {entry.facts.key for entry in preview.entries}
        stored.purger.write(names, soft=soft)
        after = hits()
        hashed = {caches[tenant].hashed_key(key) for tenant, key in before - after}
        assert hashed == keys, seed
        ended, kept = ended + len(before - after), kept + len(after)
    assert min(ended, kept) > ROUNDS // 4


PARTS: Final = {"users": ServerPlan(cache_control="max-age=600"), "orders": ServerPlan(lifetime=600)}
FUNCTIONS: Final = {
    "page": FunctionPlan(parts=(("users", False), ("orders", False)), lifetime=300),
    "home": FunctionPlan(parts=(("page", False),), lifetime=300, grace=60),
}
KINDS: Final[dict[str, Callable[[PurgeNames, str], PurgedNames]]] = {
    "url": lambda names, name: names.url(f"/{name}/x" if name in PARTS else f"/{name}"),
    "tag": lambda names, name: names.tag(f"tag-{name}"),
    "route": lambda names, name: names.route(name),
    "everything": lambda names, _: names.everything(),
}


@pytest.mark.parametrize("name", [*PARTS, *FUNCTIONS])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("soft", [False, True])
def test_the_preview_of_a_part_has_the_wholes_that_were_made_from_it(kind: str, name: str, soft: bool) -> None:
    wholes = Wholes(PARTS, FUNCTIONS)
    for each in (*PARTS, *FUNCTIONS):
        wholes.ask(0, each)
        wholes.clock.advance(10)
    items = wholes.purger.stamps._items  # type: ignore[attr-defined]
    assert isinstance(items, MemoryItemStore)
    of_wholes = table(items, wholes.purger.stamps, source(wholes.routes, purpose=PURPOSE))
    preview = PurgePreview(StoredItems((of_wholes,), wholes.clock))
    names = KINDS[kind](wholes.purger.names, name)
    page = preview.page(names, None, soft=soft, limit=100, shown=100, deadline=FOREVER)

    def hits() -> set[str | None]:
        wholes.clock.advance(10)
        deadline = Deadline(wholes.clock.now + 900, wholes.clock)
        fields = Fields([("cache-control", "only-if-cached")])
        asked = [(each, f"/{each}/x" if each in PARTS else f"/{each}") for each in (*PARTS, *FUNCTIONS)]
        answers = {
            each: wholes.processes[1].gateway.serve(Request(method="GET", path=path, fields=fields), deadline)
            for each, path in asked
        }
        return {each for each, answer in answers.items() if answer.result == "hit"}

    before = hits()
    wholes.purger.write(names, soft=soft)
    assert {entry.facts.route for entry in page.entries} == before - hits()
    assert before == {*PARTS, *FUNCTIONS}
    assert page.count > 0


def test_a_preview_goes_on_page_by_page_and_shows_the_first() -> None:
    stored = StoredWorld()
    stored.answers.answer = lambda _: response(200, b"12345", cache_control="max-age=60", surrogate_key="a")
    for number in range(7):
        stored.world.ask(f"/api/{number}")
    names, cursor = stored.purger.names.tag("a"), None
    counts: list[int] = []
    sizes: list[int] = []
    shown: list[int] = []
    while True:
        page = stored.preview.page(names, cursor, limit=3, shown=2, deadline=FOREVER)
        counts, sizes, shown = [*counts, page.count], [*sizes, page.size], [*shown, len(page.entries)]
        if page.next is None:
            break
        cursor = Cursor.read(page.next.text())
    assert (counts, sizes, shown) == ([3, 3, 1], [15, 15, 5], [2, 2, 1])


def test_a_purge_of_another_tag_at_the_same_time_does_not_hide_an_entry() -> None:
    stored = StoredWorld()
    stored.answers.answer = lambda _: response(200, b"12345", cache_control="max-age=60", surrogate_key="a")
    stored.purger.tag("b")
    stored.world.ask("/api/1")
    names = stored.purger.names.tag("a")
    assert stored.preview.page(names, None, limit=3, shown=2, deadline=FOREVER).count == 1
    stored.purger.write(names)
    assert [entry.state for entry in stored.listed()] == ["purged"]
