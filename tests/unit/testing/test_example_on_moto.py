"""The tests of examples/test_quotes_on_moto.py, which docs/test-with-moto.md shows."""

from examples.test_quotes_on_moto import (
    stores,
    test_a_quote_is_computed_again_after_a_purge,
    test_a_quote_is_in_the_table,
    test_the_handler_answers_from_the_table,
)

__all__ = [
    "stores",
    "test_a_quote_is_computed_again_after_a_purge",
    "test_a_quote_is_in_the_table",
    "test_the_handler_answers_from_the_table",
]
