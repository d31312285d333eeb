"""Starts and stops the emulators of AWS (moto) and of an origin (httpbin)."""

from __future__ import annotations

import os
import secrets
import select
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Literal

from brine_cli.emulators.credentials import CREDENTIALS
from brine_cli.http.admission import Admission
from brine_cli.http.server import listen, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

type Emulator = Literal["moto", "httpbin"]
type _Start = Callable[[], subprocess.Popen[bytes]]


@contextmanager
def run_emulator(
    name: Emulator,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    has_secret_path: bool = True,
    on_demand: bool = False,
    hosts: Iterable[str] = (),
    origins: Iterable[str] = (),
) -> Iterator[str]:
    """Start moto or httpbin, yield its URL, and stop it at the end of the context. Raises PortTaken.

    It answers as soon as it has loaded; earlier connections wait. With `on_demand`, it starts at the first connection.
    moto answers only requests from this machine (see `Admission`, which also explains `hosts` and `origins`). With a
    secret path, it answers only requests to that path.
    """
    listener = listen(host, port)
    path = f"/{secrets.token_hex(16)}" if name == "moto" and has_secret_path else ""
    start = partial(_start, name, listener, Admission.at(listener, host, hosts=hosts, origins=origins), path)
    url = f"{url_of(listener)}{path}"
    with _from_first_connection(listener, start) if on_demand else _from_now_on(listener, start):
        yield url


@contextmanager
def _from_now_on(listener: socket.socket, start: _Start) -> Iterator[None]:
    with listener:
        process = start()
    # Our copy of the socket is closed: if the process dies, clients get an error instead of waiting.
    try:
        yield
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _from_first_connection(listener: socket.socket, start: _Start) -> Iterator[None]:
    ours, theirs = socket.socketpair()

    def wait_and_run() -> None:
        with listener, theirs:
            readable, _, _ = select.select([listener, theirs], [], [])
            if theirs not in readable:
                with _from_now_on(listener, start):
                    theirs.recv(1)  # returns at the end of the context

    thread = threading.Thread(target=wait_and_run, name="emulator on demand", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ours.close()
        thread.join()


def _start(name: Emulator, listener: socket.socket, admission: Admission, path: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
        [sys.executable, "-m", "brine_cli.emulators.process", name, str(listener.fileno())],
        # moto accepts any credentials, but boto3 inside moto must not look for real ones.
        env=os.environ | CREDENTIALS,
        stdin=subprocess.PIPE,
        pass_fds=[listener.fileno()],
        start_new_session=True,  # Ctrl-C is for the parent, which stops this process in order
    )
    assert process.stdin is not None  # noqa: S101  (it is a pipe, see above)
    # Not as arguments, which every user of the machine can read.
    process.stdin.write(f"{admission.to_json()}\n{path}\n".encode())
    process.stdin.flush()
    return process
