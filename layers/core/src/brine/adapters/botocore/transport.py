"""The transport to AWS over botocore.

botocore finds the credentials, the endpoints, the proxies and the certificates, and its HTTP session sends the
requests. The requests themselves are those of the lean transport, with Brine's own signatures.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config

from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.aws.signing.sigv4 import SigV4Signer
from brine.adapters.botocore.service_client import BotocoreServiceClient
from brine.adapters.botocore.sessions import create_client
from brine.adapters.http1.errors import ConnectFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.aws.call import RetryPolicy

_MAX_CONNECTIONS: Final = 64
"""Connections that are kept for one service. More threads may send at once."""

_SDK_NAMES: Final = {"monitoring": "cloudwatch"}
"""The names that the SDK has for services whose endpoints and signatures have another one."""


class BotocoreTransport:
    """The AwsTransport outside of Lambda, with a session of boto3 or botocore.

    endpoint_url: the URL of an emulator, which comes before all that botocore finds. now: seconds since 1970, for
    signatures.
    """

    def __init__(
        self, session: Any, region: str, *, endpoint_url: str | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self.region = region
        self.now = now
        self._session = session
        self._endpoint_url = endpoint_url
        self._sdk_clients: dict[tuple[str, float, float], Any] = {}
        self._lock = threading.Lock()  # a session makes one client at a time

    def service_client(self, name: str, retry_policy: RetryPolicy, *, bucket: str = "") -> BotocoreServiceClient:
        """Return the client of a service. Raises ConfigError for settings that botocore refuses."""
        return BotocoreServiceClient(
            self._sdk_client(name, retry_policy),
            self.credentials,
            self.now,
            read_timeout=retry_policy.read_timeout,
            bucket=bucket,
        )

    def credentials(self) -> AwsCredentials:
        """Return the credentials of this moment. The session refreshes them when they expire. Raises ConnectFailed."""
        try:
            credentials = self._session.get_credentials()
            frozen = None if credentials is None else credentials.get_frozen_credentials()
        except Exception as error:  # botocore raises RuntimeError too, and a provider of the caller any error
            raise ConnectFailed(f"no AWS credentials: {error}") from error
        if frozen is None or not frozen.access_key or not frozen.secret_key:
            raise ConnectFailed("the session has no AWS credentials any more")
        return AwsCredentials(frozen.access_key, frozen.secret_key, frozen.token or None)

    def signer(self, service: str, region: str | None = None) -> SigV4Signer:
        """Return a signer for a service in this region, or in the own one. Raises ConnectFailed."""
        return SigV4Signer(self.credentials(), region or self.region, service)

    def close(self) -> None:
        """Close all idle connections."""
        with self._lock:
            for client in self._sdk_clients.values():
                client.close()

    def _sdk_client(self, name: str, retry_policy: RetryPolicy) -> Any:
        """Return the client of the SDK with these time limits. It brings the endpoint and the HTTP session."""
        key = name, retry_policy.connect_timeout, retry_policy.read_timeout
        with self._lock:
            if key not in self._sdk_clients:
                config = Config(
                    connect_timeout=retry_policy.connect_timeout,
                    read_timeout=retry_policy.read_timeout,
                    max_pool_connections=_MAX_CONNECTIONS,
                )
                self._sdk_clients[key] = create_client(
                    self._session,
                    _SDK_NAMES.get(name, name),
                    region_name=self.region,
                    endpoint_url=self._endpoint_url,
                    config=config,
                )
            return self._sdk_clients[key]
