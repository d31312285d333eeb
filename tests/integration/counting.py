"""A client that counts the calls to AWS that each call of the product makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.http1 import HttpClient

if TYPE_CHECKING:
    from brine.adapters.http1.connection import HttpLimits, RawRequest, RawResponse
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline


class CountingClient(HttpClient):
    """A client that notes each exchange with AWS by the name of its operation."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def exchange(
        self, address: OriginAddress, message: RawRequest, limits: HttpLimits, deadline: Deadline
    ) -> RawResponse:
        head = message.head.decode("iso-8859-1")
        if "x-amz-date:" in head:
            target = next((line for line in head.splitlines() if line.startswith("x-amz-target: ")), None)
            self.calls.append(target.rpartition(".")[2] if target else f"{message.method} object")
        return super().exchange(address, message, limits, deadline)

    def taken(self) -> list[str]:
        """The calls since the last time, less the fetching of the keyring, which a process does once."""
        calls, self.calls = self.calls, []
        return [call for call in calls if call != "GetSecretValue"]
