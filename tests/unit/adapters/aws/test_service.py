from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.aws.call import RetryPolicy, ServiceCall
from brine.adapters.aws.errors import AwsError, Oversized
from brine.adapters.aws.lean import LeanTransport
from brine.adapters.aws.service import Aws, Service
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1 import HttpClient
from brine.adapters.http1.errors import TimedOut
from brine.domain.resilience.backoff import Backoff
from brine.errors import StoreError, StoreThrottled, StoreUnavailable
from brine.ports.deadline import Deadline
from tests.support.aws_answers import http, json_answer, json_error, xml_error
from tests.support.emulators.aws import lean, signed_at
from tests.support.loopback import Loopback, answering, answering_always, answering_once_and_closing

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.http1.connection import RawResponse
    from tests.support.loopback import Peer

OK = json_answer({})
CALL = ServiceCall(
    name="GetItem", method="POST", path="/", headers={"x-amz-target": "t"}, payload_hash="0", max_answer=1000
)
PATIENCE = RetryPolicy(budget=5.0, attempts=4, backoff=Backoff(0.1, 0.3))

type AwsAt = Callable[[Loopback], Aws]


def send(aws: Aws, retry_policy: RetryPolicy = PATIENCE) -> bytes:
    return Service(aws, "dynamodb", retry_policy).send(CALL).body


@pytest.mark.parametrize(
    "answer",
    [
        json_error("ProvisionedThroughputExceededException"),
        json_error("ThrottlingException"),
        json_error("InternalServerError", 500),
        http(503, b""),
        xml_error("SlowDown", 503),
        http(429, b""),
    ],
)
def test_a_temporary_error_is_tried_again_after_a_wait(aws_at: AwsAt, sleeps: list[float], answer: bytes) -> None:
    with Loopback(answering(answer, answer, OK)) as server:
        aws = aws_at(server)
        assert send(aws) == b"{}"
        aws.transport.close()

    assert sleeps == [0.05, 0.1]


def test_waits_grow_up_to_a_limit_and_attempts_are_counted(aws_at: AwsAt, sleeps: list[float]) -> None:
    with Loopback(answering_always(json_error("ThrottlingException"))) as server:
        aws = aws_at(server)
        with pytest.raises(StoreThrottled) as caught:
            send(aws)
        aws.transport.close()

    assert caught.value.code == "ThrottlingException"
    assert sleeps == [0.05, 0.1, 0.15]
    assert len(server.requests) == 4


def test_nothing_is_tried_again_that_would_come_too_late(aws_at: AwsAt, sleeps: list[float]) -> None:
    with Loopback(answering_always(http(500, b""))) as server:
        aws = replace(aws_at(server), clock=lambda: 0.0)
        with pytest.raises(AwsError):
            send(aws, replace(PATIENCE, budget=0.1))
        aws.transport.close()

    assert sleeps == [0.05]


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        (json_error("ResourceNotFoundException"), "ResourceNotFoundException", 400),
        (json_error("AccessDeniedException"), "AccessDeniedException", 400),
        (json_answer({"__type": "ValidationException"}, 400), "ValidationException", 400),
        (xml_error("NoSuchBucket", 404), "NoSuchBucket", 404),
        (http(307, b"<Error><Code>TemporaryRedirect</Code></Error>"), "TemporaryRedirect", 307),
        (http(400, b""), "unknown", 400),
        (http(400, b'{"__type": "a b\\nsecret"}'), "unknown", 400),
        (http(400, "<Code>s\u00e9cret</Code>".encode()), "unknown", 400),
        (http(400, b"<Code>" + b"x" * 81 + b"</Code>"), "unknown", 400),
    ],
)
def test_a_refusal_says_its_code_and_is_final(
    aws_at: AwsAt, sleeps: list[float], answer: bytes, code: str, status: int
) -> None:
    with Loopback(answering_once_and_closing(answer)) as server, pytest.raises(AwsError) as caught:
        send(aws_at(server))

    assert (caught.value.code, caught.value.status, str(caught.value)) == (code, status, f"GetItem: {code} ({status})")
    assert sleeps == []


def test_a_service_that_breaks_off_is_tried_again(aws_at: AwsAt) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(OK if peer.number == 2 else OK[: 20 * peer.number])

    with Loopback(script) as server:
        aws = aws_at(server)
        assert send(aws) == b"{}"
        aws.transport.close()

    assert server.connections == 3


def test_a_service_that_is_not_there_is_unavailable(aws_at: AwsAt, sleeps: list[float]) -> None:
    with Loopback(answering()) as server:
        aws = aws_at(server)

    with pytest.raises(StoreUnavailable, match="GetItem: http://127"):
        send(aws)
    assert len(sleeps) == 3


