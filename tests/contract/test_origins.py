from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1.origin import HttpOrigin
from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.origin import OriginAddress
from tests.contract.origin import OriginContract
from tests.support.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.http1 import HttpClient
    from brine.domain.http.messages import Response
    from brine.ports.origins import Origin
    from tests.contract.origin import Application, Served
    from tests.support.loopback import Peer


class TestMemoryOrigin(OriginContract):
    @pytest.fixture
    def served(self) -> Served:
        def serve(application: Application) -> tuple[Origin, OriginAddress]:
            address = OriginAddress(scheme="http", host="origin.test", port=80)
            return MemoryOrigin(lambda _, request: application(request)), address

        return serve


class TestHttpOrigin(OriginContract):
    @pytest.fixture
    def served(self, client: HttpClient) -> Iterator[Served]:
        with contextlib.ExitStack() as servers:

            def serve(application: Application) -> tuple[Origin, OriginAddress]:
                server = servers.enter_context(Loopback(lambda peer: _converse(peer, application)))
                return HttpOrigin(client, max_body=1_000_000), server.address

            yield serve
            client.close()


def _converse(peer: Peer, application: Application) -> None:
    while data := peer.read_request():
        peer.send(_written(application(_parsed(data))))


def _parsed(data: bytes) -> Request:
    head, _, body = data.partition(b"\r\n\r\n")
    request_line, *lines = head.decode("iso-8859-1").split("\r\n")
    method, target, _ = request_line.split(" ")
    path, mark, query = target.partition("?")
    fields = Fields((name, value) for name, _, value in (line.partition(": ") for line in lines))
    return Request(method=method, path=path, query=query if mark else None, fields=fields, body=body)


def _written(response: Response) -> bytes:
    """As a correct server writes it, but for the body that it also sends where there must be none."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in response.fields)
    head = f"HTTP/1.1 {response.status} Some Reason\r\n{lines}content-length: {len(response.body)}\r\n\r\n"
    return head.encode("iso-8859-1") + response.body
