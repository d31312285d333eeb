"""The queue of refresh requests in memory: for tests, and for a gateway that refreshes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.refreshing.request import RefreshRequest
    from brine.ports.deadline import Deadline


class MemoryRefreshQueue:
    """The RefreshQueue port on a list. `requests` has the requests in order; tests may remove them."""

    def __init__(self) -> None:
        self.requests: list[RefreshRequest] = []

    def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
        """Append the request."""
        self.requests.append(request)
