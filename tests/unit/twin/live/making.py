"""Records and exchanges for tests of live requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from brine_cli.http.messages import HttpRequest, HttpResponse
from brine_cli.live.exchange import Exchange
from brine_cli.live.record import RequestRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.http.messages import HeaderLine


def record(target: str = "/x", **members: Any) -> RequestRecord:
    """A record of a hit, with other members as given."""
    usual: dict[str, Any] = {
        "id": "1",
        "time": 0.0,
        "method": "GET",
        "target": target,
        "status": 200,
        "bytes": 10,
        "seconds": 0.002,
        "function": "GatewayFunction",
        "route": "api",
        "result": "hit",
        "layer": "memory",
    }
    return RequestRecord(**{**usual, **members})


def miss(target: str = "/x", **members: Any) -> RequestRecord:
    """A record of a miss that asked the origin for 0.1 s."""
    usual: dict[str, Any] = {"result": "miss", "layer": None, "reason": "uri-miss", "origin_seconds": 0.1}
    return record(target, **{**usual, **members})


def asked(target: bytes = b"/x", *headers: HeaderLine, method: str = "GET") -> HttpRequest:
    """A request of a client."""
    return HttpRequest(method=method, target=target, headers=headers, body=b"", client="127.0.0.1")


def exchange(
    request_headers: Iterable[HeaderLine] = (),
    response_headers: Iterable[HeaderLine] = (),
    *,
    status: int = 200,
    body: bytes = b"hello",
    target: bytes = b"/x?a=1",
) -> Exchange:
    """A request that a function has answered."""
    return Exchange(
        id="1",
        request=asked(target, *request_headers),
        arrived=100.0,
        began=5.0,
        function="GatewayFunction",
        response=HttpResponse(status=status, headers=tuple(response_headers), body=body),
        seconds=0.25,
    )


def log_line(request_id: str, **members: Any) -> str:
    """The line that a gateway logs about an answer."""
    return json.dumps({"level": "INFO", "message": "answered", "request_id": request_id, "result": "hit", **members})
