"""Starts and stops the emulators of AWS (moto) and of an origin (httpbin)."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from brine_cli.emulators.credentials import CREDENTIALS
from brine_cli.http.admission import Admission
from brine_cli.http.server import listen, url_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

type Emulator = Literal["moto", "httpbin"]


@contextmanager
def run_emulator(
    name: Emulator,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    has_secret_path: bool = True,
    hosts: Iterable[str] = (),
    origins: Iterable[str] = (),
) -> Iterator[str]:
    """Start moto or httpbin, yield its URL, and stop it at the end of the context. Raises PortTaken.

    It answers as soon as it has loaded; earlier connections wait. moto answers only requests from this machine (see
    `Admission`, which also explains `hosts` and `origins`). With a secret path, it answers only requests to that path.
    """
    listener = listen(host, port)
    path = f"/{secrets.token_hex(16)}" if name == "moto" and has_secret_path else ""
    with listener:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", "brine_cli.emulators.process", name, str(listener.fileno())],
            # moto accepts any credentials, but boto3 inside moto must not look for real ones.
            env=os.environ | CREDENTIALS,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C is for the parent, which stops this process in order
        )
        url = f"{url_of(listener)}{path}"
        admission = Admission.at(listener, host, hosts=hosts, origins=origins)
    assert process.stdin is not None  # noqa: S101  (it is a pipe, see above)
    # Not as arguments, which every user of the machine can read.
    process.stdin.write(f"{admission.to_json()}\n{path}\n".encode())
    process.stdin.flush()
    # Our copy of the socket is closed: if the process dies, clients get an error instead of waiting.
    try:
        yield url
    finally:
        process.kill()
        process.communicate()
