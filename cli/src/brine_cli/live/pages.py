"""The pages /_brine/events and /_brine/stats: live requests as server-sent events, and figures about them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from brine_cli.http import limits
from brine_cli.http.messages import HttpResponse
from brine_cli.live.hub import RECENT, Lost

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from brine_cli.http.messages import HttpRequest
    from brine_cli.http.pages import Page
    from brine_cli.live.hub import Hub
    from brine_cli.live.record import RequestRecord

EVENTS: Final = "/_brine/events"
STATS: Final = "/_brine/stats"
HEARTBEAT: Final = 5.0
"""Seconds without a record after which a comment is sent. It shows that the connection still works."""
MOST_READERS: Final = 100
"""The readers of records at once. Each costs a thread, and a little of the time of each request."""


def events_page(hub: Hub[RequestRecord], *, heartbeat: float = HEARTBEAT) -> Page:
    """Return the page of live records (WHATWG HTML 9.2). `?recent=N` begins with the last N records."""

    def answer(request: HttpRequest) -> HttpResponse:
        if refused := _only_get(request):
            return refused
        if hub.readers >= MOST_READERS:
            detail = f"{MOST_READERS} programs and pages read the live requests already. Close one of them"
            return limits.refusal(503, "Service Unavailable", detail)
        given = parse_qs(request.target.partition(b"?")[2].decode("latin-1")).get("recent", ["0"])[-1]
        recent = int(given) if given.isdecimal() and len(given) < 9 else 0
        headers = ((b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no"))
        return HttpResponse(status=200, headers=headers, stream=_events(hub, min(recent, RECENT), heartbeat))

    return answer


def stats_page(snapshot: Callable[[], dict[str, Any]]) -> Page:
    """Return the page of the figures."""

    def answer(request: HttpRequest) -> HttpResponse:
        if refused := _only_get(request):
            return refused
        body = json.dumps(snapshot(), ensure_ascii=False).encode()
        return HttpResponse(status=200, headers=((b"content-type", b"application/json"),), body=body)

    return answer


def _events(hub: Hub[RequestRecord], recent: int, heartbeat: float) -> Generator[bytes]:
    with hub.subscribed(recent=recent) as mailbox:
        yield b"retry: 1000\n\n"
        while True:
            item = mailbox.get(heartbeat)
            if isinstance(item, Lost):
                yield b'event: lost\ndata: {"lost":%d}\n\n' % item.count
            elif item is not None:
                yield b"data: %s\n\n" % item.to_json().encode("utf-8", "replace")
            elif mailbox.is_closed:
                return
            else:
                yield b":\n\n"


def _only_get(request: HttpRequest) -> HttpResponse | None:
    if request.method in {"GET", "HEAD"}:
        return None
    refused = limits.refusal(405, "Method Not Allowed", "this page answers GET only")
    return HttpResponse(status=405, headers=(*refused.headers, (b"allow", b"GET, HEAD")), body=refused.body)