def test_a_silent_service_is_unavailable_within_the_budget(aws_at: AwsAt) -> None:
    with Loopback(lambda peer: peer.wait_until_closed()) as server, pytest.raises(StoreUnavailable):
        send(aws_at(server), RetryPolicy(budget=0.1))


def test_an_answer_larger_than_wanted_is_not_asked_for_again(aws_at: AwsAt, sleeps: list[float]) -> None:
    with Loopback(answering_once_and_closing(http(200, b"x" * 1001))) as server, pytest.raises(Oversized):
        send(aws_at(server))

    assert sleeps == []


def test_errors_carry_no_values(aws_at: AwsAt) -> None:
    with Loopback(answering_always(json_error("ConditionalCheckFailedException"))) as server:
        aws = aws_at(server)
        with pytest.raises(StoreError) as caught:
            send(aws)
        aws.transport.close()

    assert not re.search("secret|hush|AKID", f"{caught.value!r} {vars(caught.value)}")


def test_each_attempt_is_signed_for_its_own_time(aws_at: AwsAt) -> None:
    times = iter([0.0, 3600.0])
    with Loopback(answering(http(500, b""), OK)) as server:
        aws = aws_at(server)
        aws = replace(aws, transport=signed_at(aws.transport, lambda: next(times)))
        send(aws)
        aws.transport.close()

    assert [re.findall(rb"x-amz-date: (\w+)", request) for request in server.requests] == [
        [b"19700101T000000Z"],
        [b"19700101T010000Z"],
    ]


@pytest.mark.parametrize(
    ("leaves", "slowness", "budget"), [(3.0, 1.0, 3.0), (60.0, 1.0, 5.0), (60.0, 10.0, 50.0), (-1.0, 1.0, 0.0)]
)
def test_a_call_ends_with_its_budget_or_the_deadline_of_its_request(
    leaves: float, slowness: float, budget: float
) -> None:
    given: list[float] = []

    class Watched(HttpClient):
        def exchange(self, *args: Any) -> RawResponse:
            given.append(args[-1].remaining())
            raise TimedOut("watched")

    with Watched() as client:
        transport = lean(client, None, AwsCredentials("a", "b", None))
        aws = Aws(transport=transport, slowness=slowness, clock=lambda: 100.0)
        service = Service(aws, "dynamodb", replace(PATIENCE, attempts=1))
        with pytest.raises(StoreUnavailable):
            service.send(CALL, Deadline(100.0 + leaves, lambda: 100.0))
    assert given == [budget]


REFUSED = json_error("AccessDeniedException")
THROTTLED = json_error("ThrottlingException")
FAILED = json_error("InternalServerError", 500)


@pytest.mark.parametrize(
    ("answers", "is_undone"),
    [
        ((REFUSED,), True),
        ((THROTTLED,) * 4, True),
        ((THROTTLED, REFUSED), True),
        ((FAILED,) * 4, False),
        ((FAILED, REFUSED), False),
        ((FAILED, THROTTLED, THROTTLED, THROTTLED), False),
        ((b"HTTP/1.1 200 OK\r\ncont", REFUSED), False),
    ],
)
def test_a_failure_says_whether_it_is_certain_that_nothing_was_done(
    aws_at: AwsAt, answers: tuple[bytes, ...], is_undone: bool
) -> None:
    left = list(answers)

    def script(peer: Peer) -> None:
        peer.read_request()
        closing = b"\r\nconnection: close\r\n"  # else the next request may go out before the end is seen
        peer.send(left.pop(0).replace(b"\r\n", closing, 1))

    with Loopback(script) as server:
        aws = aws_at(server)
        with pytest.raises(StoreError) as caught:
            send(aws)
        aws.transport.close()
    assert caught.value.is_undone is is_undone
    assert not left


def test_where_nobody_listens_nothing_was_done(aws_at: AwsAt) -> None:
    with Loopback(answering()) as server:
        aws = aws_at(server)
    with pytest.raises(StoreUnavailable) as caught:
        send(aws)
    assert caught.value.is_undone


@pytest.mark.parametrize("second", [REFUSED, THROTTLED])
def test_a_request_lost_with_a_kept_connection_may_have_been_done(aws_at: AwsAt, second: bytes) -> None:
    """Also when the same request is refused, which the lean transport sends again over a new connection."""
    requests = 0

    def script(peer: Peer) -> None:
        nonlocal requests
        while peer.read_request():
            requests += 1
            if requests == 2:
                return
            peer.send(OK if requests == 1 else second)

    with Loopback(script) as server:
        aws = aws_at(server)
        send(aws)
        with pytest.raises(StoreError) as caught:
            send(aws, replace(PATIENCE, attempts=1))
        aws.transport.close()
    assert requests == (3 if isinstance(aws.transport, LeanTransport) else 2)
    assert not caught.value.is_undone
