"""Starts and stops the emulators of AWS (moto) and of an origin (httpbin)."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from brine_cli.bytecode import child_environment, interpreter_options
from brine_cli.emulators.addresses import EmulatorAddresses
from brine_cli.emulators.credentials import CREDENTIALS
from brine_cli.http.admission import Admission
from brine_cli.http.listener import listen, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from brine_cli.emulators.addresses import Emulator

type _Start = Callable[[], subprocess.Popen[bytes]]


@contextmanager
def run_emulator(
    name: Emulator,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    listener: socket.socket | None = None,
    secret: str | None = None,
    on_demand: bool = False,
    hosts: Iterable[str] = (),
    origins: Iterable[str] = (),
) -> Iterator[str]:
    """Start moto or httpbin, yield its URL, and stop it at the end of the context. Raises PortTaken.

    It answers as soon as it has loaded; earlier connections wait. With `on_demand`, it starts at the first connection.
    moto answers only requests from this machine (see `Admission`, which also explains `hosts` and `origins`).
    listener: a socket that listens already. secret: moto answers only requests to this path. None is a random one, and
    "" none.
    """
    if secret is None:
        secret = EmulatorAddresses.new().secret if name == "moto" else ""
    path = f"/{secret}" if secret else ""
    listener = listener or listen(host, port)
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
        [sys.executable, *interpreter_options(), "-m", "brine_cli.emulators.process", name, str(listener.fileno())],
        # moto accepts any credentials, but boto3 inside moto must not look for real ones.
        env=child_environment() | CREDENTIALS,
        stdin=subprocess.PIPE,
        pass_fds=[listener.fileno()],
        start_new_session=True,  # Ctrl-C is for the parent, which stops this process in order
    )
    assert process.stdin is not None  # noqa: S101  (it is a pipe, see above)
    # Not as arguments, which every user of the machine can read.
    process.stdin.write(f"{admission.to_json()}\n{path}\n".encode())
    process.stdin.flush()
    return process
