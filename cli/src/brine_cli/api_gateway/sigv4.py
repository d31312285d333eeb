"""The check of a Signature Version 4 in the Authorization field, for routes with AWS_IAM.

The canonical request is the one that AWS documents for all services but S3. The path has no dot segments and no empty
segments, and each segment is encoded once more than on the wire. The names and values of the query are encoded in one
form and sorted. (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)
"""

from __future__ import annotations

import hmac
import posixpath
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.aws.signing.sigv4 import SigV4Signer
from brine_cli.api_gateway.events import join_values
from brine_cli.api_gateway.principals import SECRET, Principal
from brine_cli.template.intrinsics import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

SERVICE = "execute-api"
SKEW = timedelta(minutes=5)  # how far the date of the request may be from our clock
UNSIGNED = "UNSIGNED-PAYLOAD"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<key>[^/,\s]+)/(?P<day>[0-9]{8})/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)"
    r"/aws4_request *, *SignedHeaders=(?P<names>[^,\s]+) *, *Signature=(?P<signature>[0-9a-f]{64})"
)
_STAMP = "%Y%m%dT%H%M%SZ"


class SignatureRefused(Exception):
    """API Gateway answers 403 to this request. The message says why, for the console."""


def signer_of(request: HttpRequest, now: datetime) -> Principal:
    """Return the principal that signed `request`. `now` is in UTC. Raises SignatureRefused."""
    lines = ((name.decode("latin-1"), value.decode("latin-1").strip()) for name, value in request.headers)
    headers = join_values(lines)
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None:
        raise SignatureRefused("it has no Authorization field with a signature of version 4")
    if (found["region"], found["service"]) != (REGION, SERVICE):
        raise SignatureRefused(
            f"it is signed for {found['service']} in {found['region']}, and this is {SERVICE} in {REGION}"
        )
    principal = Principal.of(found["key"])
    if principal is None:
        raise SignatureRefused("its access key id is neither NAME nor SESSION@ROLE")
    signed = {name: headers[name] for name in _signed_names(found["names"], headers)}
    stamp = _stamp(signed.pop("x-amz-date", ""), found["day"], now)
    path, _, query = request.target.partition(b"?")
    expected = SigV4Signer(AwsCredentials(found["key"], SECRET), REGION, SERVICE).sign(
        method=request.method,
        path=_canonical_path(path.decode("latin-1")),
        query=_canonical_query(query),
        headers=signed,
        payload_hash=_payload_hash(headers.get("x-amz-content-sha256"), request.body),
        now=stamp.timestamp(),
    )
    if not hmac.compare_digest(expected["authorization"][-64:], found["signature"]):
        raise SignatureRefused(f'the signature is not what the secret "{SECRET}" makes of this request')
    return principal


def _signed_names(listed: str, headers: dict[str, str]) -> Iterator[str]:
    """Yield the names of the signed fields. They must include host and all x-amz-* fields of the request."""
    names = set(listed.split(";"))
    if missing := {"host", "x-amz-date", *(name for name in headers if name.startswith("x-amz-"))} - names:
        raise SignatureRefused(f"these fields must be signed: {', '.join(sorted(missing))}")
    if absent := names - headers.keys():
        raise SignatureRefused(f"these signed fields are missing: {', '.join(sorted(absent))}")
    yield from names


def _stamp(text: str, day: str, now: datetime) -> datetime:
    try:
        stamp = datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError as error:
        raise SignatureRefused("its x-amz-date is not of the form 20260710T191905Z") from error
    if text[:8] != day:
        raise SignatureRefused("its x-amz-date and the day in its Authorization field differ")
    if abs(stamp - now) > SKEW:
        raise SignatureRefused(f"its x-amz-date is {text}, more than five minutes from now ({now.strftime(_STAMP)})")
    return stamp


def _payload_hash(declared: str | None, body: bytes) -> str:
    actual = sha256(body).hexdigest()
    if declared not in {None, UNSIGNED, actual}:
        raise SignatureRefused("its x-amz-content-sha256 is not that of its body")
    return declared or actual


def _canonical_path(path: str) -> str:
    plain = posixpath.normpath("/" + path.lstrip("/"))
    last = "/" if plain != "/" and path.endswith("/") else ""
    return quote(plain, safe="/", encoding="latin-1") + last


def _canonical_query(query: bytes) -> str:
    pairs = (part.partition(b"=")[::2] for part in query.split(b"&") if part)
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)  # the SigV4Signer sorts them


def _encoded(part: bytes) -> str:
    return quote(unquote_to_bytes(part), safe="")
