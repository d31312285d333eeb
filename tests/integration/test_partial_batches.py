"""Batches of which DynamoDB leaves a part unprocessed: the effect on an answer, and its limits."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.adapters.http1 import HttpClient
from brine.bootstrap.gateway import build_gateway
from tests.integration.test_aws_calls import KEYS, ask
from tests.support.faults.aws import FaultyAws
from tests.support.faults.ports import Faults
from tests.support.loopback import Loopback, answering_always

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.emulators.aws import Emulator

PAGE = b"HTTP/1.1 200 OK\r\ncache-control: max-age=600\r\nsurrogate-key: a b\r\ncontent-length: 4\r\n\r\npage"


@pytest.fixture
def faults() -> Faults:
    return Faults(random=random.Random(3), chances={}, now=time.monotonic, advance=time.sleep)  # noqa: S311 - no secret


@pytest.fixture
def environment(emulator: Emulator, faults: Faults, tmp_path: Path) -> Iterator[dict[str, str]]:
    name = f"partial-{uuid4().hex[:8]}"
    with Loopback(answering_always(PAGE)) as origin, FaultyAws(emulator.endpoint_url, faults) as aws:
        routes = tmp_path / "routes.toml"
        routes.write_text(f'[[route]]\nname = "o"\nprefix = "/"\norigin = "{origin.address}"\n')
        yield {
            **emulator.environment,
            "AWS_ENDPOINT_URL": aws.url,
            "BRINE_TABLE": emulator.create_table(name),
            "BRINE_BUCKET": emulator.create_bucket(name),
            "BRINE_SIGNING_KEYS": KEYS,
            "BRINE_ROUTES": str(routes),
            "BRINE_PURGE_DELTA": "0",
        }


def test_a_part_that_comes_later_costs_nothing_but_time(environment: dict[str, str], faults: Faults) -> None:
    """Of three attempts, each has its chance: most answers are hits, and of the rest none is wrong."""
    with HttpClient() as client:
        assert ask(build_gateway(environment, client), "/x").stored
        faults.chances = {"partial": 0.4}
        answers = [ask(build_gateway(environment, client), "/x") for _ in range(40)]
    seen = Counter((answer.result, *map(str, answer.faults)) for answer in answers)
    assert {answer.response.body for answer in answers} == {b"page"}
    assert faults.injected["BatchGetItem", "partial"] > seen.total() - seen["hit",]
    assert seen["hit",] > 20
    throttled = {
        (result, fault) for result in ("miss", "collapsed") for fault in ("table-throttled", "stamps-throttled")
    }
    assert seen.keys() <= {("hit",), *throttled}


def test_a_part_that_never_comes_counts_as_purged(environment: dict[str, str], faults: Faults) -> None:
    with HttpClient() as client:
        gateway = build_gateway(environment, client)
        assert ask(gateway, "/x").stored
        assert ask(gateway, "/x").layer == "memory"
        faults.chances = {"partial": 1.0}
        in_memory, in_the_table = ask(gateway, "/x"), ask(build_gateway(environment, client), "/x")
        faults.chances = {}
        assert ask(build_gateway(environment, client), "/x").result == "hit"
    for answer, fault in ((in_memory, "stamps-throttled"), (in_the_table, "table-throttled")):
        assert (answer.result, answer.response.body, str(answer.faults[0])) == ("miss", b"page", fault)
    assert faults.injected == {("BatchGetItem", "partial"): 9}  # three lookups, one of them with the lease
