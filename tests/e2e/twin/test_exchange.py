"""Objects through the exchange over real HTTP: from one process to another, read by curl, and large."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pandas as pd
import pandas.testing as pdt
import pytest

from brine_cli.twin import Twin
from brine_client import Client, Credentials, NotFound, NotPermitted, secret_keyring
from brine_codec import frames
from examples.shop import Line, Order, registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_codec import Registry

ROOT = Path(__file__).parents[3]
SECONDS = 60
ORDER = Order(
    id="A-17",
    placed=datetime(2026, 7, 10, 9, 0, 0, 5, tzinfo=UTC),
    total=Decimal("19.90"),
    lines=[Line("tea", 2, Decimal("4.90"))],
    note="é",
)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(template=ROOT / "samples/template.yaml") as running:
        yield running


def client(twin: Twin, name: str, known: Registry | None = None) -> Client:
    credentials = Credentials(name, "test")
    keys = secret_keyring(
        twin.resources["OrdersKeys"], region="us-east-1", credentials=credentials, endpoint_url=twin.aws_endpoint
    )
    return Client(
        twin.url,
        keyring=keys,
        registry=registry() if known is None else known,
        principal=f"user/{name}",
        credentials=credentials,
        region="us-east-1",
    )


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def curl(twin: Twin, name: str, path: str, *options: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    signed = ("--aws-sigv4", "aws:amz:us-east-1:execute-api", "--user", f"{name}:test")
    return run("curl", "-sS", *signed, *options, f"{twin.url}{path}")


def test_an_object_comes_out_as_it_went_in(twin: Twin) -> None:
    with client(twin, "producer") as producer, client(twin, "consumer") as consumer:
        sent = producer.send("orders", ORDER)
        (message,) = consumer.receive("orders", wait=1)
        assert (message.id, message.sender, message.attempt) == (sent, "user/producer", 1)
        assert message.content == ORDER
        message.acknowledge()
        assert list(consumer.receive("orders", wait=0)) == []


def test_the_examples_pass_an_order_from_one_process_to_another(twin: Twin) -> None:
    assert twin.aws_endpoint is not None
    place = ("--url", twin.url, "--aws", twin.aws_endpoint)
    sent = run(sys.executable, "-m", "examples.producer", *place, "--order", "A-99")
    taken = run(sys.executable, "-m", "examples.consumer", *place, "--wait", "1")
    assert sent.startswith("sent A-99, 21.80 in all, as message ")
    waiting, order, *_ = taken.splitlines()
    assert waiting == "waiting for orders; this ends after 1 s without one"
    assert order.endswith("from user/producer: 21.80 in all")
    assert "  2 x tea at 4.90" in taken


def test_the_same_message_is_read_as_json_by_curl_and_as_an_object_by_the_client(twin: Twin) -> None:
    with client(twin, "producer") as producer, client(twin, "consumer") as consumer:
        sent = producer.send("orders", ORDER)
        read = json.loads(curl(twin, "consumer", "/exchange/orders?visibility=30&wait=1"))
        (told,) = read["messages"]
        assert told["id"] == sent
        assert told["content"] == {
            "$type": "shop.Order@3",
            "id": "A-17",
            "placed": {"$datetime": "2026-07-10T09:00:00.000005+00:00"},
            "total": {"$decimal": "19.90"},
            "lines": [{"$type": "shop.Line@1", "sku": "tea", "count": 2, "price": {"$decimal": "4.90"}}],
            "note": "é",
        }
        back = curl(twin, "consumer", f"/exchange/orders/{told['receipt']}/extend", "--json", '{"visibility": 0}')
        assert "receipt" in json.loads(back)
        (message,) = consumer.receive("orders", wait=1)
        assert (message.id, message.attempt, message.content) == (sent, 2, ORDER)
        message.acknowledge()


def test_the_client_receives_an_object_that_curl_sent_as_json(twin: Twin) -> None:
    text = '{"$type":"shop.Line@1","sku":"cup","count":1,"price":{"$decimal":"12.00"}}'
    sent = json.loads(curl(twin, "producer", "/exchange/orders", "--json", text))
    with client(twin, "consumer") as consumer:
        (message,) = consumer.receive("orders", wait=1)
        assert (message.id, message.content) == (sent["id"], Line("cup", 1, Decimal("12.00")))
        message.acknowledge()


def test_a_frame_passes_though_the_gateway_has_no_pandas(twin: Twin) -> None:
    frame = pd.DataFrame(
        {"sku": ["tea", "cup"], "count": [2, 1], "sold": pd.to_datetime(["2026-07-10", "2026-07-11"])},
        index=pd.Index(["a", "b"], name="line"),
    )
    known = registry()
    frames.register(known)
    with client(twin, "producer", known) as producer, client(twin, "consumer", known) as consumer:
        producer.send("orders", frame)
        read = json.loads(curl(twin, "consumer", "/exchange/orders?visibility=30&wait=1"))
        (told,) = read["messages"]
        assert told["content"]["$object"][0] == "pd:DataFrame"
        curl(twin, "consumer", f"/exchange/orders/{told['receipt']}/extend", "--json", '{"visibility": 0}')
        (message,) = consumer.receive("orders", wait=1)
        pdt.assert_frame_equal(message.content, frame)
        message.acknowledge()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_an_array_of_50_mb_takes_less_than_two_and_a_half_times_its_size_at_either_end(twin: Twin) -> None:
    assert twin.aws_endpoint is not None
    script = str(Path(__file__).parent / "large_messages.py")
    sent = float(run(sys.executable, script, "send", twin.url, twin.aws_endpoint))
    stored = boto3.client(
        "s3",
        endpoint_url=twin.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    bucket = twin.resources["Bodies"]
    assert stored.list_objects_v2(Bucket=bucket, Prefix="claims/")["KeyCount"] == 1
    received = float(run(sys.executable, script, "receive", twin.url, twin.aws_endpoint))
    print(f"50 MB: sent with {sent} times its size, received with {received}")
    assert 1 < sent < 2.5
    assert 0.9 < received < 2.5
    assert stored.list_objects_v2(Bucket=bucket, Prefix="claims/")["KeyCount"] == 0


def test_a_refused_principal_gets_not_permitted(twin: Twin) -> None:
    with client(twin, "consumer") as consumer, pytest.raises(NotPermitted, match="sender-refused"):
        consumer.send("orders", ORDER)
    with client(twin, "producer") as producer:
        with pytest.raises(NotPermitted, match="sender-refused"):
            list(producer.receive("orders", wait=0))
        with pytest.raises(NotFound, match="channel-unknown"):
            producer.send("invoices", ORDER)


def test_the_same_envelope_is_taken_once(twin: Twin) -> None:
    with client(twin, "producer") as producer, client(twin, "consumer") as consumer:
        producer._nonce = lambda: b"the same for both"
        now = producer._clock()
        producer._clock = lambda: now
        first, second = (producer.send("orders", ORDER) for _ in range(2))
        (message,) = consumer.receive("orders", wait=1)
        assert first == second == message.id
        message.acknowledge()
        assert producer.send("orders", ORDER) == first
        assert list(consumer.receive("orders", wait=0)) == []
