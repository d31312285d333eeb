"""The interface of the two transports to AWS: the lean one, and the one over botocore (docs/decisions/0105).

For users, a transport is the AWS client that BRINE_AWS_CLIENT names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.call import RetryPolicy, ServiceCall
    from brine.adapters.aws.signing.sigv4 import SigV4Signer
    from brine.adapters.http1.connection import RawResponse
    from brine.ports.deadline import Deadline


class ServiceClient(Protocol):
    """Signs requests to one service, and sends each of them once. Any number of threads may share it."""

    def exchange(self, call: ServiceCall, deadline: Deadline) -> RawResponse:
        """Return the answer, whatever its status, before `deadline`. Raises ExchangeError."""

    def presigned(
        self, path: str, query: Mapping[str, str], *, method: str, headers: Mapping[str, str] | None, seconds: int
    ) -> str:
        """Return a URL that allows `method` on `path` for so many seconds. Sends no request. Raises ExchangeError."""


class AwsTransport(Protocol):
    """The access to one account in one region."""

    @property
    def region(self) -> str:
        """The name of the region."""

    def service_client(self, name: str, retry_policy: RetryPolicy, *, bucket: str = "") -> ServiceClient:
        """Return the client of a service, with the time limits of `retry_policy`. Raises ConfigError.

        bucket: the paths of its calls are keys in this bucket.
        """

    def signer(self, service: str, region: str | None = None) -> SigV4Signer:
        """Return a signer with the credentials of this moment, for this region or the own one. Raises ExchangeError."""

    def close(self) -> None:
        """Close all idle connections."""
