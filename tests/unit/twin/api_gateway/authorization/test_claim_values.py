"""Claims are texts in an event, whatever they are in the token."""

from __future__ import annotations

from typing import Any

import pytest

from brine_cli.api_gateway.authorization.claim_values import claims_in_event


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ada", "ada"),
        ("", ""),
        (9999999999, "9999999999"),
        (1700000000.0, "1700000000"),
        (0.5, "0.5"),
        (True, "true"),
        (False, "false"),
        (["admin", "poweruser"], "[admin poweruser]"),
        ([], "[]"),
        (["a", 1, True], "[a 1 true]"),
        ({"country": "JP"}, '{"country":"JP"}'),
        ("grüße", "grüße"),
    ],
)
def test_the_text_of_a_value(value: Any, text: str) -> None:
    assert claims_in_event({"claim": value}) == {"claim": text}


def test_a_claim_that_is_null_is_left_out() -> None:
    assert claims_in_event({"nickname": None, "sub": "ada"}) == {"sub": "ada"}
