"""A stale hit and its refresh as bootstrap wires them, on emulated AWS: the calls of each, and which client waits."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from brine.adapters.sqs import refresh_message
from brine.bootstrap.gateway import build_gateway, build_refresher
from brine.ports.deadline import Deadline
from tests.integration.counting import CountingClient
from tests.integration.test_aws_calls import KEYS, ask
from tests.support.emulators.aws import REGION
from tests.support.loopback import Loopback, answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.emulators.aws import Emulator

HEAD = b'HTTP/1.1 200 OK\r\netag: "1"\r\ncontent-length: 3\r\n'
# Fresh for ten seconds, of which the origin has used up twelve: stale at once.
OLD = HEAD + b"cache-control: max-age=10, stale-while-revalidate=60\r\nage: 12\r\n\r\nold"
NEW = HEAD + b"cache-control: max-age=600\r\n\r\nnew"


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
def environment(emulator: Emulator, sqs: Any, tmp_path: Path) -> dict[str, str]:
    name = f"refresh-{uuid4().hex[:8]}"
    routes = tmp_path / "routes.toml"
    routes.write_text('[[route]]\nname = "o"\nprefix = "/"\norigin = "${ORIGIN}"\n')
    return {
        **emulator.environment,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_BUCKET": emulator.create_bucket(name),
        "BRINE_SIGNING_KEYS_SECRET": emulator.create_secret(name, KEYS),
        "BRINE_REFRESH_QUEUE": sqs.create_queue(QueueName=name)["QueueUrl"],
        "BRINE_ROUTES": str(routes),
        "BRINE_PURGE_DELTA": "60",
    }


def soon() -> Deadline:
    return Deadline(time.monotonic() + 20, time.monotonic)


def test_calls_per_stale_hit_and_refresh(environment: dict[str, str], client: CountingClient, sqs: Any) -> None:
    with Loopback(answering(OLD, NEW)) as origin:
        environment["ORIGIN"] = str(origin.address)
        gateway = build_gateway(environment, client)
        assert ask(gateway, "/x").stored
        client.taken()

        stale = ask(gateway, "/x")
        assert (stale.result, stale.response.body, len(origin.requests)) == ("stale", b"old", 1)
        assert client.taken() == ["GetItem", "SendMessage"]
        assert ask(gateway, "/x").result == "stale"
        assert client.taken() == ["GetItem"]

        (message,) = sqs.receive_message(QueueUrl=environment["BRINE_REFRESH_QUEUE"])["Messages"]
        request = refresh_message.read(message["Body"])
        refresher = build_refresher(environment, client)
        assert refresher.refresh(request, soon()).outcome == "refreshed"
        assert client.taken() == ["BatchGetItem", "UpdateItem", "TransactWriteItems"]
        assert refresher.refresh(request, soon()).outcome == "fresh"
        assert client.taken() == ["GetItem"]

        fresh = ask(gateway, "/x")
        assert (fresh.result, fresh.response.body, len(origin.requests)) == ("hit", b"new", 2)
        assert client.taken() == ["GetItem"]
        client.close()


def test_without_a_queue_the_client_waits_for_the_origin(environment: dict[str, str], client: CountingClient) -> None:
    del environment["BRINE_REFRESH_QUEUE"]
    with Loopback(answering(OLD, NEW)) as origin:
        environment["ORIGIN"] = str(origin.address)
        gateway = build_gateway(environment, client)
        assert ask(gateway, "/x").response.body == b"old"
        assert ask(gateway, "/x").response.body == b"new"
        client.close()
