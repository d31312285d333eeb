"""The exchange's handler: the sample events, and the log lines and metrics of each."""

from __future__ import annotations

import base64
import json
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import boto3
import pytest

from brine.adapters.emf.exchange_log import EXCHANGE_METRICS, PROBLEM_METRICS
from brine.domain.channels.channel import PURPOSE, message_context
from brine.domain.channels.message import with_nonce
from brine.service.channels.exchange_answer import ExchangeResult
from brine.service.channels.exchange_problems import EXCHANGE_PROBLEM_TYPES
from brine.service.problems import (
    ANSWER_TOO_LARGE,
    CONTENT_INVALID,
    CONTENT_TOO_LARGE,
    EVENT_INVALID,
    FORMAT_UNACCEPTABLE,
    FORMAT_UNSUPPORTED,
    INTERNAL,
    PRINCIPAL_MISSING,
    ROUTE_UNKNOWN,
    STORE_UNAVAILABLE,
    TYPE_REFUSED,
)
from brine_cli.lambda_runtime.environment import InitFailed
from brine_codec import Codec, Keyring, Registry
from tests.contract.test_message_queues import two_queues
from tests.support.codec.canary import TOUCHED, plain_pickle
from tests.support.emulators.aws import REGION
from tests.support.events import load_event
from tests.unit.functions.invoking import Output, running, variables_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.support.emulators.aws import Emulator
    from tests.unit.functions.invoking import Invoker

    type Start = Callable[..., AbstractContextManager[Invoker]]

ROOT = Path(__file__).parents[3]
ORDERS_KEYS = '{"1": "a secret of the orders channel, long enough"}'
EXCHANGE = ROOT / "functions/exchange"
BROKEN = """
import app
class Broken:
    def serve(self, request, deadline, account):
        raise LookupError("nobody foresaw this")
from dataclasses import replace
handler = replace(app.handler, exchange=Broken())
"""


@pytest.fixture
def output() -> Output:
    return Output()


@pytest.fixture
def variables(emulator: Emulator, moto_endpoint: str) -> dict[str, str]:
    """With the sample channel and its types."""
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    with closing(session.client("sqs", endpoint_url=moto_endpoint)) as sqs:
        queue, retry_queue = two_queues(sqs)
    keys = emulator.create_secret(f"orders-{uuid.uuid4().hex}", ORDERS_KEYS)
    routes = ROOT / "samples/routes"
    return variables_on(emulator, routes / "routes.d/samples.toml") | {
        "BRINE_CHANNELS": str(routes / "channels.d/samples.toml"),
        "BRINE_TYPES": str(routes / "types.d/samples.toml"),
        "BRINE_ORDERS_QUEUE": queue,
        "BRINE_ORDERS_RETRY_QUEUE": retry_queue,
        "BRINE_ORDERS_KEYS": keys,
        "POWERTOOLS_SERVICE_NAME": "exchange",
    }


@pytest.fixture
def start(variables: dict[str, str], tmp_path: Path, output: Output) -> Start:
    def start(code: Path = EXCHANGE, handler: str = "app.handler") -> AbstractContextManager[Invoker]:
        return running(variables, tmp_path / "opt", output, code=code, handler=handler)

    return start


def problem_in(answer: dict[str, Any]) -> str:
    document = json.loads(answer["body"])
    assert document["status"] == answer["statusCode"]
    kind: str = document["type"]
    return kind.removeprefix("urn:brine:problem:")


def test_the_samples_send_receive_and_acknowledge_and_nothing_secret_is_told(start: Start, output: Output) -> None:
    sent_event = load_event("http-api/exchange-send.json")
    received_event = load_event("http-api/exchange-receive.json") | {"rawQueryString": "wait=0"}
    with start() as invoke:
        sent = invoke(sent_event)
        received = invoke(received_event)
        (message,) = json.loads(received["body"])["messages"]
        acknowledged = load_event("http-api/exchange-acknowledge.json")
        made_up = invoke(acknowledged)
        done = invoke(acknowledged | {"rawPath": f"/exchange/orders/{message['receipt']}"})
        empty = invoke(received_event)
        invited = invoke(load_event("http-api/exchange-upload.json"))
    assert (sent["statusCode"], json.loads(sent["body"])) == (202, {"id": message["id"]})
    assert message["content"] == json.loads(sent_event["body"])
    assert (made_up["statusCode"], problem_in(made_up)) == (400, "receipt-invalid")
    assert (done["statusCode"], empty["statusCode"], invited["statusCode"]) == (204, 204, 201)
    assert json.loads(invited["body"]).keys() == {"claim", "url", "headers", "expires_at"}

    told = "".join(output.lines)
    for secret in ("A-17", "tea", "producer", "consumer", message["receipt"], "AKIA", "X-Amz-Signature"):
        assert secret not in told
    results = ["sent", "received", "problem", "acknowledged", "empty", "invited"]
    assert [(record["result"], record["channel"]) for record in output.log] == [(name, "orders") for name in results]
    assert [record["level"] for record in output.log].count("WARNING") == 1
    assert [record["message_id"] for record in output.log if "message_id" in record] == [message["id"]] * 2
    common = {"Latency", "CostMicroUsd", "ReadUnits", "WriteUnits", "channel", "service"}
    assert [figures.keys() - common for figures in output.metrics] == [
        {"Sent"},
        {"Received", "Delivered"},
        {"Problem", "ReceiptInvalid"},
        {"Acknowledged"},
        {"ReceivedNothing"},
        {"UploadInvited"},
    ]
    assert all(figures["channel"] == "orders" for figures in output.metrics)


