"""Plain pickles in all places of a response that the client reads: none reaches an unpickler."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from brine_client import ClientError
from brine_codec import CodecError
from tests.support.codec.canary import TOUCHED, plain_pickle
from tests.support.loopback import Loopback
from tests.unit.client.gateway import MESSAGE, answer, client, delivery, url_of

if TYPE_CHECKING:
    from tests.support.loopback import Peer

TYPES = ["application/vnd.brine.sealed", "application/json", "application/octet-stream", "application/x-python-pickle"]


@pytest.fixture(autouse=True)
def untouched() -> None:
    pickle.loads(plain_pickle())  # noqa: S301 - to see that the canary tells
    assert TOUCHED
    TOUCHED.clear()


@pytest.mark.parametrize("media_type", TYPES)
@pytest.mark.parametrize("protocol", range(6))
def test_in_an_answer(media_type: str, protocol: int) -> None:
    pickled = plain_pickle(protocol)

    def script(peer: Peer) -> None:
        while peer.read_request():
            peer.send(answer(200, pickled, media_type=media_type))

    with Loopback(script) as server, client(server) as reader:
        if media_type in TYPES[:2]:
            with pytest.raises((ClientError, CodecError)):
                reader.get("/a")
        else:
            assert reader.get("/a") == pickled
        with pytest.raises((ClientError, CodecError)):
            next(reader.receive("orders"))
        with pytest.raises(ClientError):
            reader.send("orders", 1)
    assert TOUCHED == []


@pytest.mark.parametrize("is_claimed", [False, True])
def test_in_a_message(is_claimed: bool) -> None:
    pickled = plain_pickle()

    def script(peer: Peer) -> None:
        while request := peer.read_request():
            claim = {"url": f"{url_of(server)}/store/c1", "size": len(pickled), "sha256": "00"}
            inside: dict[str, object] = {"claim": claim} if is_claimed else {"content": pickled}
            peer.send(answer(200, pickled) if b" /store/c1 " in request else delivery({**MESSAGE, **inside}))

    with Loopback(script) as server, client(server) as desk:
        message = next(desk.receive("orders"))
        with pytest.raises(CodecError):
            _ = message.content
    assert TOUCHED == []
