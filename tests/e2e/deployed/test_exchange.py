"""The deployed exchange, invoked as API Gateway would: its role permits all calls of each of its ways."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from brine.domain.channels.channel import PURPOSE, message_context
from brine.domain.channels.message import with_nonce
from brine.service.channels.sender import INLINE_LIMIT
from brine_client import Client, Credentials, NotPermitted, secret_keyring
from brine_codec import Codec, Keyring, arrays
from examples.shop import Line, Order
from examples.shop import registry as known_to_the_shop
from tests.support.emulators.aws import REGION
from tests.support.events import load_event

if TYPE_CHECKING:
    from tests.support.emulators.deployment import DeployedStack

pytestmark = pytest.mark.deploy


@dataclass(frozen=True, slots=True)
class ExchangeService:
    """The function, and the account that it is in."""

    stack: DeployedStack

    def ask(self, sample: str, **changes: object) -> dict[str, Any]:
        """The function's answer to a sample event with these changes."""
        functions = self.stack.client("lambda")
        name = self.stack.resources["ExchangeFunction"]
        account = functions.get_function_configuration(FunctionName=name)["FunctionArn"].split(":")[4]
        text = json.dumps(load_event(f"http-api/exchange-{sample}.json") | changes).replace("123456789012", account)
        answer = functions.invoke(FunctionName=name, Payload=text.encode())
        assert "FunctionError" not in answer
        returned: dict[str, Any] = json.loads(answer["Payload"].read())
        return returned

    def received(self, **changes: object) -> list[dict[str, Any]]:
        """The messages that are there."""
        answer = self.ask("receive", **changes)
        messages: list[dict[str, Any]] = json.loads(answer["body"])["messages"] if answer["statusCode"] == 200 else []
        return messages

    def acknowledge(self, message: dict[str, Any]) -> int:
        """The status of the answer to an acknowledgement."""
        status: int = self.ask("acknowledge", rawPath=f"/exchange/orders/{message['receipt']}")["statusCode"]
        return status

    def sealed(self, content: object) -> dict[str, object]:
        """The changes to a sample event that make it send a sealed message."""
        text = self.stack.client("secretsmanager").get_secret_value(SecretId=self.stack.resources["OrdersKeys"])
        envelope = Codec(Keyring.from_json(text["SecretString"]), purpose=PURPOSE).seal(
            with_nonce(secrets.token_bytes(16), content),
            context=message_context("orders", "user/producer"),
            now=time.time(),
            expires_at=time.time() + 600,
        )
        headers = {"content-type": "application/vnd.brine.sealed", "accept": "*/*"}
        return {"body": base64.b64encode(envelope).decode(), "isBase64Encoded": True, "headers": headers}


@pytest.fixture
def exchange(deployed_stack: DeployedStack) -> ExchangeService:
    return ExchangeService(deployed_stack)


def test_a_message_of_each_kind_is_sent_received_and_acknowledged(exchange: ExchangeService) -> None:
    large = secrets.token_hex(INLINE_LIMIT)
    small = exchange.sealed("small")
    changed: dict[str, dict[str, object]] = {"plain": {}, "small": small, "big": exchange.sealed(large)}
    sent = {}
    for kind, changes in changed.items():
        answer = exchange.ask("send", **changes)
        assert answer["statusCode"] == 202, answer["body"]
        sent[json.loads(answer["body"])["id"]] = kind
    again = exchange.ask("send", **small)
    assert (again["statusCode"], sent[json.loads(again["body"])["id"]]) == (202, "small")

    contents = {}
    for _ in range(5):
        for message in exchange.received():
            contents[sent[message["id"]]] = message["content"]
            assert exchange.acknowledge(message) == 204
        if len(contents) == len(sent):
            break
    order = json.loads(load_event("http-api/exchange-send.json")["body"])
    assert contents == {"plain": order, "small": "small", "big": large}
    objects = exchange.stack.client("s3").list_objects_v2(Bucket=exchange.stack.resources["Bodies"], Prefix="claims/")
    assert objects["KeyCount"] == 0


def test_a_redelivered_message_comes_alone(exchange: ExchangeService) -> None:
    """It comes out of the retry queue, which the stack has made and the function's role may read."""
    sent = json.loads(exchange.ask("send", **exchange.sealed("again"))["body"])["id"]
    (first,) = exchange.received(rawQueryString="max=10&visibility=1&wait=1")
    assert (first["id"], first["attempt"]) == (sent, 1)
    new = {json.loads(exchange.ask("send", **exchange.sealed(number))["body"])["id"] for number in range(3)}
    time.sleep(1.5)
    batches = []
    for _ in range(4):
        batches.append(given := exchange.received(rawQueryString="max=10&visibility=60&wait=1"))
        assert [exchange.acknowledge(message) for message in given] == [204] * len(given)
    attempts = {message["id"]: message["attempt"] for batch in batches for message in batch}
    assert attempts == {sent: 2} | dict.fromkeys(new, 1)
    assert [len(batch) for batch in batches if sent in {message["id"] for message in batch}] == [1]


def test_a_place_for_an_upload_is_given(exchange: ExchangeService) -> None:
    assert exchange.ask("upload")["statusCode"] == 201


def member(stack: DeployedStack, name: str) -> Client:
    """A client with credentials of a user of that name, that may call the API and read the channel's keys."""
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    statements = [
        {"Effect": "Allow", "Action": ["execute-api:Invoke", "secretsmanager:GetSecretValue"], "Resource": "*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="exchange", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    keys = secret_keyring(
        stack.resources["OrdersKeys"], region=REGION, credentials=credentials, endpoint_url=stack.endpoint_url
    )
    registry = known_to_the_shop()
    arrays.register(registry)
    return Client(
        stack.url,
        keyring=keys,
        registry=registry,
        principal=f"user/{name}",
        credentials=credentials,
        region=REGION,
    )


def test_users_pass_objects_over_http_small_and_of_50_mb(deployed_stack: DeployedStack) -> None:
    order = Order(
        id="A-17",
        placed=datetime(2026, 7, 10, 9, 0, 0, 5, tzinfo=UTC),
        total=Decimal("19.90"),
        lines=[Line("tea", 2, Decimal("4.90"))],
    )
    array = np.random.default_rng(7).random(50 * 1024 * 1024 // 8)
    with member(deployed_stack, "producer") as producer, member(deployed_stack, "consumer") as consumer:
        sent = [producer.send("orders", order), producer.send("orders", array)]
        received = {}
        for message in consumer.receive("orders", wait=3):
            received[message.id] = message.content
            assert message.sender == "user/producer"
            message.acknowledge()
        assert received.keys() == set(sent)
        assert received[sent[0]] == order
        assert np.array_equal(received[sent[1]], array)
        with pytest.raises(NotPermitted, match="sender-refused"):
            consumer.send("orders", order)
