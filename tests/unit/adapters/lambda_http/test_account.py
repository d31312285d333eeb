"""The account that the API is in: it distinguishes the principals of other accounts."""

from __future__ import annotations

import pytest

from brine.adapters.lambda_http import read
from tests.support.events import load_event


@pytest.mark.parametrize(
    ("event", "account"),
    [
        ("http-api/get-cache.json", "123456789012"),
        ("rest-api/get-cache.json", "123456789012"),
        ("alb/get-cache.json", ""),
    ],
)
def test_an_event_says_which_account_its_api_is_in(event: str, account: str) -> None:
    assert read(load_event(event)).account == account


@pytest.mark.parametrize("said", [None, 123456789012, ["123456789012"]])
def test_an_account_that_is_no_text_is_ignored(said: object) -> None:
    event = load_event("http-api/get-cache.json")
    event["requestContext"]["accountId"] = said
    assert read(event).account == ""
