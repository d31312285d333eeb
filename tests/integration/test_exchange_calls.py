"""The exchange's calls to AWS for each request, and that an envelope is sent once: on a queue, a table, a bucket."""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from brine.bootstrap.channels import build_exchange
from brine.domain.channels.channel import PURPOSE, message_context
from brine.domain.channels.message import content_of, with_nonce
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from brine.service.channels.sender import CLAIM_TYPE, INLINE_LIMIT
from brine_codec import Codec, Keyring
from tests.contract.test_message_queues import two_queues
from tests.integration.counting import CountingClient
from tests.support.emulators.aws import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine.service.channels.exchange import ExchangeService
    from brine.service.channels.exchange_answer import ExchangeAnswer
    from tests.support.emulators.aws import Emulator

ACCOUNT = "123456789012"
KEYS = '{"1": "a secret of the orders channel, long enough"}'
OWN_KEYS = '{"1": "a secret of the tests that is long enough"}'
SEALED = "application/vnd.brine.sealed"
CHANNELS = """
[[channel]]
name = "orders"
queue = "${QUEUE}"
retry_queue = "${RETRY_QUEUE}"
keys = "${KEYS}"
senders = ["user/producer"]
receivers = ["user/consumer"]
"""

NEW_MESSAGES = (["ReceiveMessage"], ["ReceiveMessage"] * 2)
"""Calls for what has not been received before: which of the two queues is asked first is left to chance."""
NO_MESSAGES = (["ReceiveMessage"] * 2, ["ReceiveMessage"] * 3)


@pytest.fixture
def client() -> Iterator[CountingClient]:
    with CountingClient() as client:
        yield client


@pytest.fixture
def environment(emulator: Emulator, moto_endpoint: str, tmp_path: Path) -> dict[str, str]:
    name = f"exchange-{uuid.uuid4().hex[:8]}"
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    with closing(session.client("sqs", endpoint_url=moto_endpoint)) as sqs:
        queue, retry_queue = two_queues(sqs)
    (tmp_path / "channels.toml").write_text(CHANNELS)
    return {
        **emulator.environment,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_BUCKET": emulator.create_bucket(name),
        "BRINE_SIGNING_KEYS_SECRET": emulator.create_secret(name, OWN_KEYS),
        "BRINE_CHANNELS": str(tmp_path / "channels.toml"),
        "QUEUE": queue,
        "RETRY_QUEUE": retry_queue,
        "KEYS": emulator.create_secret(f"{name}-orders", KEYS),
    }


@pytest.fixture
def exchange(environment: dict[str, str], client: CountingClient) -> ExchangeService:
    return build_exchange(environment, client)


def sealed(content: object) -> bytes:
    return Codec(Keyring.from_json(KEYS), purpose=PURPOSE).seal(
        with_nonce(secrets.token_bytes(16), content),
        context=message_context("orders", "user/producer"),
        now=time.time(),
        expires_at=time.time() + 600,
    )


def ask(
    exchange: ExchangeService, method: str, path: str = "", body: bytes = b"", who: str = "producer", **fields: str
) -> ExchangeAnswer:
    path, mark, query = path.partition("?")
    request = Request(
        method=method,
        path=f"/exchange/orders{path}",
        query=query if mark else None,
        fields=Fields((name.replace("_", "-"), value) for name, value in fields.items()),
        body=body,
        principal={"iam:user": f"arn:aws:iam::{ACCOUNT}:user/{who}"},
    )
    return exchange.serve(request, Deadline(time.monotonic() + 29, time.monotonic), account=ACCOUNT)


def received(exchange: ExchangeService) -> list[dict[str, Any]]:
    answer = ask(exchange, "GET", "?visibility=60", who="consumer")
    if answer.response.status == 204:
        return []
    messages: list[dict[str, Any]] = json.loads(answer.response.body)["messages"]
    return messages


def test_calls_of_a_small_message(exchange: ExchangeService, client: CountingClient) -> None:
    envelope = sealed({"a": 1})
    assert ask(exchange, "POST", body=envelope, content_type=SEALED).response.status == 202
    assert client.taken() == ["UpdateItem", "SendMessage", "UpdateItem"]
    assert ask(exchange, "POST", body=envelope, content_type=SEALED).result == "repeated"
    assert client.taken() == ["UpdateItem"]
    assert ask(exchange, "POST", body=b'{"b": 2}', content_type="application/json").response.status == 202
    assert client.taken() == ["SendMessage"]
    messages = received(exchange)
    assert client.taken() in NEW_MESSAGES
    assert sorted(json.dumps(message["content"]) for message in messages) == ['{"a": 1}', '{"b": 2}']
    for message in messages:
        extended = ask(
            exchange,
            "POST",
            f"/{message['receipt']}/extend",
            b'{"visibility": 90}',
            "consumer",
            content_type="application/json",
        )
        assert client.taken() == ["ChangeMessageVisibility"]
        receipt = json.loads(extended.response.body)["receipt"]
        assert ask(exchange, "DELETE", f"/{receipt}", who="consumer").response.status == 204
        assert client.taken() == ["DeleteMessage"]
    assert received(exchange) == []
    assert client.taken() in NO_MESSAGES