def test_a_channel_that_clients_make_up_is_no_dimension(start: Start, output: Output) -> None:
    event = load_event("http-api/exchange-receive.json") | {"rawPath": "/exchange/made-up"}
    with start() as invoke:
        answer = invoke(event)
    assert (answer["statusCode"], problem_in(answer)) == (404, "channel-unknown")
    assert "made-up" not in "".join(output.lines)
    (metrics,) = output.metrics
    assert (metrics["channel"], metrics["ChannelUnknown"]) == ("none", 1)


def test_a_fault_is_logged_with_its_cause_and_counted(start: Start, variables: dict[str, str], output: Output) -> None:
    variables["BRINE_ORDERS_QUEUE"] += "-missing"
    with start() as invoke:
        answer = invoke(load_event("http-api/exchange-send.json"))
    assert (answer["statusCode"], problem_in(answer)) == (503, "queue-unavailable")
    assert answer["headers"]["retry-after"] == "1"
    (record,) = output.log
    assert record["level"] == "WARNING"
    (fault,) = record["faults"]
    assert fault.startswith("queue-unavailable: ")
    (metrics,) = output.metrics
    assert (metrics["StoreFault"], metrics["QueueUnavailable"], metrics["Problem"]) == (1, 1, 1)


@dataclass(frozen=True)
class Order:
    """A class that the channel does not take: it knows shop.Order with other fields."""

    id: str


def envelope(keys: str = ORDERS_KEYS, channel: str = "orders", *, content: object = "tea", past: float = 0) -> str:
    """A sealed message in base64, as an event carries it."""
    known = Registry()
    known.register(Order, name="shop.Order", version=3)
    now = time.time() - past
    sealed = Codec(Keyring.from_json(keys), purpose=PURPOSE, registry=known).seal(
        with_nonce(b"0123456789abcdef", content),
        context=message_context(channel, "user/producer"),
        now=now,
        expires_at=now + 60,
    )
    return base64.b64encode(sealed).decode()


def test_each_refusal_of_a_sealed_message_is_counted_and_leaves_nothing_behind(
    start: Start, variables: dict[str, str], output: Output, tmp_path: Path
) -> None:
    channels = tmp_path / "channels.toml"
    shipped = Path(variables["BRINE_CHANNELS"]).read_text()
    other = shipped.replace('"orders"', '"invoices"').replace("${BRINE_ORDERS_KEYS}", "${INVOICES_KEYS}")
    channels.write_text(shipped + other)
    invoices_keys = '{"1": "a secret of the invoices channel, long enough"}'
    variables |= {"BRINE_CHANNELS": str(channels), "INVOICES_KEYS": invoices_keys}
    good = envelope()
    sent = [
        (good, "Sent"),
        (good, "Repeated"),
        (good[:-6] + ("A" if good[-6] != "A" else "B") + good[-5:], "MessageTampered"),
        (envelope(invoices_keys, "invoices"), "MessageWrongChannel"),
        (envelope(past=100), "MessageExpired"),
        (envelope('{"9": "a key that was retired long ago, and is gone"}'), "KeyRetired"),
        (envelope(content=Order("A-1")), "TypeRefused"),
        (base64.b64encode(plain_pickle()).decode(), "ContentInvalid"),
    ]
    event = load_event("http-api/exchange-send.json")
    event["headers"]["content-type"] = "application/vnd.brine.sealed"
    event["isBase64Encoded"] = True
    with start() as invoke:
        for body, _ in sent:
            invoke(event | {"body": body})
        received = invoke(load_event("http-api/exchange-receive.json") | {"rawQueryString": "wait=0"})
    common = {"Latency", "CostMicroUsd", "ReadUnits", "WriteUnits", "channel", "service", "Problem"}
    counted = [figures.keys() - common for figures in output.metrics[:-1]]
    assert counted == [{name} for _, name in sent]
    assert [message["content"] for message in json.loads(received["body"])["messages"]] == ["tea"]
    assert TOUCHED == []


