"""Requests to presigned URLs, as a client without AWS code sends them."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Protocol

from botocore.awsrequest import AWSRequest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 30


class Requested(Protocol):
    """Returns the response to a request."""

    def __call__(
        self, url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response: ...


def requested(
    url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the last answer to a request to this http URL."""
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - http
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - http
            return Response(status=answer.status, fields=Fields(answer.headers.items()), body=answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Response(status=error.code, fields=Fields(error.headers.items()), body=error.read())


def requested_in_mock(
    url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer of moto's mock in this process."""
    from moto.core.models import botocore_stubber  # noqa: PLC0415 - takes a second

    request = AWSRequest(method, url, headers, body).prepare()
    answer: Any = botocore_stubber.process_request(request)
    status, given, content = answer
    fields = Fields((name, str(value)) for name, value in given.items())
    return Response(status=status, fields=fields, body=content.encode() if isinstance(content, str) else content)


def followed(url: str, **headers: str) -> Response:
    """Return the last answer to a GET of this http URL. Names of `headers` have "_" for "-"."""
    return requested(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
