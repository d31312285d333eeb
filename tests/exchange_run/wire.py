"""A proxy that lets a part of all HTTP requests go wrong: before they are passed on, or after they were carried out."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from tests.support.faults.aws import FRAMING, written
from tests.support.loopback import Loopback

if TYPE_CHECKING:
    from random import Random

    from tests.support.loopback import Peer

FAULTS: Final = ("reset before", "reset after", "truncated", "5xx before", "5xx after", "delayed")
"""Before: nothing was done. After, and truncated: all was done, and the answer did not come, or not whole."""
FAILURE: Final = ("500 Internal Server Error", b'{"__type":"InternalServerError"}')


class FaultyWire:
    """Stands before the server at `url`. A part `chance` of all requests has one of the faults; it may be set later.

    delay: the seconds that a delayed answer takes longer. `injected` counts faults.
    """

    def __init__(self, url: str, random: Random, *, chance: float = 0.0, delay: float = 0.3) -> None:
        self.chance = chance
        self.injected: Counter[str] = Counter()
        self.passed = 0
        self._upstream, self._path = urlsplit(url)[1:3]
        self._random = random
        self._delay = delay
        self._lock = threading.Lock()
        self._server = Loopback(self._converse)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{self._server.address.authority}{self._path}"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def _converse(self, peer: Peer) -> None:
        while request := peer.read_request():
            self._server.requests.clear()  # a long run would not have the room
            fault = self._draw()
            if fault == "delayed":
                time.sleep(self._delay)
            if fault == "reset before":
                peer.reset()
                return
            if fault == "5xx before":
                peer.send(written(*FAILURE))
                continue
            answer = self._pass_on(request)
            if fault == "reset after":
                peer.reset()
                return
            if fault == "truncated":
                peer.send(answer[: len(answer) // 2])
                return
            peer.send(written(*FAILURE) if fault == "5xx after" else answer)

    def _draw(self) -> str | None:
        with self._lock:
            self.passed += 1
            if self._random.random() >= self.chance:
                return None
            fault = self._random.choice(FAULTS)
            self.injected[fault] += 1
            return fault

    def _pass_on(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode("iso-8859-1").split("\r\n")
        method, target, _ = first.split(" ")
        connection = http.client.HTTPConnection(self._upstream, timeout=60)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for line in lines:
                name, _, value = line.partition(":")
                connection.putheader(name, value.strip())
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        fields = [(name, value) for name, value in response.getheaders() if name.lower() not in FRAMING]
        answer = written(f"{response.status} {response.reason}", content, *fields)
        if response.status == 204:  # may not have the field
            answer = answer.replace(b"content-length: 0\r\n", b"")
        return answer
