"""Variants are fetched, refreshed and stored side by side: each slot has its own lease, which guards it alone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.ports.caching import Lease, lease_key, split_lease_key
from brine.ports.deadline import Deadline
from brine.service.flights.leasing import Polling
from brine.service.http_cache.refresh_requests import RefreshRequests
from tests.support.gateway.world import World, refresher_of, response, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.caching import Held, Item
    from brine.ports.deadline import Deadline as CallDeadline
    from brine.service.http_cache.answer import Answer

LANGUAGES = ("de", "en", "es", "fr")
SWR = "max-age=10, stale-while-revalidate=60"


class Pages:
    """An origin with a page in each language. `before` is called before the answer to a language."""

    def __init__(self, cache_control: str = "max-age=60", before: Callable[[str], object] | None = None) -> None:
        self.asked: Counter[str] = Counter()
        self.fields = {"cache_control": cache_control, "vary": "accept-language"}
        self.before = before
        self._lock = threading.Lock()

    def __call__(self, _address: OriginAddress, request: Request) -> Outcome:
        language = request.fields.get("accept-language") or "none"
        with self._lock:
            self.asked[language] += 1
        if self.before is not None:
            self.before(language)
        return response(200, language.encode(), **self.fields)


def world_of(pages: Pages, like: World | None = None) -> World:
    """A process on the stores of another one."""
    world = World()
    if like is not None:
        world = World(items=like.items, leases=like.leases, stamps=like.stamps, permits=like.permits, now=like.now)
    world.origin = MemoryOrigin(pages)
    world.restart()
    return world


def ask(world: World, language: str) -> Answer:
    answer = world.ask("/open/x", accept_language=language)
    assert answer.response.body == language.encode()
    return answer


def at_once(world: World, languages: Iterator[str] | list[str]) -> list[Answer]:
    languages = list(languages)
    with ThreadPoolExecutor(len(languages)) as threads:
        return list(threads.map(lambda language: ask(world, language), languages))


def lease_of(world: World, language: str) -> str:
    """The key of the lease that a fetch in this language takes."""
    assert isinstance(world.leases, MemoryLeaseStore)
    before = {key: lease.token for key, lease in world.leases.leases.items()}
    world.ask("/open/x", accept_language=language)
    (key,) = (key for key, lease in world.leases.leases.items() if lease.token != before.get(key))
    return key


def main_lease(world: World) -> str:
    """The key of the lease of the main slot, and of a fetch as long as Vary is not known."""
    assert isinstance(world.leases, MemoryLeaseStore)
    (key,) = (key for key in world.leases.leases if not split_lease_key(key)[1])
    return key


def hold(world: World, key: str) -> Lease:
    """Take a lease as another process."""
    assert world.leases is not None
    lease = world.leases.acquire(key, owner="other", now=world.now, expires_at=world.now + 20)
    assert isinstance(lease, Lease)
    return lease


def test_new_languages_of_a_known_vary_are_fetched_at_the_same_time_and_all_are_stored() -> None:
    all_fetch = threading.Barrier(len(LANGUAGES))
    pages = Pages()
    world = world_of(pages)
    ask(world, "it")
    pages.before = lambda _language: all_fetch.wait(20)
    answers = at_once(world, list(LANGUAGES))
    assert [(answer.result, answer.stored) for answer in answers] == [("miss", True)] * len(LANGUAGES)
    assert {ask(world, language).result for language in ("it", *LANGUAGES)} == {"hit"}
    assert set(pages.asked.values()) == {1}


def test_clients_with_the_same_language_share_its_fetch() -> None:
    all_fetch = threading.Barrier(len(LANGUAGES))
    pages = Pages()
    world = world_of(pages)
    ask(world, "it")

    def before(_language: str) -> None:
        all_fetch.wait(20)
        time.sleep(0.05)  # the other clients come meanwhile

    pages.before = before
    answers = at_once(world, list(LANGUAGES) * 4)
    assert set(pages.asked.values()) == {1}
    assert Counter(answer.result for answer in answers)["miss"] == len(LANGUAGES)


def test_clients_that_waited_for_the_vary_fetch_their_own_languages_at_the_same_time() -> None:
    first = threading.Event()
    the_others_fetch = threading.Barrier(len(LANGUAGES) - 1)

    def before(_language: str) -> None:
        if first.is_set():
            the_others_fetch.wait(20)
        else:
            first.set()
            time.sleep(0.2)  # the other clients come meanwhile

    pages = Pages(before=before)
    world = world_of(pages)
    answers = at_once(world, list(LANGUAGES))
    assert {(answer.result, answer.stored) for answer in answers} == {("miss", True)}
    assert pages.asked == dict.fromkeys(LANGUAGES, 1)
    assert {ask(world, language).result for language in LANGUAGES} == {"hit"}


def test_clients_that_waited_for_another_environment_to_learn_the_vary_fetch_and_store_their_own() -> None:
    pages = Pages()
    holder = world_of(pages)
    world = world_of(pages, like=holder)
    ask(holder, "it")
    holder.items.items.clear()
    lease = hold(world, main_lease(holder))

    def sleep(_seconds: float) -> None:
        if not holder.items.items:
            assert holder.leases is not None
            holder.leases.release(lease)
            holder.restart()
            assert ask(holder, "de").stored

    world.polling = Polling(sleep=sleep)
    world.restart()
    assert ask(world, "fr").stored
    assert [ask(holder, language).result for language in ("de", "fr")] == ["hit", "hit"]


def test_a_fetch_for_one_language_neither_waits_for_another_one_nor_replaces_its_commit() -> None:
    pages = Pages()
    world = world_of(pages)
    ask(world, "it")
    other = world_of(pages, like=world)
    key = lease_of(world, "de")
    lease = hold(world, key)

    def sleep(_seconds: float) -> None:
        raise AssertionError("it waits")

    other.polling = Polling(sleep=sleep)
    other.restart()
    assert ask(other, "fr").stored
    assert split_lease_key(lease.pk)[1].startswith("v#")
    pk, slot = split_lease_key(key)
    assert world.leases is not None
    assert world.leases.commit(lease, slot, world.items.items[pk, slot]), "the lease of one slot is not lost"


def test_a_refresh_of_one_language_neither_blocks_nor_replaces_that_of_another_one() -> None:
    queue, pages = MemoryRefreshQueue(), Pages(SWR)
    world = world_of(pages)
    world.gateway = replace(world.gateway, refreshes=RefreshRequests(queue))
    ask(world, "it")
    keys = {language: lease_of(world, language) for language in ("de", "fr")}
    world.now += 20
    assert {ask(world, language).result for language in ("it", "de", "fr")} == {"stale"}
    assert len(queue.requests) == 3
    hold(world, keys["de"])
    refresher = refresher_of(world_of(pages, like=world).gateway)
    deadline = Deadline(world.now + 29, lambda: world.now)
    outcomes = [refresher.refresh(request, deadline).outcome for request in queue.requests]
    assert outcomes == ["refreshed", "held", "refreshed"]


class Meanwhile(MemoryLeaseStore):
    """Leases of which one is taken after something else has happened."""

    def __init__(self, items: MemoryItemStore) -> None:
        super().__init__(items)
        self.happens: Callable[[], object] | None = None

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: CallDeadline | None = None
    ) -> Lease | Held:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return super().acquire(pk, owner=owner, now=now, expires_at=expires_at)


@pytest.mark.parametrize(("is_overtaken", "outcome"), [(False, "refreshed"), (True, "fresh")])
def test_a_refresh_looks_again_if_its_slot_was_filled_before_it_had_the_lease(is_overtaken: bool, outcome: str) -> None:
    queue, pages = MemoryRefreshQueue(), Pages(SWR)
    items = MemoryItemStore()
    leases = Meanwhile(items)
    world = World(items=items, leases=leases)
    world.origin = MemoryOrigin(pages)
    world.restart()
    world.gateway = replace(world.gateway, refreshes=RefreshRequests(queue))
    for language in ("it", "de"):
        ask(world, language)
    world.now += 20
    ask(world, "de")
    other = world_of(pages, like=world)

    if is_overtaken:
        leases.happens = lambda: other.ask("/open/x", accept_language="de", cache_control="no-cache")
    refresher = refresher_of(world_of(pages, like=world).gateway)
    deadline = Deadline(world.now + 29, lambda: world.now)
    assert refresher.refresh(queue.requests.pop(), deadline).outcome == outcome


@pytest.mark.parametrize("is_held", [False, True])
def test_a_response_with_another_vary_fills_the_main_slot_only_under_the_lease_of_that(is_held: bool) -> None:
    pages = Pages()
    world = world_of(pages)
    ask(world, "it")
    pages.fields["vary"] = "accept, accept-language"
    if is_held:
        hold(world, main_lease(world))
    assert ask(world, "de").stored == (not is_held)
    assert ask(world, "it").result == ("hit" if is_held else "miss")


def test_a_marker_fills_the_main_slot_only_under_the_lease_of_that() -> None:
    pages = Pages("max-age=10")
    world = world_of(pages)
    for language in ("it", "de"):
        ask(world, language)
    world.now += 20
    pages.fields["cache_control"] = "private"
    commits: list[tuple[str, str]] = []
    assert isinstance(world.leases, MemoryLeaseStore)
    commit = world.leases.commit

    def noted(lease: Lease, sk: str, item: Item, *, deadline: CallDeadline | None = None) -> bool:
        commits.append((split_lease_key(lease.pk)[1], sk))
        return commit(lease, sk, item)

    world.leases.commit = noted  # type: ignore[method-assign]
    assert not ask(world, "de").stored
    assert commits == []
    assert not ask(world, "de").stored
    assert commits == [("", "main")]


def test_the_lease_of_a_slot_has_its_own_key() -> None:
    assert split_lease_key(lease_key("r#1", "v#2")) == ("r#1", "v#2")
    assert split_lease_key("r#1") == ("r#1", "")


def test_a_variant_that_this_process_knows_is_one_read_of_the_table() -> None:
    pages = Pages()
    world = world_of(pages)
    for language in ("it", "de"):
        ask(world, language)
    reads: list[list[str]] = []
    assert world.stamps is not None
    read = world.stamps.read_with_items

    def noted(names: object, keys: list[tuple[str, str]], **options: object) -> object:
        reads.append([sk for _, sk in keys])
        return read(names, keys, **options)  # type: ignore[arg-type]

    world.stamps.read_with_items = noted  # type: ignore[method-assign, assignment]
    assert "fwd=vary-miss" in status_of(ask(world, "fr"))
    assert [[sk[:2] for sk in read_at_once] for read_at_once in reads] == [["ma", "v#"]]
