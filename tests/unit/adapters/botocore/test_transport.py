"""What the transport over botocore takes from botocore: credentials, endpoints, proxies, and handlers of its events."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import NoCredentialsError
from botocore.session import Session

from brine.adapters.aws.call import RetryPolicy, ServiceCall
from brine.adapters.aws.service import Aws, Service
from brine.adapters.botocore.transport import BotocoreTransport
from brine.errors import ConfigError, StoreUnavailable
from tests.support.aws_answers import json_answer, json_error
from tests.support.loopback import Loopback, answering, answering_always, answering_once_and_closing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REGION = "eu-central-1"
ONCE = RetryPolicy(attempts=1)


def call(path: str = "/", method: str = "POST") -> ServiceCall:
    return ServiceCall(name="Operation", method=method, path=path, headers={}, payload_hash="0", max_answer=1000)


class Recording:
    """Answers the requests of a session in the place of AWS, as moto does."""

    def __init__(self, session: Session) -> None:
        self.requests: list[Any] = []
        handler: Any = self.answer
        session.register("before-send", handler)

    def answer(self, event_name: str, request: Any, **_: object) -> AWSResponse:
        self.requests.append((event_name, request))
        return AWSResponse(request.url, 200, {}, BytesIO(b"{}"))  # type: ignore[arg-type]  # moto's has no more


def session_with_keys(key: str = "AKID") -> Session:
    session = Session()
    session.set_credentials(key, "hushed")
    return session


def connected(server: Loopback) -> closing[BotocoreTransport]:
    return closing(BotocoreTransport(session_with_keys(), REGION, endpoint_url=str(server.address)))


def send(transport: BotocoreTransport, service: str = "dynamodb", *, path: str = "/", bucket: str = "") -> bytes:
    aws = Aws(transport=transport, sleep=lambda _: None, random=lambda: 0.5)
    return Service(aws, service, ONCE, bucket=bucket).send(call(path)).body


@pytest.mark.parametrize(
    ("service", "bucket", "url"),
    [
        ("dynamodb", "", "https://dynamodb.eu-central-1.amazonaws.com/"),
        ("sqs", "", "https://sqs.eu-central-1.amazonaws.com/"),
        ("secretsmanager", "", "https://secretsmanager.eu-central-1.amazonaws.com/"),
        ("s3", "kept", "https://kept.s3.eu-central-1.amazonaws.com/"),
        ("s3", "kept.example", "https://s3.eu-central-1.amazonaws.com/kept.example/"),
    ],
)
def test_a_request_is_an_event_that_handlers_may_answer(service: str, bucket: str, url: str) -> None:
    session = session_with_keys()
    recording = Recording(session)
    assert send(BotocoreTransport(session, REGION), service, bucket=bucket) == b"{}"
    ((event, request),) = recording.requests
    assert re.fullmatch(r"before-send\.[a-z0-9-]+\.Operation", event)
    assert request.url == url


@pytest.mark.parametrize(
    ("config", "service", "url"),
    [
        (Config(use_fips_endpoint=True), "dynamodb", "https://dynamodb-fips.us-west-2.amazonaws.com/"),
        (Config(use_fips_endpoint=True), "s3", "https://kept.s3-fips.us-west-2.amazonaws.com/a"),
        (Config(use_dualstack_endpoint=True), "s3", "https://kept.s3.dualstack.us-west-2.amazonaws.com/a"),
        (Config(use_dualstack_endpoint=True), "sqs", "https://sqs.us-west-2.api.aws/"),
        (Config(s3={"addressing_style": "path"}), "s3", "https://s3.us-west-2.amazonaws.com/kept/a"),
    ],
)
def test_the_endpoint_is_that_of_the_session(config: Config, service: str, url: str) -> None:
    session = session_with_keys()
    session.set_default_client_config(config)
    recording = Recording(session)
    is_s3 = service == "s3"
    send(BotocoreTransport(session, "us-west-2"), service, path="/a" if is_s3 else "/", bucket="kept" if is_s3 else "")
    assert [request.url for _, request in recording.requests] == [url]


def test_an_endpoint_may_be_given_for_one_service(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare.write_text("[default]\nservices = mine\n[services mine]\nsqs =\n  endpoint_url = https://queues.test/all\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://table.test:8000")
    session = session_with_keys()
    recording = Recording(session)
    transport = BotocoreTransport(session, REGION)
    for service in ("dynamodb", "sqs"):
        send(transport, service)
    send(transport, "s3", path="/a", bucket="kept")
    assert [request.url for _, request in recording.requests] == [
        "http://table.test:8000/",
        "https://queues.test/all/",
        "https://kept.s3.eu-central-1.amazonaws.com/a",
    ]


def test_requests_go_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(answering_always(json_answer({}))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", str(proxy.address))
        transport = BotocoreTransport(session_with_keys(), REGION, endpoint_url="http://table.test")
        with closing(transport):
            assert send(transport) == b"{}"
    assert proxy.requests[0].startswith(b"POST http://table.test/ HTTP/1.1\r\n")


def test_a_connection_is_kept() -> None:
    with Loopback(answering(*[json_answer({})] * 3)) as server, connected(server) as transport:
        for _ in range(3):
            send(transport)
    assert (len(server.requests), server.connections) == (3, 1)


def test_an_unframed_answer_is_incomplete() -> None:
    unframed = b"HTTP/1.1 200 OK\r\ndate: x\r\n\r\n"
    with (
        Loopback(answering_once_and_closing(unframed)) as server,
        connected(server) as transport,
        pytest.raises(StoreUnavailable, match="the head of the response is incomplete"),
    ):
        send(transport)


class Rotating(Credentials):
    """Credentials that are found anew each time."""

    def __init__(self, find: Callable[[], ReadOnlyCredentials]) -> None:
        super().__init__("", "")
        self._find = find

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return self._find()


def session_that_finds(find: Callable[[], ReadOnlyCredentials]) -> Any:
    session: Any = Session()
    session._credentials = Rotating(find)
    return session


def test_each_attempt_has_the_credentials_of_its_moment() -> None:
    found = iter([ReadOnlyCredentials("FIRST", "hushed", None), ReadOnlyCredentials("SECOND", "hushed", "token")])
    with Loopback(answering(json_error("ThrottlingException"), json_answer({}))) as server:
        transport = BotocoreTransport(session_that_finds(lambda: next(found)), REGION, endpoint_url=str(server.address))
        aws = Aws(transport=transport, sleep=lambda _: None)
        with closing(transport):
            Service(aws, "dynamodb", RetryPolicy(budget=60, attempts=2)).send(call())
    assert [re.findall(rb"Credential=(\w+)/", request) for request in server.requests] == [[b"FIRST"], [b"SECOND"]]
    assert [b"\r\nx-amz-security-token: token\r\n" in request for request in server.requests] == [False, True]


def test_credentials_that_cannot_be_refreshed_are_a_failure_without_effect() -> None:
    def fail() -> ReadOnlyCredentials:
        raise NoCredentialsError

    transport = BotocoreTransport(session_that_finds(fail), REGION)
    with pytest.raises(StoreUnavailable, match="Operation: no AWS credentials: Unable to locate credentials") as caught:
        send(transport)
    assert caught.value.is_undone
    with pytest.raises(StoreUnavailable, match="presigned GET: no AWS credentials"):
        Service(Aws(transport=transport), "s3", ONCE, bucket="kept").presigned("/a", {}, seconds=60)


@pytest.mark.parametrize("error", [RuntimeError("still expired"), OSError("no file"), KeyError("token")])
def test_an_error_of_any_class_from_the_credentials_is_a_failure_of_the_store(error: Exception) -> None:
    class Broken(Credentials):
        def get_frozen_credentials(self) -> ReadOnlyCredentials:
            raise error

    session = session_with_keys()
    session._credentials = Broken("AKID", "hushed")  # type: ignore[attr-defined]  # where the session keeps them
    with closing(BotocoreTransport(session, REGION)) as transport, pytest.raises(StoreUnavailable) as caught:
        send(transport)
    assert caught.value.is_undone


def test_a_bucket_that_botocore_refuses_is_named() -> None:
    with pytest.raises(ConfigError, match="the bucket 'a b': "):
        BotocoreTransport(session_with_keys(), REGION).service_client("s3", ONCE, bucket="a b")


def test_moto_answers_a_session_that_is_older_than_moto() -> None:
    """As where a module that builds its cache is imported before moto."""
    program = """
from botocore.session import Session
from brine.adapters.aws.service import Aws
from brine.adapters.botocore.transport import BotocoreTransport
from brine.adapters.dynamodb.items import DynamoItemStore
from brine.errors import StoreUnavailable
session = Session()
session.set_credentials("AKID", "hushed")
store = DynamoItemStore(Aws(transport=BotocoreTransport(session, "eu-central-1")), "none")
from moto import mock_aws
with mock_aws():
    try:
        store.read("a", "b")
    except StoreUnavailable as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("GetItem: ResourceNotFoundException (400)\n", 0), done.stderr


def test_an_error_shows_no_path() -> None:
    truncated = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"
    with Loopback(answering_once_and_closing(truncated)) as server, connected(server) as transport:
        address = str(server.address)
        with pytest.raises(StoreUnavailable) as caught:
            send(transport, "s3", path="/the-key", bucket="kept")
    assert address in str(caught.value)
    assert "the-key" not in str(caught.value)
