"""The behaviour that every RefreshQueue must have."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from brine.domain.http.fields import Fields
from brine.domain.refreshing.request import RefreshRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.caching import RefreshQueue

PLAIN = RefreshRequest(route="api", target="/x", key="a" * 64)
FULL = RefreshRequest(
    route="api",
    target='/%C3%A4/"q"?a=1&a=2&empty=&{}',
    key="b" * 64,
    tenant="caf\u00e9 \U0001f600",
    fields=Fields([("accept-language", "de, en;q=0.5"), ("accept", "*/*"), ("x-two", "1"), ("x-two", "caf\u00e9")]),
    renews=7,
    method="QUERY",
    content=bytes(range(256)),
)
LONGEST = RefreshRequest(route="api", target="/" + '"' * 7_999, key="c" * 64)


class RefreshQueueContract:
    """Each adapter's tests inherit this and give the fixtures `queue` and `taken`, which takes the sent requests."""

    @pytest.mark.parametrize("request_", [PLAIN, FULL, LONGEST], ids=["plain", "full", "longest"])
    def test_a_request_arrives_as_it_was_sent(
        self, queue: RefreshQueue, taken: Callable[[], list[RefreshRequest]], request_: RefreshRequest
    ) -> None:
        queue.send(request_)

        assert taken() == [request_]

    def test_the_same_request_may_be_sent_again(
        self, queue: RefreshQueue, taken: Callable[[], list[RefreshRequest]]
    ) -> None:
        queue.send(PLAIN)
        queue.send(PLAIN)

        assert set(taken()) == {PLAIN}

    def test_threads_share_a_queue(self, queue: RefreshQueue, taken: Callable[[], list[RefreshRequest]]) -> None:
        requests = [RefreshRequest(route="api", target=f"/{number}", key="d" * 64) for number in range(16)]

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(queue.send, requests))

        assert set(taken()) == set(requests)
