"""Tests of a cached function and of an app against moto (docs/test-with-moto.md).

uv run pytest --confcutdir=examples examples/test_quotes_on_moto.py
"""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from brine.testing import create_stores
from examples import quotes_app
from examples.quotes_app import Quote, app, quote_of

EVENT = Path(__file__).parents[1] / "events/http-api/get-cache.json"
REGION = "eu-central-1"


def items(stores: dict[str, str]) -> list[str]:
    """Return the kinds of the items in the table: "result", and "lease" of the process that computes it."""
    found = boto3.client("dynamodb", region_name=REGION).scan(TableName=stores["BRINE_TABLE"])["Items"]
    return sorted(item["sk"]["S"] for item in found)


@pytest.fixture(autouse=True)
def stores() -> Iterator[dict[str, str]]:
    with mock_aws(), create_stores(boto3.Session(region_name=REGION)) as variables:
        yield variables


def test_a_quote_is_in_the_table(stores: dict[str, str]) -> None:
    assert quote_of("tea") == quote_of("tea") == Quote("tea", 3.75)
    assert items(stores) == ["lease", "result"]


def test_a_quote_is_computed_again_after_a_purge() -> None:
    quote_of("tea")
    with patch.object(quotes_app, "price_of", return_value=1.5):
        assert quote_of("tea") == Quote("tea", 3.75)
        quote_of.purge("tea")
        assert quote_of("tea") == Quote("tea", 1.5)


def test_the_handler_answers_from_the_table(stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Shop")
    event = json.loads(EVENT.read_text()) | {"rawPath": "/quotes/tea", "rawQueryString": ""}
    context = SimpleNamespace(aws_request_id="1", get_remaining_time_in_millis=lambda: 30_000)

    answers: list[Any] = [app.handler(event, context) for _ in range(2)]
    statuses = [answer["headers"]["cache-status"] for answer in answers]
    assert [status.split("; ")[1] for status in statuses] == ["fwd=uri-miss", "hit"]
    assert items(stores) == ["lease", "lease", "main", "result"]
