"""A call of a service, and the policy of its retries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from brine.domain.resilience.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Mapping

BACKOFF: Final = Backoff(first=0.025, longest=0.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Time limits and retries of a call. `budget`: seconds for the call with all its retries.

    connect_timeout, read_timeout: seconds for connecting and for each wait for bytes. backoff: the
    waits between attempts.
    """

    budget: float = 2.0
    connect_timeout: float = 1.0
    read_timeout: float = 1.0
    attempts: int = 3
    backoff: Backoff = BACKOFF

    def scaled(self, factor: float) -> RetryPolicy:
        """Return the same policy for a service that is slower by this factor."""
        return replace(
            self,
            budget=self.budget * factor,
            connect_timeout=self.connect_timeout * factor,
            read_timeout=self.read_timeout * factor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCall:
    """A request to a service. `name` is its operation. `path` is percent-encoded, `payload_hash` hexadecimal.

    max_answer: the largest body of the answer, in bytes.
    """

    name: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    payload_hash: str
    max_answer: int
