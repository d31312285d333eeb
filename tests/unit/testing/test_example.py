"""The tests of examples/test_quotes.py, which docs/test-functions.md shows."""

from examples.test_quotes import (
    test_a_change_purges_the_page_and_the_quote,
    test_a_purge_of_the_cache_reaches_the_page,
    test_a_quote_is_computed_once,
    test_a_stale_quote_is_served_and_refreshed,
    test_the_page_has_the_quote,
)

__all__ = [
    "test_a_change_purges_the_page_and_the_quote",
    "test_a_purge_of_the_cache_reaches_the_page",
    "test_a_quote_is_computed_once",
    "test_a_stale_quote_is_served_and_refreshed",
    "test_the_page_has_the_quote",
]
