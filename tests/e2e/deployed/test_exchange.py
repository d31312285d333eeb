"""The deployed exchange, invoked as API Gateway would: what its role allows suffices for each of its ways."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from brine.domain.channel import PURPOSE, message_context
from brine.domain.channel_message import with_nonce
from brine.service.exchange.sending import INLINE_LIMIT
from brine_codec import Codec, Keyring
from tests.events import load_event

if TYPE_CHECKING:
    from tests.deployment import DeployedStack

pytestmark = pytest.mark.deploy


@dataclass(frozen=True, slots=True)
class Exchange:
    """The function, and whose account it is in."""

    stack: DeployedStack

    def ask(self, sample: str, **changes: object) -> dict[str, Any]:
        """What the function answers to a sample event with these changes."""
        functions = self.stack.client("lambda")
        name = self.stack.resources["ExchangeFunction"]
        account = functions.get_function_configuration(FunctionName=name)["FunctionArn"].split(":")[4]
        text = json.dumps(load_event(f"http-api/exchange-{sample}.json") | changes).replace("123456789012", account)
        answer = functions.invoke(FunctionName=name, Payload=text.encode())
        assert "FunctionError" not in answer
        returned: dict[str, Any] = json.loads(answer["Payload"].read())
        return returned

    def received(self) -> list[dict[str, Any]]:
        """The messages that are there."""
        answer = self.ask("receive")
        messages: list[dict[str, Any]] = json.loads(answer["body"])["messages"] if answer["statusCode"] == 200 else []
        return messages

    def acknowledge(self, message: dict[str, Any]) -> int:
        """The status of the answer to an acknowledgement."""
        status: int = self.ask("acknowledge", rawPath=f"/exchange/orders/{message['receipt']}")["statusCode"]
        return status

    def sealed(self, content: object) -> dict[str, object]:
        """What a sample is to be changed in, to send a sealed message."""
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
def exchange(deployed_stack: DeployedStack) -> Exchange:
    return Exchange(deployed_stack)


def test_a_message_of_each_kind_is_sent_received_and_acknowledged(exchange: Exchange) -> None:
    large = secrets.token_hex(INLINE_LIMIT)
    small = exchange.sealed("small")
    changed: dict[str, dict[str, object]] = {"plain": {}, "small": small, "big": exchange.sealed(large)}
    sent = {}
    for kind, changes in changed.items():
        answer = exchange.ask("send", **changes)
        assert answer["statusCode"] == 202, answer["body"]
        sent[json.loads(answer["body"])["id"]] = kind
    assert exchange.ask("send", **small)["statusCode"] == 409

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


def test_a_place_for_an_upload_is_given(exchange: Exchange) -> None:
    assert exchange.ask("upload")["statusCode"] == 201
