from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pytest

from brine import cached
from brine.domain.listing.facts import EntryFacts
from brine.domain.listing.filters import EntryFilter
from brine.domain.routing.route import Routes
from brine.domain.routing.tenant import tenant_digest
from brine.ports.caching import Item
from brine.ports.deadline import Deadline
from brine.service.admin.cursor import Cursor
from brine.service.admin.listing import Listing
from brine.service.admin.stored_items import StoredItems
from tests.support.gateway.world import START, response
from tests.unit.service.admin.stored_world import ALL, FOREVER, StoredWorld, source, table, with_items

if TYPE_CHECKING:
    from brine.domain.http.messages import Response

NOISE = Random(7).randbytes(5_120)  # noqa: S311 - no secret; no compression makes it small
TAGGED = response(200, b"hello", cache_control="max-age=60", surrogate_key="orders order-7")


@pytest.fixture
def stored() -> StoredWorld:
    return StoredWorld()


def answer(stored: StoredWorld, given: Response = TAGGED) -> None:
    stored.answers.answer = lambda _: given


def test_a_response_is_listed_with_its_sealed_facts(stored: StoredWorld) -> None:
    answer(stored)
    stored.world.ask("/api/orders/7?x=1")
    stored.pass_time(20)
    (entry,) = stored.listed()
    assert (entry.state, entry.remaining) == ("fresh", 40)
    facts = entry.facts
    assert (facts.kind, facts.route, facts.method, facts.status) == ("response", "api", "GET", 200)
    assert (facts.url, facts.target) == ("/api/orders/7?x=1", "/base/orders/7?x=1")
    assert (facts.age, facts.size, facts.in_body_store, facts.tags) == (20.0, 5, False, ("orders", "order-7"))
    assert (facts.tenant_digest, facts.variant, facts.function) == ("", None, "gateway")
    assert facts.key == stored.world.key_of("/base/orders/7?x=1")


def test_neither_header_values_nor_bodies_are_listed(stored: StoredWorld) -> None:
    answer(stored, response(200, b"a secret body", cache_control="max-age=60", x_secret="a secret value"))
    stored.world.ask("/api/x", authorization="Bearer secret")
    assert "secret" not in repr(stored.listed())


def test_a_large_body_counts_with_its_bytes_in_the_body_store(stored: StoredWorld) -> None:
    answer(stored, response(200, NOISE, cache_control="max-age=60"))
    stored.world.ask("/api/large")
    (entry,) = stored.listed()
    assert (entry.facts.size, entry.facts.in_body_store) == (5_120, True)
    assert entry.facts.stored_size > 5_120


def test_variants_are_told_apart_without_their_values(stored: StoredWorld) -> None:
    answer(stored, response(200, b"hello", cache_control="max-age=60", vary="x-region"))
    stored.world.ask("/open/x", x_region="eu-secret")
    stored.world.ask("/open/x", x_region="us-secret")
    variants = {entry.facts.variant for entry in stored.listed()}
    assert len(variants) == 2
    assert all(variant is not None and variant.startswith("x-region #") for variant in variants)
    assert "secret" not in repr(variants)


def test_a_tenant_is_known_by_its_digest_alone(stored: StoredWorld) -> None:
    answer(stored)
    stored.world.ask("/ours/x", x_tenant="acme")
    stored.world.ask("/ours/x", x_tenant="other")
    (entry,) = stored.listed(EntryFilter(tenant_digest=tenant_digest("acme")))
    assert (entry.facts.url, entry.facts.tenant_digest) == ("/ours/x", tenant_digest("acme"))
    assert len(stored.listed()) == 2
    assert "acme" not in repr(stored.listed())


@pytest.mark.parametrize(
    ("seconds", "state", "remaining"),
    [(0, "fresh", 60), (59, "fresh", 1), (60, "grace", 0), (3_659, "grace", -3_599), (3_660, "keep", -3_600)],
)
def test_the_state_is_that_of_an_answer(stored: StoredWorld, seconds: int, state: str, remaining: int) -> None:
    answer(stored, response(200, b"hello", cache_control="max-age=60", etag='"1"'))
    stored.world.ask("/open/x")
    stored.pass_time(seconds)
    (entry,) = stored.listed()
    assert (entry.state, entry.remaining) == (state, remaining)


def test_what_the_table_deletes_later_is_not_listed(stored: StoredWorld) -> None:
    answer(stored)
    stored.world.ask("/api/x")
    stored.pass_time(60)
    assert stored.listed() == ()


def test_a_response_that_is_validated_at_each_use_is_kept_only_for_that(stored: StoredWorld) -> None:
    answer(stored, response(200, b"hello", cache_control="no-cache, max-age=60", etag='"1"'))
    stored.world.ask("/api/x")
    assert [entry.state for entry in stored.listed()] == ["keep"]


