"""Serves moto or httpbin in a process of its own: `python -m brine_cli.emulators.process moto|httpbin FD`.

The listening socket comes from the parent, so the port is known before anything is imported. Two lines of stdin say
who may enter: an Admission, and the beginning of every path. When the parent ends, however it ends, stdin closes and
this process ends too.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from brine_cli.emulators import moto_transactions
from brine_cli.emulators.entrance import EmulatorEntrance, is_signed
from brine_cli.emulators.long_polls import LongPolls
from brine_cli.http.admission import Admission
from brine_cli.http.sandbox import SANDBOX

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_FOR_S3 = "AWS4-HMAC-SHA256 Credential=/20260101/us-east-1/s3/"  # as far as moto looks


class OneAtATime:
    """Lets a WSGI application see one request at a time, whatever the number of connections.

    moto's conditional writes are not atomic: in threads, two writers may both win. A single-threaded server would be as
    safe, but there a client that connects and says nothing stops all others.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._turn = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Reads the body first, for a slow client must not hold the turn; answers with everything at once."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length:
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
        with self._turn:
            answer = self._application(environ, start_response)
            try:
                return [b"".join(answer)]
            finally:
                if hasattr(answer, "close"):
                    answer.close()


class Sandboxed:
    """Tells browsers to run no script in what a WSGI application answers (brine_cli.http.sandbox)."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, with two fields more."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, *SANDBOX], *error)

        return self._application(environ, start)


def _moto(admission: Admission, path: str) -> tuple[WSGIApplication, type[WSGIRequestHandler]]:
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415  (1.3 s that httpbin's process need not wait for)
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )

    class Dispatcher(DomainDispatcherApplication):
        """Gives what is not signed to S3, which alone has links: by its path it could be meant for any service."""

        def get_application(self, environ: WSGIEnvironment) -> Any:
            if is_signed(environ):
                return super().get_application(environ)
            return super().get_application({"PATH_INFO": "/", "HTTP_HOST": "s3", "HTTP_AUTHORIZATION": _FOR_S3})

    moto_transactions.patch_moto()
    application = LongPolls(OneAtATime(Dispatcher(create_backend_app)))
    return EmulatorEntrance(application, admission, path), MotoRequestHandler


def _httpbin() -> tuple[WSGIApplication, type[WSGIRequestHandler]]:
    from httpbin.core import app  # noqa: PLC0415  (as above)

    return app, WSGIRequestHandler


def main(name: str, file_descriptor: int) -> None:
    """Serves until stdin ends."""
    logging.disable(logging.CRITICAL)
    admission, path = Admission.from_json(sys.stdin.readline()), sys.stdin.readline().rstrip()
    application, base = _moto(admission, path) if name == "moto" else _httpbin()

    class Quiet(base):  # type: ignore[misc,valid-type]  # the base is chosen at run time
        protocol_version = "HTTP/1.1"  # werkzeug still closes after each answer, but chunks what has no length

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Says nothing: the twin's console is for the functions."""

    server = make_server(
        "127.0.0.1", 0, Sandboxed(application), threaded=True, request_handler=Quiet, fd=file_descriptor
    )
    threading.Thread(target=_end_with_parent, daemon=True).start()
    server.serve_forever()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
