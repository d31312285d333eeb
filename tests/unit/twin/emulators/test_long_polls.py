"""A ReceiveMessage that waits is repeated until messages come or its time is up. All other requests pass unchanged."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.emulators.long_polls import LongPolls

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

RECEIVE = "AmazonSQS.ReceiveMessage"


class Moto:
    """Gives prepared responses, the last one for ever, and keeps the bodies of its requests."""

    def __init__(self, *answers: tuple[str, str]) -> None:
        self._answers = list(answers)
        self.asked: list[Any] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.asked.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        status, body = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        start_response(status, [("x-id", "1")])
        return [body[:2].encode(), body[2:].encode()]


NOTHING = ("200 OK", "{}")
ONE = ("200 OK", '{"Messages": [{"Body": "a"}]}')


def ask(moto: Moto, body: bytes, *, target: str = RECEIVE) -> tuple[Any, bytes, float]:
    """Status and headers, body, and the seconds waited."""
    waited = [0.0]
    heads: list[Any] = []

    def pause(seconds: float) -> None:
        waited[0] += seconds

    polls = LongPolls(moto, clock=lambda: waited[0], pause=pause)
    environ: Any = {"HTTP_X_AMZ_TARGET": target, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}

    def start_response(*head: Any) -> Any:
        heads.append(head)

    text = b"".join(polls(environ, start_response))
    return heads[0], text, waited[0]


def wish(seconds: Any) -> bytes:
    return json.dumps({"QueueUrl": "q", "WaitTimeSeconds": seconds}).encode()


def test_messages_that_come_while_it_waits() -> None:
    moto = Moto(NOTHING, NOTHING, ONE)
    head, body, waited = ask(moto, wish(20))
    assert (head, body) == (("200 OK", [("x-id", "1")]), ONE[1].encode())
    assert waited == pytest.approx(0.2)
    assert [json.loads(asked) for asked in moto.asked] == [{"QueueUrl": "q", "WaitTimeSeconds": 0}] * 3


def test_no_message_until_time_is_up() -> None:
    head, body, waited = ask(Moto(NOTHING), wish(3))
    assert (head[0], body) == ("200 OK", b"{}")
    assert 3 <= waited < 3.2


def test_an_error_is_answered_at_once() -> None:
    head, body, waited = ask(Moto(("400 BAD REQUEST", '{"__type": "QueueDoesNotExist"}')), wish(20))
    assert (head[0], waited) == ("400 BAD REQUEST", 0)
    assert b"QueueDoesNotExist" in body


@pytest.mark.parametrize("body", [wish(0), wish(21), wish(-1), wish("5"), b"{}", b"[1]", b"no json"])
def test_requests_that_do_not_wait_pass_as_they_are(body: bytes) -> None:
    moto = Moto(NOTHING)
    assert ask(moto, body)[1:] == (b"{}", 0)
    assert moto.asked == [body]


def test_other_operations_pass_unchanged() -> None:
    moto = Moto(NOTHING)
    ask(moto, wish(20), target="AmazonSQS.SendMessage")
    assert moto.asked == [wish(20)]