def test_purges_show_as_states(stored: StoredWorld) -> None:
    answer(stored, response(200, b"hello", cache_control="max-age=600", surrogate_key="orders"))
    for path in ("/open/a", "/api/b", "/timed/c"):
        stored.world.ask(path)
    stored.purger.url("/api/b")
    stored.purger.route("open", soft=True)
    states = {url: entry.state for url, entry in stored.by_url().items()}
    assert states == {"/open/a": "grace", "/api/b": "purged", "/timed/c": "fresh"}
    stored.purger.tag("orders")
    assert {entry.state for entry in stored.listed()} == {"purged"}


def test_a_marker_of_a_response_that_cannot_be_shared_is_listed_as_such(stored: StoredWorld) -> None:
    answer(stored, response(200, b"hello", cache_control="private"))
    stored.world.ask("/api/x")
    (entry,) = stored.listed()
    assert (entry.facts.kind, entry.facts.url, entry.state) == ("marker", None, "fresh")
    assert entry.remaining is not None
    assert entry.remaining > 0


def test_a_query_by_content_has_its_method(stored: StoredWorld) -> None:
    answer(stored)
    stored.world.ask("/graphql", "POST", b'{"query":"{a}"}', content_type="application/json")
    assert [(one.facts.method, one.facts.url) for one in stored.listed()] == [("POST", "/graphql")]
    stored.purger.url("/graphql")
    assert [one.state for one in stored.listed()] == ["purged"]


@dataclass(frozen=True)
class Quote:
    """A class that no operator's process has."""

    price: float


def test_a_result_of_a_foreign_class_is_listed_without_its_value(stored: StoredWorld) -> None:
    cache = stored.results.process()
    cache.registry.register(Quote, version=1)
    cache.for_tenant("acme").get_or_compute(
        ("quote", 7), lambda: Quote(1.5), freshness_lifetime=60, grace=30, tags=("quotes",)
    )
    stored.pass_time(70)
    (entry,) = stored.listed()
    facts = entry.facts
    assert (facts.kind, facts.namespace, facts.source, facts.tags) == ("result", "tests", "reports", ("quotes",))
    assert (facts.tenant_digest, facts.age, facts.url, facts.route) == (tenant_digest("acme"), 70.0, None, None)
    assert (entry.state, entry.remaining) == ("grace", -10)
    stored.purger.tag("quotes", tenant="acme")
    assert [one.state for one in stored.listed()] == ["purged"]


def test_a_large_result_counts_with_its_envelope_in_the_body_store(stored: StoredWorld) -> None:
    stored.results.process().get_or_compute("large", lambda: NOISE, freshness_lifetime=60)
    (entry,) = stored.listed()
    assert entry.facts.size > 5_120
    assert entry.facts.in_body_store


def test_a_cached_function_is_named(stored: StoredWorld) -> None:
    cache = stored.results.process()

    @cached(cache, freshness_lifetime=60, key=lambda: 7)
    def price() -> int:
        return 3

    price()
    (entry,) = stored.listed()
    assert entry.facts.source is not None
    assert entry.facts.source.startswith(f"reports {__name__}:")
    assert entry.facts.source.endswith("price")


ALTERED = "its seal does not verify: it was altered, or sealed with other keys"


def test_what_does_not_verify_is_listed_with_its_reason_and_no_facts(stored: StoredWorld) -> None:
    answer(stored)
    stored.world.ask("/api/x")
    with_items(stored, lambda envelope: envelope[:-1] + bytes([envelope[-1] ^ 1]))
    (entry,) = stored.listed()
    assert (entry.facts.kind, entry.state, entry.facts.reason) == ("unreadable", "unknown", ALTERED)
    assert (entry.facts.url, entry.facts.route, entry.facts.tags) == (None, None, ())
    assert stored.listed(EntryFilter(route="api")) == ()


def test_an_envelope_moved_to_another_place_does_not_open(stored: StoredWorld) -> None:
    answer(stored)
    stored.world.ask("/api/x")
    (item,) = stored.world.items.items.values()
    stored.world.items.write(f"r#{'0' * 64}", "main", item)
    assert sorted(entry.facts.kind for entry in stored.listed()) == ["response", "unreadable"]


