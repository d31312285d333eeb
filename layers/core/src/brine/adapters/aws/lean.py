"""Brine's lean transport to AWS: its own signatures, over its own HTTP client. It imports no SDK."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.adapters.aws.signing.sigv4 import SigV4Signer
from brine.adapters.http1.connection import HttpLimits, RawRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.aws.call import RetryPolicy, ServiceCall
    from brine.adapters.aws.endpoints import Endpoints
    from brine.adapters.aws.signing.credentials import AwsCredentials, CredentialSource
    from brine.adapters.http1.client import HttpClient
    from brine.adapters.http1.connection import RawResponse
    from brine.ports.deadline import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class LeanTransport:
    """The AwsTransport of Lambda functions. now: seconds since 1970, for signatures."""

    region: str
    credentials: CredentialSource
    client: HttpClient
    endpoints: Endpoints
    now: Callable[[], float] = time.time

    def service_client(self, name: str, retry_policy: RetryPolicy, *, bucket: str = "") -> LeanServiceClient:
        """Return the client of a service. Raises ConfigError for an invalid region or endpoint URL."""
        return LeanServiceClient(self, name, retry_policy, bucket)

    def signer(self, service: str, region: str | None = None) -> SigV4Signer:
        """Return a signer for a service in this region, or in the own one."""
        return SigV4Signer(self.credentials(), region or self.region, service)

    def close(self) -> None:
        """Close all idle connections of the HTTP client."""
        self.client.close()


class LeanServiceClient:
    """The ServiceClient of the lean transport."""

    def __init__(self, transport: LeanTransport, name: str, retry_policy: RetryPolicy, bucket: str) -> None:
        # S3's certificate covers one label before its own name. An address of one's own may know no bucket by its host.
        in_host = transport.endpoints.is_of_aws(name) and "." not in bucket
        self._client = transport.client
        self._now = transport.now
        self._retry_policy = retry_policy
        self._credentials = transport.credentials
        self._region = transport.region
        self._name = name
        self._newest: tuple[AwsCredentials, SigV4Signer] | None = None
        self._endpoint = transport.endpoints.endpoint(name, transport.region, bucket=bucket if in_host else "")
        self._folder = self._endpoint.path + (f"/{bucket}" if bucket and not in_host else "")

    def exchange(self, call: ServiceCall, deadline: Deadline) -> RawResponse:
        """Sign and send the request. If AWS has closed a kept connection, the HTTP client sends the request again."""
        address, path = self._endpoint.address, self._folder + call.path
        headers = self._signer().sign(
            method=call.method,
            path=path,
            headers={"host": address.authority, **call.headers},
            payload_hash=call.payload_hash,
            now=self._now(),
        )
        message = RawRequest(method=call.method, head=_head(call, path, headers), body=call.body, repeatable=True)
        retry_policy = self._retry_policy
        limits = HttpLimits(
            connect_timeout=retry_policy.connect_timeout,
            read_timeout=retry_policy.read_timeout,
            max_body=call.max_answer,
        )
        return self._client.exchange(address, message, limits, deadline)

    def _signer(self) -> SigV4Signer:
        """Return a signer with the credentials of this moment. It keeps the key that is derived for the day."""
        credentials = self._credentials()
        newest = self._newest
        if newest is None or newest[0] is not credentials:
            newest = (credentials, SigV4Signer(credentials, self._region, self._name))
            self._newest = newest
        return newest[1]

    def presigned(
        self, path: str, query: Mapping[str, str], *, method: str, headers: Mapping[str, str] | None, seconds: int
    ) -> str:
        """Return a URL with a signature in its query."""
        address, path = self._endpoint.address, self._folder + path
        signed = self._signer().presign(
            method=method,
            host=address.authority,
            path=path,
            query=query,
            headers=headers,
            seconds=seconds,
            now=self._now(),
        )
        return f"{address}{path}?{signed}"


def _head(call: ServiceCall, path: str, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{call.method} {path} HTTP/1.1\r\n{lines}content-length: {len(call.body)}\r\n\r\n".encode("ascii")
