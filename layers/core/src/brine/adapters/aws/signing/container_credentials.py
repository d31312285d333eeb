"""Credentials from the URL in AWS_CONTAINER_CREDENTIALS_FULL_URI, which Lambda sets for functions with SnapStart."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1.client import HttpClient
from brine.adapters.http1.connection import HttpLimits, RawRequest
from brine.adapters.http1.errors import BadResponse, ExchangeError
from brine.domain.routing.origin import DEFAULT_PORTS, OriginAddress
from brine.errors import ConfigError
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RENEW_BEFORE: Final = 300.0
"""Seconds before their end in which new credentials are fetched. Until the end, the old ones serve if that fails."""
TRY_AGAIN_AFTER: Final = 5.0
"""Seconds between attempts while the old credentials still serve."""
_LOCAL_HOSTS: Final = ("127.0.0.1", "localhost", "::1", "169.254.170.2", "169.254.170.23")
_LIMITS: Final = HttpLimits(connect_timeout=1.0, read_timeout=2.0, max_body=65_536)
_SECONDS: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """Credentials with their end, and when to fetch new ones. Both in seconds since 1970."""

    credentials: AwsCredentials
    ends_at: float
    renew_at: float


class ContainerCredentials:
    """Fetches credentials, and fetches new ones before these end. Threads may share it.

    authorization: returns the value of the header of that name, or None for no header. now: seconds since 1970.
    """

    def __init__(
        self,
        address: OriginAddress,
        path: str,
        authorization: Callable[[], str | None],
        client: HttpClient,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._address = address
        self._path = path
        self._authorization = authorization
        self._client = client
        self._now = now
        self._lock = threading.Lock()
        self._issued: Issued | None = None

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        client: HttpClient | None = None,
        *,
        now: Callable[[], float] = time.time,
    ) -> ContainerCredentials:
        """Return the source that the environment names. It sends no request yet. Raises ConfigError.

        Only an address of this machine may be asked by plain http, as in the SDKs of AWS.
        """
        url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ConfigError(f"AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL: {url!r}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"AWS_CONTAINER_CREDENTIALS_FULL_URI is no http or https URL: {url!r}")
        if parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS:
            raise ConfigError(
                f"AWS_CONTAINER_CREDENTIALS_FULL_URI is {url!r}: plain http is for {', '.join(_LOCAL_HOSTS)} only"
            )
        scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
        address = OriginAddress(scheme=scheme, host=parts.hostname, port=port or DEFAULT_PORTS[scheme])
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(address, path, _authorization(environment), client or HttpClient(), now=now)

    def __call__(self) -> AwsCredentials:
        """Return valid credentials. Raises ExchangeError if there are none."""
        issued = self._issued
        if issued is not None and self._now() < issued.renew_at:
            return issued.credentials
        with self._lock:
            issued = self._issued
            if issued is not None and self._now() < issued.renew_at:  # another thread was first
                return issued.credentials
            try:
                self._issued = self._fetched()
            except ExchangeError:
                now = self._now()
                if issued is None or now >= issued.ends_at:
                    raise
                self._issued = Issued(
                    credentials=issued.credentials, ends_at=issued.ends_at, renew_at=now + TRY_AGAIN_AFTER
                )
            return self._issued.credentials

    def _fetched(self) -> Issued:
        authorization = self._authorization()
        line = "" if authorization is None else f"authorization: {authorization}\r\n"
        head = f"GET {self._path} HTTP/1.1\r\nhost: {self._address.authority}\r\naccept: application/json\r\n{line}\r\n"
        message = RawRequest(method="GET", head=head.encode("latin-1"), body=b"", repeatable=True)
        answer = self._client.exchange(
            self._address, message, _LIMITS, Deadline(time.monotonic() + _SECONDS, time.monotonic)
        )
        if answer.status != 200:
            raise BadResponse(f"credentials: {self._address} answered {answer.status}")
        try:
            members = json.loads(answer.body)
            credentials = AwsCredentials(members["AccessKeyId"], members["SecretAccessKey"], members["Token"])
            ends_at = datetime.fromisoformat(members["Expiration"]).timestamp()
        except (ValueError, KeyError, TypeError):
            raise BadResponse(f"credentials: {self._address} answered without valid credentials") from None
        return Issued(credentials=credentials, ends_at=ends_at, renew_at=ends_at - RENEW_BEFORE)


def _authorization(environment: Mapping[str, str]) -> Callable[[], str | None]:
    """Return what reads the token: from a file, which may change, or from a variable. Raises ConfigError."""
    file = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    token = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN") or None

    def checked() -> str | None:
        try:
            text = Path(file).read_text(encoding="utf-8").strip() if file else token
        except OSError as error:
            raise BadResponse(f"credentials: the token file cannot be read: {error.strerror}") from None
        if text is not None and not (text.isascii() and text.isprintable()):
            raise BadResponse("credentials: the token has characters that no header may have")
        return text

    return checked
