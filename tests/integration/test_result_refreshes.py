"""A refresh of a result in the background as bootstrap wires it, on emulated AWS: the calls of each step."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from brine.bootstrap.results import build_cache
from brine.service.results.decorators.cached import cached
from tests.integration.counting import CountingClient
from tests.support.emulators.aws import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine import Cache
    from tests.support.emulators.aws import Emulator

KEYS = '{"1": "a secret of the tests that is long enough"}'


@pytest.fixture
def client() -> Iterator[CountingClient]:
    with CountingClient() as client:
        yield client


@pytest.fixture
def sqs(moto_endpoint: str) -> Iterator[Any]:
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    with closing(session.client("sqs", endpoint_url=moto_endpoint)) as client:
        yield client


@pytest.fixture
def environment(emulator: Emulator, sqs: Any) -> dict[str, str]:
    """Neither routes nor a bucket."""
    name = f"refreshes-{uuid4().hex[:8]}"
    return {
        **emulator.environment,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_SIGNING_KEYS_SECRET": emulator.create_secret(name, KEYS),
        "BRINE_NAMESPACE": "quotes",
        "BRINE_REFRESH_QUEUE": sqs.create_queue(QueueName=name)["QueueUrl"],
        "BRINE_PURGE_DELTA": "60",
    }


def price(product: str) -> str:
    MADE.append(product)
    return f"{product} {len(MADE)}"


MADE: list[str] = []


def received(sqs: Any, environment: dict[str, str]) -> dict[str, Any]:
    """Receive the messages of the queue as Lambda passes them to a function."""
    messages = sqs.receive_message(QueueUrl=environment["BRINE_REFRESH_QUEUE"])["Messages"]
    records = [
        {"messageId": message["MessageId"], "eventSource": "aws:sqs", "body": message["Body"]} for message in messages
    ]
    return {"Records": records}


def test_calls_per_stale_result_and_refresh(environment: dict[str, str], client: CountingClient, sqs: Any) -> None:
    MADE.clear()
    cache: Cache = build_cache(environment, "quotes", client)
    price_of = cached(cache, freshness_lifetime=60, grace=600)(price)
    handler = cache.handler(lambda _event, _context: None)
    assert price_of("tea") == "tea 1"
    cache.purge(price_of.key("tea"), soft=True)
    client.taken()

    assert price_of("tea") == "tea 1"
    assert client.taken() == ["GetItem", "SendMessage"]
    assert price_of("tea") == "tea 1"
    assert client.taken() == ["GetItem"]

    event = received(sqs, environment)
    assert handler(event, None) == {"batchItemFailures": []}
    assert client.taken() == ["UpdateItem", "GetItem", "TransactWriteItems"]
    assert handler(event, None) == {"batchItemFailures": []}
    assert client.taken() == ["UpdateItem", "GetItem", "UpdateItem"]
    assert MADE == ["tea", "tea"]

    assert price_of("tea") == "tea 2"
    assert client.taken() == []
    client.close()


def test_another_process_with_the_same_keyring_refreshes(
    environment: dict[str, str], client: CountingClient, sqs: Any
) -> None:
    MADE.clear()
    first = cached(build_cache(environment, "quotes", client), freshness_lifetime=0, grace=600)(price)
    first("tea")
    assert first("tea") == "tea 1"
    cache = build_cache(environment, "quotes", client)
    second = cached(cache, freshness_lifetime=60, grace=600)(price)
    assert cache.handler(lambda *_: None)(received(sqs, environment), None) == {"batchItemFailures": []}
    assert second("tea") == "tea 2"


def test_a_large_result_without_a_bucket_is_not_stored(environment: dict[str, str], client: CountingClient) -> None:
    cache = build_cache({**environment, "BRINE_INLINE_LIMIT": "0"}, "quotes", client)
    event = cache.resolve("key", lambda: 1, freshness_lifetime=60).event
    assert (event.outcome, event.stored) == ("miss", False)
    assert [fault.for_log for fault in event.faults] == ["bodies-unavailable: NoBucket"]