def test_an_unknown_key_and_an_unknown_namespace_are_told(stored: StoredWorld) -> None:
    answer(stored)
    stored.world.ask("/api/x")
    (item,) = stored.world.items.items.values()
    stored.world.items.write("r#shop#1", "main", item)
    others = table(stored.world.items, stored.stamps, source(stored.routes, keys=f'{{"2": "{"x" * 40}"}}'))
    page = Listing(StoredItems((others,), stored.time)).page(ALL, None, limit=9, deadline=FOREVER)
    reasons = [entry.facts.reason for entry in page.entries]
    assert 'no function here has the namespace "shop"' in reasons
    assert "key 1 is not in the keyring: the key was removed, or belongs to another function" in reasons


def test_of_two_functions_with_one_namespace_the_one_with_the_keys_opens_an_item(stored: StoredWorld) -> None:
    answer(stored)
    stored.world.ask("/api/x")
    other = source(Routes(()), keys=f'{{"1": "{"x" * 40}"}}')
    both = table(stored.world.items, stored.stamps, other, source(stored.routes))
    page = Listing(StoredItems((both,), stored.time)).page(ALL, None, limit=9, deadline=FOREVER)
    assert [(one.facts.kind, one.facts.url) for one in page.entries] == [("response", "/api/x")]


def filled() -> StoredWorld:
    stored = StoredWorld(START - 100)
    answer(stored, response(200, b"x" * 10, cache_control="max-age=600", surrogate_key="old"))
    stored.world.ask("/api/a")
    stored.world.ask("/api/b?q=1")
    stored.pass_time(100)
    answer(stored, response(200, b"x" * 200, cache_control="max-age=600", surrogate_key="new"))
    stored.world.ask("/open/c")
    return stored


@pytest.mark.parametrize(
    ("wanted", "urls"),
    [
        (EntryFilter(route="api"), ["/api/a", "/api/b?q=1"]),
        (EntryFilter(route="ap"), []),
        (EntryFilter(tag="new"), ["/open/c"]),
        (EntryFilter(older_than=99), ["/api/a", "/api/b?q=1"]),
        (EntryFilter(younger_than=50), ["/open/c"]),
        (EntryFilter(larger_than=10), ["/open/c"]),
        (EntryFilter(url="/api/b?q=1"), ["/api/b?q=1"]),
        (EntryFilter(url="/api/*"), ["/api/a", "/api/b?q=1"]),
        (EntryFilter(url="/api/b"), []),
        (EntryFilter(url="/elsewhere", upstream=("api", "/base/a")), ["/api/a"]),
        (EntryFilter(states=frozenset({"purged"})), []),
        (EntryFilter(route="api", tag="new"), []),
    ],
)
def test_each_filter_chooses_its_entries(wanted: EntryFilter, urls: list[str]) -> None:
    assert sorted(entry.facts.url or "" for entry in filled().listed(wanted)) == urls


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_go_on_where_the_last_one_ended(limit: int) -> None:
    stored = filled()
    listing, urls, cursor, scanned = Listing(stored.items), [], None, 0
    while True:
        page = listing.page(ALL, cursor, limit=limit, deadline=FOREVER)
        assert page.scanned <= limit
        urls += [entry.facts.url for entry in page.entries]
        scanned += page.scanned
        if page.next is None:
            break
        cursor = Cursor.read(page.next.text())
    assert (sorted(map(str, urls)), scanned) == (["/api/a", "/api/b?q=1", "/open/c"], 3)


def test_two_tables_are_listed_one_after_the_other() -> None:
    one, other = filled(), filled()
    items = StoredItems((*one.items.tables, *other.items.tables), one.time)
    page = Listing(items).page(ALL, None, limit=3, deadline=FOREVER)
    assert (len(page.entries), page.next) == (3, Cursor(1))
    rest = Listing(items).page(ALL, page.next, limit=100, deadline=FOREVER)
    assert (len(rest.entries), rest.next) == (3, None)
    with pytest.raises(ValueError, match="not there"):
        Listing(items).page(ALL, Cursor(2), limit=1, deadline=FOREVER)


def test_a_page_ends_early_when_its_time_is_over() -> None:
    stored = filled()
    for number in range(300):
        stored.world.items.write(f"r#{number:04}", "main", Item(envelope=b"x", evict_at=2**32 - 1))
    page = Listing(stored.items).page(ALL, None, limit=10_000, deadline=Deadline(1.0, lambda: 0.0))
    assert page.scanned == 200
    assert page.next is not None


@pytest.mark.parametrize("text", ["", "x", "W10", "WyJhIl0", "WzAsIiIsIiJd", "Wy0xXQ", "\u00e9"])
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.read(text)


def test_facts_without_an_age_meet_no_condition_on_it() -> None:
    facts = EntryFacts(kind="unreadable", key="k", slot="main")
    assert not EntryFilter(older_than=1).covers(facts)
    assert not EntryFilter(younger_than=1).covers(facts)
