"""Messages are received one by one, opened at the first use of their content, and acknowledged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from brine_client import AnswerInvalid, NotPermitted, ReceiptExpired
from brine_codec import Tampered
from tests.support.loopback import Loopback, answering
from tests.unit.client.gateway import (
    ID,
    MESSAGE,
    NONCE,
    NOW,
    answer,
    body_of,
    client,
    delivery,
    exchange_codec,
    problem,
    url_of,
)

if TYPE_CHECKING:
    from tests.support.loopback import Peer

EMPTY = answer(204)
DONE = answer(204)


def content(value: object, *, channel: str = "orders") -> bytes:
    context = ("message", channel, "user/shop")
    return exchange_codec().seal((NONCE, value), context=context, now=NOW, expires_at=NOW + 60)


def test_messages_come_until_there_are_none() -> None:
    answers = [delivery({**MESSAGE, "content": content("a")}, {**MESSAGE, "content": content("b")}), EMPTY]
    with Loopback(answering(*answers)) as server, client(server) as desk:
        messages = list(desk.receive("orders", wait=3, most=2, visibility=45))
        assert [message.content for message in messages] == ["a", "b"]
    assert server.requests[0].startswith(b"GET /exchange/orders?max=2&visibility=45&wait=3 HTTP/1.1\r\n")
    first = messages[0]
    assert (first.id, first.sender, first.attempt, first.sent_at) == (
        ID,
        "user/shop",
        1,
        datetime.fromtimestamp(NOW, UTC),
    )
    assert repr(first) == f"<Message {ID} of orders, attempt 1>"


def test_forever_does_not_end_with_an_empty_answer() -> None:
    answers = [EMPTY, EMPTY, delivery({**MESSAGE, "content": content("late")})]
    with Loopback(answering(*answers)) as server, client(server) as desk:
        messages = desk.receive("orders", forever=True)
        assert next(messages).content == "late"
    assert len(server.requests) == 3


def test_a_message_is_acknowledged_by_its_receipt() -> None:
    with (
        Loopback(answering(delivery({**MESSAGE, "receipt": "a/b", "content": content(1)}), DONE)) as server,
        client(server) as desk,
    ):
        next(desk.receive("orders")).acknowledge()
    assert server.requests[1].startswith(b"DELETE /exchange/orders/a%2Fb HTTP/1.1\r\n")


def test_a_message_that_takes_longer_is_kept_under_a_new_receipt() -> None:
    kept = answer(200, b'{"receipt": "r2"}')
    answers = [delivery({**MESSAGE, "content": content(1)}), kept, DONE]
    with Loopback(answering(*answers)) as server, client(server) as desk:
        message = next(desk.receive("orders"))
        message.extend(600)
        message.acknowledge()
    assert server.requests[1].startswith(b"POST /exchange/orders/r1/extend HTTP/1.1\r\n")
    assert body_of(server.requests[1]) == b'{"visibility": 600}'
    assert server.requests[2].startswith(b"DELETE /exchange/orders/r2 HTTP/1.1\r\n")


def test_an_answer_about_a_receipt_has_one() -> None:
    answers = [delivery({**MESSAGE, "content": content(1)}), answer(200, b"{}")]
    with Loopback(answering(*answers)) as server, client(server) as desk, pytest.raises(AnswerInvalid, match="receipt"):
        next(desk.receive("orders")).extend(1)


def test_a_sealed_thing_that_is_no_message_is_invalid() -> None:
    bare = exchange_codec().seal([1, 2], context=("message", "orders", "user/shop"), now=NOW)
    with Loopback(answering(delivery({**MESSAGE, "content": bare}))) as server, client(server) as desk:
        message = next(desk.receive("orders"))
        with pytest.raises(AnswerInvalid, match="a nonce and its content"):
            _ = message.content


def test_an_acknowledgement_that_came_too_late_is_an_error() -> None:
    late = problem(410, "receipt-expired")
    with (
        Loopback(answering(delivery({**MESSAGE, "content": content(1)}), late)) as server,
        client(server) as desk,
        pytest.raises(ReceiptExpired, match="receipt-expired"),
    ):
        next(desk.receive("orders")).acknowledge()


def test_but_not_where_the_attempt_before_had_done_it() -> None:
    answers = [delivery({**MESSAGE, "content": content(1)}), answer(502), problem(410, "receipt-expired")]
    with Loopback(answering(*answers)) as server, client(server) as desk:
        next(desk.receive("orders")).acknowledge()
    assert len(server.requests) == 3


def test_a_message_that_does_not_open_does_not_delay_the_next() -> None:
    bad = content("for others", channel="invoices")
    both = delivery({**MESSAGE, "content": bad}, {**MESSAGE, "content": content("good")})
    with Loopback(answering(both)) as server, client(server) as desk:
        messages = desk.receive("orders")
        with pytest.raises(Tampered):
            _ = next(messages).content
        assert next(messages).content == "good"


def test_a_delivery_for_another_receiver_does_not_open() -> None:
    other = delivery({**MESSAGE, "content": content(1)}, receiver="user/other")
    with Loopback(answering(other)) as server, client(server) as desk, pytest.raises(Tampered):
        next(desk.receive("orders"))


def test_a_claim_is_fetched_when_its_content_is_asked_for() -> None:
    sealed = content({"large": "object"})

    def script(peer: Peer) -> None:
        while request := peer.read_request():
            claim = {"url": f"{url_of(server)}/store/c1?sig=1", "size": len(sealed), "sha256": "00"}
            is_claim = request.startswith(b"GET /store/c1?sig=1 ")
            peer.send(answer(200, sealed) if is_claim else delivery({**MESSAGE, "claim": claim}))

    with Loopback(script) as server, client(server) as desk:
        message = next(desk.receive("orders"))
        assert len(server.requests) == 1
        assert message.content == {"large": "object"}
        assert message.content is message.content
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (answer(200, b"{}"), "messages came as application/json"),
        (delivery({"id": ID}), "lacks a member of a message"),
    ],
)
def test_an_answer_without_whole_messages_is_invalid(bad: bytes, why: str) -> None:
    with Loopback(answering(bad)) as server, client(server) as desk, pytest.raises(AnswerInvalid, match=why):
        next(desk.receive("orders"))


def test_a_message_without_content_and_claim_is_invalid() -> None:
    with (
        Loopback(answering(delivery(MESSAGE))) as server,
        client(server) as desk,
        pytest.raises(AnswerInvalid, match="neither content nor claim"),
    ):
        _ = next(desk.receive("orders")).content


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://127.0.0.1:1x/", "", None, 7])
def test_a_claim_that_leads_nowhere_is_invalid(url: object) -> None:
    claim = {"url": url, "size": 1, "sha256": "00"}
    with Loopback(answering(delivery({**MESSAGE, "claim": claim}))) as server, client(server) as desk:
        with pytest.raises(AnswerInvalid, match="does not say where"):
            _ = next(desk.receive("orders")).content
        assert server.connections == 1


def test_forever_takes_a_wait() -> None:
    with Loopback(answering()) as server, client(server) as desk:
        with pytest.raises(ValueError, match="without a pause"):
            next(desk.receive("orders", wait=0, forever=True))
        assert server.connections == 0


def test_a_receiver_without_permission_gets_an_error() -> None:
    with (
        Loopback(answering(problem(403, "receiver-refused"))) as server,
        client(server) as desk,
        pytest.raises(NotPermitted, match="receiver-refused"),
    ):
        next(desk.receive("orders"))
