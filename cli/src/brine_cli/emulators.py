"""Starts and stops what stands in for AWS and for an origin: moto and httpbin."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from brine_cli.http_server import listen, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

type Emulator = Literal["moto", "httpbin"]


@contextmanager
def emulator(name: Emulator, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The URL of a new moto or httpbin, which ends with the context. Raises PortTaken.

    It answers as soon as it has loaded; connections made before that wait.
    """
    listener = listen(host, port)
    with listener:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", "brine_cli.emulator_process", name, str(listener.fileno())],
            # moto takes anything as credentials, but boto3 inside it must not look for real ones.
            env={**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C is for us, who stop it in order
        )
        url = url_of(listener)
    # Our copy of the socket is closed now: if the process dies, clients are refused instead of left waiting.
    try:
        yield url
    finally:
        process.kill()
        process.communicate()
