"""The results cache as bootstrap builds it, on emulated AWS: the cost of each call, and which process computes."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.bootstrap.gateway import build_purger
from brine.bootstrap.results import build_cache
from brine.errors import ConfigError
from tests.integration.counting import CountingClient
from tests.support.codec.samples import order, registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine import Cache
    from tests.support.codec.samples import Order
    from tests.support.emulators.aws import Emulator

LARGE = random.Random(2).randbytes(100_000)  # noqa: S311 - no secret: bytes that do not compress
KEYS = '{"1": "a secret of the tests that is long enough"}'


@pytest.fixture
def client() -> Iterator[CountingClient]:
    with CountingClient() as client:
        yield client


@pytest.fixture
def environment(emulator: Emulator) -> dict[str, str]:
    """No routes: code that keeps results needs none."""
    name = f"results-{uuid4().hex[:8]}"
    return {
        **emulator.environment,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_BUCKET": emulator.create_bucket(name),
        "BRINE_SIGNING_KEYS_SECRET": emulator.create_secret(name, KEYS),
        "BRINE_NAMESPACE": "orders",
    }


def build(environment: dict[str, str], client: CountingClient) -> Cache:
    cache = build_cache(environment, "orders", client, registry=registry())
    cache._single_flight.renewals._every = 3_600  # else a slow machine makes calls that the tests do not count on
    return cache


def test_calls_per_result(environment: dict[str, str], client: CountingClient) -> None:
    cache = build(environment, client)
    costs = []
    for key, value in (("small", order()), ("large", order(attachment=LARGE))):
        for restarted in (False, False, True, False):
            if restarted:
                cache = build(environment, client)
            resolved = cache.resolve(key, partial(copy, value), freshness_lifetime=60)
            assert resolved.value == value
            assert resolved.event.faults == ()
            costs.append((key, resolved.event.outcome, resolved.event.layer, client.taken()))
    assert costs == [
        ("small", "miss", None, ["BatchGetItem", "UpdateItem", "TransactWriteItems"]),
        ("small", "hit", "memory", []),
        ("small", "hit", "table", ["BatchGetItem"]),
        ("small", "hit", "memory", []),
        ("large", "miss", None, ["BatchGetItem", "UpdateItem", "PUT object", "TransactWriteItems"]),
        ("large", "hit", "memory", []),
        ("large", "hit", "table", ["BatchGetItem", "GET object"]),
        ("large", "hit", "memory", []),
    ]
    cache.purge("small")
    assert client.taken() == ["UpdateItem"]
    assert cache.get_or_compute("small", lambda: order(2), freshness_lifetime=60) == order(2)


def test_calls_for_purges_and_tags(environment: dict[str, str], client: CountingClient) -> None:
    environment["BRINE_PURGE_DELTA"] = "60"
    purger = build_purger(environment, client)

    def cost(cache: Cache, *tags: str) -> tuple[str, list[str]]:
        story = cache.resolve("key", order, freshness_lifetime=60, tags=tags).event
        assert story.faults == ()
        return story.outcome, client.taken()

    fill = ["UpdateItem", "TransactWriteItems"]
    cache, other = build(environment, client), build(environment, client)
    assert cost(cache, "a", "b") == ("miss", ["BatchGetItem", *fill])
    assert cost(cache, "a", "b") == ("hit", [])
    assert cost(other, "a", "b") == ("hit", ["BatchGetItem"])  # the item and its stamps
    assert cost(build(environment, client)) == ("hit", ["BatchGetItem", "BatchGetItem"])  # the tags come as a surprise

    cache.purge_tag("b")
    assert client.taken() == ["UpdateItem"] * 2  # the order of purges of tags, and the tag
    assert cost(other, "a", "b") == ("hit", [])
    assert cost(cache, "a", "b") == ("miss", ["GetItem", *fill])  # all stamps are known
    assert cost(cache, "a", "b") == ("hit", [])
    purger.tag("a")
    assert client.taken() == ["UpdateItem"] * 2
    assert cost(build(environment, client), "a", "b") == ("miss", ["BatchGetItem", *fill])
    cache.purge("key", soft=True)
    assert client.taken() == ["UpdateItem"]
    assert cost(build(environment, client), "a", "b") == ("miss", ["BatchGetItem", *fill])


def test_calls_for_many_results(environment: dict[str, str], client: CountingClient) -> None:
    environment["BRINE_PURGE_DELTA"] = "60"

    def compute(missing: list[tuple[str, int]]) -> dict[tuple[str, int], Order]:
        return {key: order(key[1], attachment=LARGE if key[1] == 0 else b"") for key in missing}

    def get(cache: Cache, count: int) -> list[str]:
        keys = [("order", number) for number in range(count)]
        assert cache.get_many(keys, compute, freshness_lifetime=60, tags=["orders"]) == compute(keys)
        return sorted(client.taken())

    cache = build(environment, client)
    fill = ["PUT object", *["TransactWriteItems"] * 49, *["UpdateItem"] * 49]
    assert get(cache, 49) == ["BatchGetItem", *fill]  # 49 items, 49 stamps of theirs, the stamps of all and of the tag
    assert get(cache, 49) == []
    assert get(build(environment, client), 49) == ["BatchGetItem", "GET object"]
    assert get(build(environment, client), 50) == [
        *("BatchGetItem", "BatchGetItem", "GET object"),
        *("TransactWriteItems", "UpdateItem"),
    ]


def test_many_processes_compute_once(environment: dict[str, str], client: CountingClient) -> None:
    processes = [build(environment, client) for _ in range(8)]
    computed: list[int] = []
    others = threading.Event()

    def compute(number: int) -> Order:
        computed.append(number)
        others.wait(10)
        return order(number)

    def call(number: int) -> Order:
        if number == len(processes) - 1:
            others.set()
        return processes[number].get_or_compute("one", lambda: compute(number), freshness_lifetime=60)

    with ThreadPoolExecutor(len(processes)) as threads:
        results = list(threads.map(call, range(len(processes))))
    assert results == [order(computed[0])] * len(processes)
    assert len(computed) == 1


def test_a_missing_setting_is_named(environment: dict[str, str]) -> None:
    for name in ("BRINE_TABLE", "BRINE_SIGNING_KEYS_SECRET", "BRINE_NAMESPACE", "AWS_REGION"):
        without = {key: value for key, value in environment.items() if key != name}
        with pytest.raises(ConfigError, match=name):
            build_cache(without, "orders")


@pytest.mark.parametrize("namespace", ["Orders", "a#b", "a*", "-a", "a/b", "..", "a" * 33])
def test_a_namespace_is_no_pattern_and_no_path(environment: dict[str, str], namespace: str) -> None:
    with pytest.raises(ConfigError, match="BRINE_NAMESPACE"):
        build_cache({**environment, "BRINE_NAMESPACE": namespace}, "orders")


def test_namespaces_have_nothing_in_common(
    environment: dict[str, str], client: CountingClient, emulator: Emulator
) -> None:
    """Neither results of the same name and key, nor items, nor objects: a role can be confined to one of them."""
    for namespace in ("orders", "billing"):
        cache = build({**environment, "BRINE_NAMESPACE": namespace}, client)
        made = cache.resolve("one", lambda: order(attachment=LARGE), freshness_lifetime=60)
        assert made.event.outcome == "miss"
        cache.purge("other")
    items = emulator.dynamodb.scan(TableName=environment["BRINE_TABLE"])["Items"]
    objects = emulator.s3.list_objects_v2(Bucket=environment["BRINE_BUCKET"])["Contents"]
    for namespace in ("orders", "billing"):
        own = [item["pk"]["S"] for item in items if f"#{namespace}#" in item["pk"]["S"].replace(":", "#")]
        assert sorted({pk.partition(f"{namespace}#")[0] for pk in own}) == ["c#", "t#result:"]
        assert len([body for body in objects if body["Key"].startswith(f"results/{namespace}/")]) == 1
    assert {item["pk"]["S"].partition("#")[0] for item in items} == {"c", "t"}
    assert len(items) == 2 * 3  # the result, its lease, and a stamp
    assert len(objects) == 2
