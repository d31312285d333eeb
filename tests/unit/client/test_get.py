"""`get` of objects and data behind the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_client import AnswerInvalid, NotFound, NotPermitted, Refused
from brine_codec import Codec, Tampered
from tests.support.loopback import Loopback, answering, answering_always, answering_once_and_closing
from tests.unit.client.gateway import KEYRING, NOW, answer, client, fields_of, problem

if TYPE_CHECKING:
    from tests.support.loopback import Peer

FORBIDDEN = answer(403, b'{"message":"Forbidden"}')


def sealed(value: object, path: str) -> bytes:
    body = Codec(KEYRING, purpose="brine client").seal(value, context=("response", path), now=NOW)
    return answer(200, body, media_type="application/vnd.brine.sealed")


def test_a_sealed_answer_is_an_object() -> None:
    with Loopback(answering(sealed({"name": "Korea"}, "/countries/KR?x=1"))) as server, client(server) as reader:
        assert reader.get("/countries/KR?x=1") == {"name": "Korea"}
    (request,) = server.requests
    assert request.startswith(b"GET /countries/KR?x=1 HTTP/1.1\r\n")
    assert fields_of(request)["accept"].startswith("application/vnd.brine.sealed,")
    assert "authorization" not in fields_of(request)


def test_an_answer_sealed_for_another_path_does_not_open() -> None:
    with Loopback(answering(sealed(1, "/other"))) as server, client(server) as reader, pytest.raises(Tampered):
        reader.get("/countries/KR")


@pytest.mark.parametrize(
    ("media_type", "body", "value"),
    [
        ("application/json", b'{"a": [1, 2.5]}', {"a": [1, 2.5]}),
        ("application/hal+json; charset=utf-8", b"[]", []),
        ("text/plain; charset=utf-8", "é".encode(), "é"),
        ("image/png", b"\x89PNG", b"\x89PNG"),
    ],
)
def test_responses_without_a_seal_are_read_by_their_media_type(media_type: str, body: bytes, value: object) -> None:
    with Loopback(answering(answer(200, body, media_type=media_type))) as server, client(server) as reader:
        assert reader.get("/x") == value


def test_it_is_signed_once_the_gateway_has_asked_for_it() -> None:
    answers = [FORBIDDEN, answer(200, b"1"), answer(200, b"2")]
    with Loopback(answering(*answers)) as server, client(server) as reader:
        assert [reader.get("/a"), reader.get("/b")] == [1, 2]
    assert ["authorization" in fields_of(request) for request in server.requests] == [False, True, True]


def test_a_signature_that_does_not_help_is_not_repeated() -> None:
    with Loopback(answering(FORBIDDEN, FORBIDDEN)) as server, client(server) as reader, pytest.raises(NotPermitted):
        reader.get("/a")
    assert len(server.requests) == 2


def test_a_redirect_is_not_followed() -> None:
    with (
        Loopback(answering(answer(307, more="location: http://127.0.0.1:1/\r\n"))) as server,
        client(server) as reader,
        pytest.raises(Refused, match="307"),
    ):
        reader.get("/a")


def test_a_connection_is_used_again_and_replaced_when_it_was_closed() -> None:
    with Loopback(answering(answer(200, b"1"), answer(200, b"2"))) as server, client(server) as reader:
        reader.get("/a")
        reader.get("/b")
        assert server.connections == 1
    pauses: list[float] = []
    with Loopback(answering_once_and_closing(answer(200, b"1"))) as server, client(server, pauses=pauses) as reader:
        assert [reader.get("/a"), reader.get("/b")] == [1, 1]
        assert server.connections == 2
    assert pauses == []  # that was no failure of the gateway


def test_half_an_answer_is_none() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(answer(200, b"1234567890")[:-5] if peer.number == 0 else answer(200, b"1"))

    with Loopback(script) as server, client(server) as reader:
        assert reader.get("/a") == 1
    assert len(server.requests) == 2


def test_a_missing_page_has_its_problem() -> None:
    with (
        Loopback(answering_always(problem(404, "route-unknown"))) as server,
        client(server) as reader,
        pytest.raises(NotFound) as caught,
    ):
        reader.get("/a")
    assert (caught.value.status, caught.value.problem) == (404, "route-unknown")


@pytest.mark.parametrize(
    ("media_type", "body", "why"),
    [
        ("application/json", b"[1, 2", "not JSON"),
        ("text/plain; charset=latin-1", b"caf\xe9", "not UTF-8"),
    ],
)
def test_a_body_that_contradicts_its_media_type_is_invalid(media_type: str, body: bytes, why: str) -> None:
    with (
        Loopback(answering(answer(200, body, media_type=media_type))) as server,
        client(server) as reader,
        pytest.raises(AnswerInvalid, match=why),
    ):
        reader.get("/a")


@pytest.mark.parametrize("path", ["", ".example/a", "@example/a", ":1/a"])
def test_a_path_cannot_lead_to_another_host(path: str) -> None:
    with Loopback(answering()) as server, client(server) as reader:
        with pytest.raises(ValueError, match='begins with "/"'):
            reader.get(path)
        with pytest.raises(ValueError, match='begins with "/"'):
            reader.post(path, 1)
        assert server.connections == 0
