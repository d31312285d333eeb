"""Serves moto or httpbin in its own process: `python -m brine_cli.emulators.process moto|httpbin FD`.

The parent passes the listening socket, so it knows the port before this process has imported anything. Two lines of
stdin have the access rules: an Admission, and the prefix of every path. Stdin closes when the parent ends, for any
reason, and then this process ends too.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

from brine_cli.emulators import moto_imports, moto_transactions
from brine_cli.emulators.long_polls import LongPolls
from brine_cli.emulators.request_filter import RequestFilter, is_signed
from brine_cli.http.admission import Admission
from brine_cli.http.sandbox import SANDBOX

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_FOR_S3 = "AWS4-HMAC-SHA256 Credential=/20260101/us-east-1/s3/"  # the part that moto reads


def serial(application: WSGIApplication) -> WSGIApplication:
    """Return the application for any number of connections: it gets only one request at a time.

    The conditional writes of moto are not atomic: with threads, two writers may both succeed. A single-threaded server
    would be safe too, but a client that connects and sends no data would block all other clients.
    """
    lock = threading.Lock()

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if length := int(environ.get("CONTENT_LENGTH") or 0):  # read before taking the lock: a client may be slow
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
        with lock:
            parts, status, headers = run_wsgi_app(application, environ, buffered=True)
        start_response(status, headers.to_wsgi_list())
        return [b"".join(parts)]

    return answer


def sandboxed(application: WSGIApplication) -> WSGIApplication:
    """Return the application with two more fields in each response, to forbid scripts (brine_cli.http.sandbox)."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, *SANDBOX], *error)

        return application(environ, start)

    return answer


def _moto(admission: Admission, path: str) -> tuple[WSGIApplication, type[WSGIRequestHandler]]:
    moto_imports.load_moto()
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415  (only the process of moto needs it)
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )

    class Dispatcher(DomainDispatcherApplication):
        """Passes unsigned requests to S3. Only S3 has links, but moto could take the path for any service."""

        def get_application(self, environ: WSGIEnvironment) -> Any:
            if is_signed(environ):
                return super().get_application(environ)
            return super().get_application({"PATH_INFO": "/", "HTTP_HOST": "s3", "HTTP_AUTHORIZATION": _FOR_S3})

    moto_imports.load_ssm()
    moto_transactions.patch_moto()
    application = LongPolls(serial(Dispatcher(create_backend_app)))
    return RequestFilter(application, admission, path), MotoRequestHandler


def _httpbin() -> tuple[WSGIApplication, type[WSGIRequestHandler]]:
    from httpbin.core import app  # noqa: PLC0415  (see above)

    return app, WSGIRequestHandler


def main(name: str, file_descriptor: int) -> None:
    """Serve until stdin ends."""
    logging.disable(logging.CRITICAL)
    admission, path = Admission.from_json(sys.stdin.readline()), sys.stdin.readline().rstrip()
    application, base = _moto(admission, path) if name == "moto" else _httpbin()

    class Quiet(base):  # type: ignore[misc,valid-type]  # the base is chosen at run time
        protocol_version = "HTTP/1.1"  # chunks a body without a length

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Log nothing: the console of the twin is for the functions."""

    server = make_server(
        "127.0.0.1", 0, sandboxed(application), threaded=True, request_handler=Quiet, fd=file_descriptor
    )
    threading.Thread(target=_end_with_parent, daemon=True).start()
    server.serve_forever()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
