"""A small request, a small answer, and how the one is asked for the other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from brine.adapters.http1 import HttpLimits, RawRequest
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from brine.adapters.http1 import HttpClient
    from tests.support.loopback import Loopback

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LIMITS = HttpLimits(connect_timeout=2.0, read_timeout=2.0, max_head=2000, max_body=100_000)
GET = RawRequest(method="GET", head=b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", repeatable=True)
POST = RawRequest(
    method="POST", head=b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n", body=b"1", repeatable=False
)


def soon(seconds: float = 5.0) -> Deadline:
    return Deadline(time.monotonic() + seconds, time.monotonic)


def ask(client: HttpClient, server: Loopback, message: RawRequest = GET, limits: HttpLimits = LIMITS) -> bytes:
    return client.exchange(server.address, message, limits, soon()).body
