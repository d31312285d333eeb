"""The filter before moto: it passes only requests that the developer's own programs can have sent.

moto itself answers every client, and its CORS fields allow every web page to read the response. It holds the keyrings.
"""

from __future__ import annotations

import hmac
import http
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine_cli.http.admission import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from brine_cli.http.admission import Admission
    from brine_cli.http.messages import HeaderLine

# A page can send neither without a preflight request, whose Origin is refused. But a link may have the second.
_SIGNED = "AWS4-HMAC-SHA256 "
_PRESIGNED = re.compile(r"(?:^|&)(?:X-Amz-)?Signature=")
_WITHOUT_PATH = Rejection(
    403, "The URL lacks the path that the emulator was given when it started: use the whole URL that `brine dev` shows."
)
_WITHOUT_SIGNATURE = Rejection(
    403, "The request is not signed: send it by an AWS SDK or the AWS command line, with any credentials."
)


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Passes to a WSGI application only the requests that `admission` and the rules of this file accept.

    path: the prefix of every path, "" or a slash and a secret name. The application gets the path without it.
    """

    application: WSGIApplication
    admission: Admission
    path: str

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, or answer why it is refused."""
        refusal = self._refusal(environ)
        if refusal is None:
            return self.application(self._without_path(environ), start_response)
        status = f"{refusal.status} {http.HTTPStatus(refusal.status).phrase}"
        start_response(status, [("content-type", "application/json")])
        return [json.dumps({"message": refusal.detail}).encode()]

    def _refusal(self, environ: WSGIEnvironment) -> Rejection | None:
        target = environ["RAW_URI"].encode("latin-1")
        if foreign := self.admission.refusal(environ["REQUEST_METHOD"], target, _lines(environ)):
            return foreign
        # SDKs send "/name" as well as "/name/". Bytes, since compare_digest takes only ASCII text.
        path = f"{environ['PATH_INFO']}/".encode("latin-1")
        if not hmac.compare_digest(path[: len(self.path) + 1], f"{self.path}/".encode()):
            return _WITHOUT_PATH
        signed = is_signed(environ) or _PRESIGNED.search(environ["QUERY_STRING"])
        is_preflight = environ["REQUEST_METHOD"] == "OPTIONS"  # browsers do not sign it, and it changes no state
        return None if signed or is_preflight else _WITHOUT_SIGNATURE

    def _without_path(self, environ: WSGIEnvironment) -> WSGIEnvironment:
        if not self.path:
            return environ
        raw = environ["RAW_URI"].replace(self.path, "", 1)
        path = environ["PATH_INFO"].replace(self.path, "", 1)
        return {**environ, "PATH_INFO": path or "/", "RAW_URI": raw or "/", "REQUEST_URI": raw or "/"}


def is_signed(environ: WSGIEnvironment) -> bool:
    """Return whether the Authorization field has a signature. The signature is not verified."""
    return bool(environ.get("HTTP_AUTHORIZATION", "").startswith(_SIGNED))


def _lines(environ: WSGIEnvironment) -> Iterator[HeaderLine]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").lower().encode("latin-1"), value.encode("latin-1")
