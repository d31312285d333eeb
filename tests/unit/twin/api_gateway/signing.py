"""Signs requests by botocore, an independent implementation of Signature Version 4."""

from __future__ import annotations

from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from brine_cli.api_gateway.principals import SECRET
from brine_cli.http.messages import HttpRequest


def signed(
    key: str = "producer",
    *,
    url: str = "http://api.test/",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    secret: str = SECRET,
    token: str | None = None,
    region: str = "us-east-1",
    service: str = "execute-api",
) -> dict[str, str]:
    """The headers of a request that is signed now. The given headers are signed too."""
    request = AWSRequest(method, url, headers={"Host": urlsplit(url).netloc, **(headers or {})}, data=body)
    SigV4Auth(Credentials(key, secret, token), service, region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


def received(headers: dict[str, str], *, target: str = "/", method: str = "GET", body: bytes = b"") -> HttpRequest:
    """The request as the twin reads it from the connection."""
    lines = tuple((name.encode(), value.encode("latin-1")) for name, value in headers.items())
    return HttpRequest(method=method, target=target.encode(), headers=lines, body=body, client="192.0.2.7")
