"""Long polling of SQS outside of moto: a ReceiveMessage that waits inside of moto would block all other requests."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_OPERATION = "AmazonSQS.ReceiveMessage"
_LONGEST_SECONDS = 20  # the limit of SQS; moto refuses more
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class LongPolls:
    """Asks moto, a WSGI application, again and again until messages come or the time is up."""

    application: WSGIApplication
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass on each request. Repeat only a ReceiveMessage with WaitTimeSeconds, in the JSON protocol of SQS."""
        if environ.get("HTTP_X_AMZ_TARGET") != _OPERATION:
            return self.application(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        seconds = _wait_of(body)
        if not 0 < seconds <= _LONGEST_SECONDS:
            return self.application(_with_body(environ, body), start_response)
        deadline = self.clock() + seconds
        without = json.dumps({**json.loads(body), "WaitTimeSeconds": 0}).encode()
        while True:
            parts, status, headers = run_wsgi_app(self.application, _with_body(environ, without), buffered=True)
            answer = b"".join(parts)
            if b'"Messages"' in answer or status != "200 OK" or self.clock() >= deadline:
                start_response(status, headers.to_wsgi_list())
                return [answer]
            self.pause(_PAUSE_SECONDS)


def _wait_of(body: bytes) -> int:
    try:
        seconds = json.loads(body).get("WaitTimeSeconds", 0)
    except (ValueError, AttributeError):
        return 0  # moto reports the error
    return seconds if isinstance(seconds, int) else 0


def _with_body(environ: WSGIEnvironment, body: bytes) -> WSGIEnvironment:
    return {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