def test_calls_for_a_message_that_comes_again(exchange: ExchangeService, client: CountingClient) -> None:
    ask(exchange, "POST", body=sealed({"a": 1}), content_type=SEALED)
    (message,) = received(exchange)
    give_back = b'{"visibility": 0}'
    ask(exchange, "POST", f"/{message['receipt']}/extend", give_back, "consumer", content_type="application/json")
    client.taken()
    (again,) = received(exchange)
    assert client.taken() in NO_MESSAGES, "it is moved when the first queue is asked"
    assert again["attempt"] == 2
    assert ask(exchange, "DELETE", f"/{again['receipt']}", who="consumer").response.status == 204
    assert client.taken() == ["DeleteMessage"]
    assert received(exchange) == []


def test_calls_of_a_large_message(exchange: ExchangeService, client: CountingClient) -> None:
    content = secrets.token_hex(INLINE_LIMIT)
    assert ask(exchange, "POST", body=sealed(content), content_type=SEALED).response.status == 202
    assert client.taken() == ["UpdateItem", "PUT object", "SendMessage", "UpdateItem"]
    (message,) = received(exchange)
    assert client.taken() in [[*calls, "GET object"] for calls in NEW_MESSAGES]
    assert message["content"] == content
    assert ask(exchange, "DELETE", f"/{message['receipt']}", who="consumer").response.status == 204
    assert client.taken() == ["DeleteMessage", "UpdateItem", "DELETE object"]


def test_calls_of_an_upload_and_its_download(exchange: ExchangeService, client: CountingClient) -> None:
    content = secrets.token_hex(3_000_000)
    envelope = sealed(content)
    announced = json.dumps({"size": len(envelope), "sha256": sha256(envelope).hexdigest()}).encode()
    invited = ask(exchange, "POST", "/uploads", announced, content_type="application/json")
    assert client.taken() == []
    place = json.loads(invited.response.body)
    put = urllib.request.Request(  # noqa: S310 - moto's own URL
        place["url"], envelope, headers=place["headers"], method="PUT"
    )
    with urllib.request.urlopen(put, timeout=30) as answer:  # noqa: S310 - as above
        assert answer.status == 200
    claim = json.dumps({"claim": place["claim"]}).encode()
    sent = ask(exchange, "POST", body=claim, content_type=CLAIM_TYPE)
    assert (sent.response.status, client.taken()) == (202, ["GET object", "UpdateItem", "SendMessage", "UpdateItem"])

    (message,) = received(exchange)
    calls = [[*calls, "GET object"] for calls in NEW_MESSAGES]
    assert client.taken() in calls, "it is opened to see how large it is in JSON"
    with urllib.request.urlopen(message["claim"]["url"], timeout=30) as answer:  # noqa: S310 - as above
        fetched = answer.read()
    assert sha256(fetched).hexdigest() == message["claim"]["sha256"]
    opened = Codec(Keyring.from_json(KEYS), purpose=PURPOSE).open(
        fetched, context=message_context("orders", message["sender"]), now=time.time()
    )
    assert content_of(opened) == content
    assert ask(exchange, "DELETE", f"/{message['receipt']}", who="consumer").response.status == 204
    assert client.taken() == ["DeleteMessage", "UpdateItem", "DELETE object"]

    client.taken()
    again = ask(exchange, "POST", body=claim, content_type=CLAIM_TYPE)
    assert (again.response.status, again.result, again.message_id) == (202, "repeated", sent.message_id)
    assert client.taken() == ["GET object", "GetItem"], "what was acknowledged is not there any more"


def test_keys_are_fetched_once_in_a_process(exchange: ExchangeService, client: CountingClient) -> None:
    for _ in range(3):
        ask(exchange, "POST", body=b"{}", content_type="application/json")
        received(exchange)
    assert client.calls.count("GetSecretValue") == 2


def test_of_fifty_that_post_an_envelope_at_once_one_sends_it(environment: dict[str, str]) -> None:
    envelope = sealed("once")
    with CountingClient() as client:
        processes = [build_exchange(environment, client) for _ in range(10)]

        def post(number: int) -> ExchangeAnswer:
            return ask(processes[number % 10], "POST", body=envelope, content_type=SEALED)

        with ThreadPoolExecutor(50) as threads:
            answers = list(threads.map(post, range(50)))
        assert {answer.problem for answer in answers} <= {None, "message-being-sent"}
        assert [answer.result for answer in answers].count("sent") == 1
        assert client.taken().count("SendMessage") == 1
        (message,) = received(processes[0])
    assert {answer.message_id for answer in answers if answer.response.status == 202} == {message["id"]}
