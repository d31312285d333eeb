"""Tests with the fixtures of Brine for pytest (docs/test-functions.md).

uv run pytest --confcutdir=examples examples/test_quotes.py
"""

from brine.testing import AppFactory, CachesInMemory, Clock
from examples.quotes_app import Quote, app, quote_of, quotes


def test_the_page_has_the_quote(brine_app: AppFactory) -> None:
    client = brine_app(app)
    assert client.get("/quotes/tea").json() == {"product": "tea", "price": 3.75}
    assert client.get("/quotes/tea").result == "hit"


def test_a_quote_is_computed_once(brine_caches: CachesInMemory) -> None:
    assert quote_of("tea") == quote_of("tea") == Quote("tea", 3.75)
    assert brine_caches.outcomes == ["miss", "hit"]


def test_a_stale_quote_is_served_and_refreshed(brine_caches: CachesInMemory, brine_clock: Clock) -> None:
    quote_of("tea")
    brine_clock.advance("11m")
    quote_of("tea")
    assert [event.outcome for event in brine_caches.refresh()] == ["refreshed"]
    quote_of("tea")
    assert brine_caches.outcomes == ["miss", "stale", "refreshed", "hit"]


def test_a_change_purges_the_page_and_the_quote(brine_app: AppFactory, brine_caches: CachesInMemory) -> None:
    client = brine_app(app)
    client.get("/quotes/tea")
    client.post("/quotes/tea/changes")
    assert client.purged == ["product-tea"]
    assert client.get("/quotes/tea").result == "miss"
    assert brine_caches.outcomes == ["miss", "miss"]


def test_a_purge_of_the_cache_reaches_the_page(brine_app: AppFactory, brine_caches: CachesInMemory) -> None:
    client = brine_app(app)
    client.get("/quotes/tea")
    quotes.purge_tag("product-tea")
    assert brine_caches.purged == ["product-tea"]
    assert client.get("/quotes/tea").result == "miss"
