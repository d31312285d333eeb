"""Follow a link over HTTP, as a client without AWS code does."""

from __future__ import annotations

import urllib.error
import urllib.request

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response

SECONDS = 30


def followed(url: str, **headers: str) -> Response:
    """Return the last answer to a GET of this http URL. Names of `headers` have "_" for "-"."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=named), timeout=SECONDS) as answer:  # noqa: S310 - http
            return Response(status=answer.status, fields=Fields(answer.headers.items()), body=answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Response(status=error.code, fields=Fields(error.headers.items()), body=error.read())
