"""Signs requests by AWS Signature Version 4, in the Authorization field or in a URL.

The canonical request has the path and the query as they are sent. This is the rule of S3. For the other services it is
right as long as their requests are posted to "/".
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.signing.credentials import AwsCredentials

_ALGORITHM = "AWS4-HMAC-SHA256"


class SigV4Signer:
    """Signs requests to one service in one region."""

    def __init__(self, credentials: AwsCredentials, region: str, service: str) -> None:
        self._credentials = credentials
        self._region = region
        self._service = service
        self._day_key = ("", b"")  # replaced as a whole, so that threads see an old pair or a new one

    def sign(
        self, *, method: str, path: str, query: str = "", headers: Mapping[str, str], payload_hash: str, now: float
    ) -> dict[str, str]:
        """Return the headers to send: the given ones (in lower case, with `host`), date, token and signature.

        path, query: percent-encoded. payload_hash: the body's SHA-256 in hexadecimal digits. now: seconds since 1970.
        """
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        signed = {**headers, "x-amz-date": stamp}
        if self._credentials.token is not None:
            signed["x-amz-security-token"] = self._credentials.token
        names, lines = _canonical_headers(signed)
        request = f"{method}\n{path}\n{_canonical_query(query)}\n{lines}\n{names}\n{payload_hash}".encode()
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={self._credentials.access_key}/{self._scope(stamp)}, "
            f"SignedHeaders={names}, Signature={self._signature(stamp, request)}"
        )
        return signed

    def presign(
        self,
        *,
        method: str = "GET",
        host: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        seconds: int,
        now: float,
    ) -> str:
        """Return the query of a URL that allows `method` on `path`. The signature does not cover the body.

        query: further parameters, unencoded. headers: the headers that the request must have beside `host`. The URL is
        valid for so many seconds, or until the credentials expire.
        """
        from urllib.parse import quote  # noqa: PLC0415 - only presigned URLs need it

        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        names, lines = _canonical_headers({**(headers or {}), "host": host})
        members = {
            **query,
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self._credentials.access_key}/{self._scope(stamp)}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": names,
        }
        if self._credentials.token is not None:
            members["X-Amz-Security-Token"] = self._credentials.token
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(members.items()))
        request = f"{method}\n{path}\n{text}\n{lines}\n{names}\nUNSIGNED-PAYLOAD".encode()
        return f"{text}&X-Amz-Signature={self._signature(stamp, request)}"

    def _scope(self, stamp: str) -> str:
        return f"{stamp[:8]}/{self._region}/{self._service}/aws4_request"

    def _signature(self, stamp: str, request: bytes) -> str:
        to_sign = f"{_ALGORITHM}\n{stamp}\n{self._scope(stamp)}\n{sha256(request).hexdigest()}".encode()
        return hmac.digest(self._signing_key(stamp[:8]), to_sign, "sha256").hex()

    def _signing_key(self, day: str) -> bytes:
        known_day, key = self._day_key
        if known_day != day:
            key = f"AWS4{self._credentials.secret_key}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._day_key = (day, key)
        return key


def _canonical_headers(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return the names that are signed, and the lines to sign."""
    lines = [f"{name}:{' '.join(value.split())}\n" for name, value in sorted(headers.items())]
    return ";".join(sorted(headers)), "".join(lines)


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = sorted(part.partition("=")[::2] for part in query.split("&"))
    return "&".join(f"{name}={value}" for name, value in pairs)
