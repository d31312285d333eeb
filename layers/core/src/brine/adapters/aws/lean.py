"""Brine's lean transport to AWS: its own signatures, over its own HTTP client. It imports no SDK."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.adapters.aws.endpoints import endpoint
from brine.adapters.aws.sigv4 import SigV4Signer
from brine.adapters.http1.connection import HttpLimits, RawRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.aws.call import RetryPolicy, ServiceCall
    from brine.adapters.aws.credentials import AwsCredentials
    from brine.adapters.http1.client import HttpClient
    from brine.adapters.http1.connection import RawResponse
    from brine.ports.deadline import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class LeanTransport:
    """The AwsTransport of Lambda functions. `endpoint_url`: the URL of an emulator, or None for AWS.

    now: seconds since 1970, for signatures.
    """

    region: str
    credentials: AwsCredentials
    client: HttpClient
    endpoint_url: str | None = None
    now: Callable[[], float] = time.time

    def service_client(self, name: str, retry_policy: RetryPolicy, *, bucket: str = "") -> LeanServiceClient:
        """Return the client of a service. Raises ConfigError for an invalid region or endpoint URL."""
        return LeanServiceClient(self, name, retry_policy, bucket)

    def signer(self, service: str, region: str | None = None) -> SigV4Signer:
        """Return a signer for a service in this region, or in the own one."""
        return SigV4Signer(self.credentials, region or self.region, service)

    def close(self) -> None:
        """Close all idle connections of the HTTP client."""
        self.client.close()


class LeanServiceClient:
    """The ServiceClient of the lean transport."""

    def __init__(self, transport: LeanTransport, name: str, retry_policy: RetryPolicy, bucket: str) -> None:
        # S3's certificate covers one label before its own name; emulators know no bucket by its host at all.
        in_host = transport.endpoint_url is None and "." not in bucket
        host = f"{bucket}.{name}" if bucket and in_host else name
        self._client = transport.client
        self._now = transport.now
        self._retry_policy = retry_policy
        self._signer = SigV4Signer(transport.credentials, transport.region, name)
        self._endpoint = endpoint(host, transport.region, transport.endpoint_url)
        self._folder = self._endpoint.path + (f"/{bucket}" if bucket and not in_host else "")

    def exchange(self, call: ServiceCall, deadline: Deadline) -> RawResponse:
        """Sign and send the request. If AWS has closed a kept connection, the HTTP client sends the request again."""
        address, path = self._endpoint.address, self._folder + call.path
        headers = self._signer.sign(
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

    def presigned(
        self, path: str, query: Mapping[str, str], *, method: str, headers: Mapping[str, str] | None, seconds: int
    ) -> str:
        """Return a URL with a signature in its query."""
        address, path = self._endpoint.address, self._folder + path
        signed = self._signer.presign(
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
