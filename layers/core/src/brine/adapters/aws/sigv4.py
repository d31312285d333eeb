"""AWS Signature Version 4, in the Authorization field, or in the query of a URL that is given to others.

The canonical request's path and query are taken as they go on the wire, which is S3's rule; for the other services it
is right as long as they are posted to "/".
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.credentials import Credentials

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class Signer:
    """Signs requests to one service in one region."""

    def __init__(self, credentials: Credentials, region: str, service: str) -> None:
        self._credentials = credentials
        self._region = region
        self._service = service
        self._day_key = ("", b"")  # replaced whole, so that threads see an old pair or a new one

    def sign(
        self, *, method: str, path: str, query: str = "", headers: Mapping[str, str], payload_hash: str, now: float
    ) -> dict[str, str]:
        """The headers to send: those given (names in lower case, `host` among them), date, token and signature.

        path, query: percent-encoded. payload_hash: the body's SHA-256 in hexadecimal digits. now: seconds since 1970.
        """
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        signed = {**headers, "x-amz-date": stamp}
        if self._credentials.token is not None:
            signed["x-amz-security-token"] = self._credentials.token
        names = ";".join(sorted(signed))
        scope, signature = self._signature(
            method, path, _canonical_query(query), headers=signed, payload_hash=payload_hash, stamp=stamp
        )
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={self._credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def presign(self, *, method: str, path: str, headers: Mapping[str, str], now: float, seconds: int) -> str:
        """The query with which anybody may make a request of S3 within `seconds` of `now`; its body is not signed.

        headers: those that the request must have, as they are, `host` among them.
        """
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        members = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self._credentials.access_key}/{self._scope(stamp)}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": ";".join(sorted(headers)),
        }
        if self._credentials.token is not None:
            members["X-Amz-Security-Token"] = self._credentials.token
        query = "&".join(f"{name}={_percent_encoded(value)}" for name, value in sorted(members.items()))
        _, signature = self._signature(
            method, path, query, headers=headers, payload_hash="UNSIGNED-PAYLOAD", stamp=stamp
        )
        return f"{query}&X-Amz-Signature={signature}"

    def _signature(
        self, method: str, path: str, query: str, *, headers: Mapping[str, str], payload_hash: str, stamp: str
    ) -> tuple[str, str]:
        """The scope, and the signature of the canonical request."""
        names = sorted(headers)
        canonical_headers = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names)
        request = f"{method}\n{path}\n{query}\n{canonical_headers}\n{';'.join(names)}\n{payload_hash}".encode()
        scope = self._scope(stamp)
        to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{sha256(request).hexdigest()}".encode()
        return scope, hmac.digest(self._signing_key(stamp[:8]), to_sign, "sha256").hex()

    def _scope(self, stamp: str) -> str:
        return f"{stamp[:8]}/{self._region}/{self._service}/aws4_request"

    def _signing_key(self, day: str) -> bytes:
        known_day, key = self._day_key
        if known_day != day:
            key = f"AWS4{self._credentials.secret_key}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._day_key = (day, key)
        return key


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = sorted(part.partition("=")[::2] for part in query.split("&"))
    return "&".join(f"{name}={value}" for name, value in pairs)


def _percent_encoded(value: str) -> str:
    """RFC 3986: all but unreserved characters."""
    return "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in value.encode())