def test_a_message_that_is_none_is_passed_over_and_counted(
    start: Start, variables: dict[str, str], moto_endpoint: str, output: Output
) -> None:
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    with closing(session.client("sqs", endpoint_url=moto_endpoint)) as sqs:
        sqs.send_message(QueueUrl=variables["BRINE_ORDERS_QUEUE"], MessageBody="made up")
    with start() as invoke:
        answer = invoke(load_event("http-api/exchange-receive.json") | {"rawQueryString": "wait=0"})
    assert answer["statusCode"] == 204
    (metrics,) = output.metrics
    assert metrics["Undeliverable"] == 1
    (record,) = output.log
    assert (record["level"], record["undeliverable"]) == ("WARNING", ["malformed"])


def test_only_on_an_emulator_somebody_stands_in(start: Start, variables: dict[str, str]) -> None:
    event = load_event("http-api/exchange-send.json")
    del event["requestContext"]["authorizer"]
    variables["BRINE_EMULATED_PRINCIPAL"] = "user/producer"
    with start() as invoke:
        assert invoke(event)["statusCode"] == 202
    for change in ({"BRINE_EMULATED_PRINCIPAL": ""}, {"AWS_ENDPOINT_URL": "https://127.0.0.1:1"}):
        variables |= change
        with start() as invoke:
            answer = invoke(event)
        assert (answer["statusCode"], problem_in(answer)) == (403, "principal-missing")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"BRINE_CHANNELS": ""}, "the environment variable BRINE_CHANNELS is not set"),
        ({"BRINE_CHANNELS": "/nowhere/channels.toml"}, "the channels file /nowhere/channels.toml cannot be read"),
        (
            {"BRINE_ORDERS_QUEUE": ""},
            'samples.toml: channel "orders": queue = "${BRINE_ORDERS_QUEUE}": the environment variable',
        ),
        ({"BRINE_ORDERS_KEYS": '{"1": "hushed"}'}, "the keys of the channel orders: the secret of key 1 is shorter"),
        (
            {"BRINE_TYPES": ""},
            'samples.toml: channel "orders": types = ["shop.Order"]: types.toml does not declare "shop.Order"',
        ),
        (
            {"BRINE_EMULATED_PRINCIPAL": "me"},
            "BRINE_EMULATED_PRINCIPAL is 'me', which is no principal: write user/NAME",
        ),
    ],
)
def test_settings_that_cannot_be_used_stop_the_start_with_what_is_wrong(
    start: Start, variables: dict[str, str], change: dict[str, str], why: str
) -> None:
    variables |= change
    with pytest.raises(InitFailed) as failure, start():
        pass
    assert f"brine.errors.ConfigError: {why}" in str(failure.value)
    assert "hushed" not in str(failure.value)


@pytest.mark.parametrize("malformed", [{}, {"Records": []}, {"version": "2.0", "hushed": "hushed"}])
def test_a_malformed_event_is_a_problem(start: Start, output: Output, malformed: dict[str, object]) -> None:
    with start() as invoke:
        answer = invoke(malformed)
    assert (answer["statusCode"], problem_in(answer)) == (400, "event-invalid")
    (metrics,) = output.metrics
    assert (metrics["EventInvalid"], metrics["channel"]) == (1, "none")
    assert "hushed" not in "".join(output.lines)


def test_a_failure_of_its_own_is_a_problem_without_the_stack(start: Start, tmp_path: Path, output: Output) -> None:
    code = tmp_path / "broken"
    code.mkdir()
    (code / "broken.py").write_text(BROKEN)
    (code / "app.py").write_text((EXCHANGE / "app.py").read_text())
    with start(code, "broken.handler") as invoke:
        answer = invoke(load_event("http-api/exchange-receive.json"))
    assert (answer["statusCode"], problem_in(answer)) == (500, "internal")
    assert "foresaw" not in json.dumps(answer)
    (told,) = output.log
    assert (told["level"], told["message"], told["problem"]) == ("ERROR", "exchanged", "internal")
    assert "LookupError: nobody foresaw this" in told["exception"]


def test_every_problem_and_every_result_has_a_metric_of_its_own() -> None:
    kinds = {
        *EXCHANGE_PROBLEM_TYPES,
        *(PRINCIPAL_MISSING, FORMAT_UNSUPPORTED, FORMAT_UNACCEPTABLE, CONTENT_INVALID, CONTENT_TOO_LARGE, TYPE_REFUSED),
        *(STORE_UNAVAILABLE, ROUTE_UNKNOWN, EVENT_INVALID, ANSWER_TOO_LARGE, INTERNAL),
    }
    assert {kind.name: "".join(part.capitalize() for part in kind.name.split("-")) for kind in kinds} == PROBLEM_METRICS
    assert EXCHANGE_METRICS.keys() == set(get_args(ExchangeResult.__value__))
    assert len({*PROBLEM_METRICS.values(), *EXCHANGE_METRICS.values()}) == len(PROBLEM_METRICS) + len(EXCHANGE_METRICS)
