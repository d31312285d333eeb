"""Calls to an emulator without an SDK: signed requests, and errors in words."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from brine_cli.emulators.api import EmulatorApi, EmulatorError
from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest


class Emulator:
    """Answers each request with `answer`, and keeps the requests."""

    def __init__(self) -> None:
        self.url = ""
        self.answer = HttpResponse(status=200, headers=(), body=b"{}")
        self.requests: list[HttpRequest] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return self.answer

    def fails(self, body: str, status: int = 400) -> None:
        self.answer = HttpResponse(status=status, headers=(), body=body.encode())


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    answering = Emulator()
    listener = listen("127.0.0.1", 0)
    answering.url = f"{url_of(listener)}/secret"
    with HttpServer(listener, answering):
        yield answering


@pytest.fixture
def api(emulator: Emulator) -> Iterator[EmulatorApi]:
    with closing(EmulatorApi(emulator.url)) as client:
        yield client


def test_a_call_is_signed_json_for_an_operation(emulator: Emulator, api: EmulatorApi) -> None:
    emulator.answer = HttpResponse(status=200, headers=(), body=b'{"QueueUrl": "http://q"}')

    assert api.call("sqs", "CreateQueue", QueueName="a", Attributes={}) == {"QueueUrl": "http://q"}

    (request,) = emulator.requests
    fields = dict(request.headers)
    assert (request.method, request.target) == ("POST", b"/secret/")
    assert fields[b"x-amz-target"] == b"AmazonSQS.CreateQueue"
    assert fields[b"content-type"] == b"application/x-amz-json-1.0"
    assert b"/us-east-1/sqs/aws4_request" in fields[b"authorization"]
    assert json.loads(request.body) == {"QueueName": "a", "Attributes": {}}


def test_an_answer_may_be_empty(emulator: Emulator, api: EmulatorApi) -> None:
    emulator.answer = HttpResponse(status=200, headers=(), body=b"")

    assert api.call("dynamodb", "UpdateTimeToLive") == {}


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ('{"__type": "com.amazonaws.x#ValidationException", "message": "one key"}', "ValidationException", "one key"),
        ('{"__type": "ResourceInUseException", "Message": "there"}', "ResourceInUseException", "there"),
        ("<Error><Code>BucketNameInvalid</Code><Message>a b</Message></Error>", "BucketNameInvalid", "a b"),
        ("oops", "unknown", "400"),
        ("[]", "unknown", "400"),
    ],
)
def test_an_error_has_its_code_and_its_message(
    emulator: Emulator, api: EmulatorApi, body: str, code: str, message: str
) -> None:
    emulator.fails(body)

    with pytest.raises(EmulatorError) as failure:
        api.call("dynamodb", "CreateTable")

    assert (failure.value.code, str(failure.value)) == (code, f"CreateTable: {message} ({code})")


def test_a_bucket_may_exist(emulator: Emulator, api: EmulatorApi) -> None:
    emulator.fails("<Error><Code>BucketAlreadyOwnedByYou</Code></Error>", 409)
    api.create_bucket("mine")
    assert (emulator.requests[0].method, emulator.requests[0].target) == ("PUT", b"/secret/mine")

    emulator.fails("<Error><Code>BucketAlreadyExists</Code></Error>", 409)
    with pytest.raises(EmulatorError, match="CreateBucket: 409"):
        api.create_bucket("another's")


@pytest.mark.parametrize("body", [b"[]", b"<html>"], ids=["another document", "no JSON"])
def test_an_answer_that_is_no_object_is_an_error(emulator: Emulator, api: EmulatorApi, body: bytes) -> None:
    emulator.answer = HttpResponse(status=200, headers=(), body=body)

    with pytest.raises(EmulatorError, match="GetQueueUrl: the answer is no JSON object"):
        api.call("sqs", "GetQueueUrl")


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        ("http://127.0.0.1:1", r"CreateTable: .*refused"),
        ("http://user@127.0.0.1:1", "CreateTable: an endpoint is a scheme, a host and perhaps a port and a path"),
    ],
)
def test_without_an_emulator_the_error_says_why(endpoint: str, told: str) -> None:
    with closing(EmulatorApi(endpoint)) as api, pytest.raises(EmulatorError, match=told) as failure:
        api.call("dynamodb", "CreateTable")
    assert failure.value.code == ""
