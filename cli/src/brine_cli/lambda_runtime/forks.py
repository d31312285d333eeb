"""Starts the process of an environment as a fork of the fork server, which has imported the packages."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from brine_cli.lambda_runtime import fork_server
from brine_cli.lambda_runtime.processes import run_isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.lambda_runtime.processes import Process


_PROGRAM = Path(fork_server.__file__)


@cache
def can_fork() -> bool:
    """Return whether a fork is safe after imports. On macOS, frameworks of the system may have threads by then."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:  # a kernel before 5.3, or a sandbox
        return False
    return True


class ForkStarter:
    """Starts the environments of one function as forks. It runs and controls the fork server of the function.

    modules: the modules that the fork server imports before the first fork.
    """

    def __init__(self, launch: Launch, modules: Iterable[str]) -> None:
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._children: dict[int, _Fork] = {}
        self.is_alive = True
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        setup = json.dumps([*launch.folders(), list(modules)])
        with theirs:
            # The children inherit its stdout, unless each of them gets its own.
            output = None if launch.show is None else os.open(os.devnull, os.O_WRONLY)
            try:
                self._process = run_isolated(launch, _PROGRAM, theirs.fileno(), setup, output=output)
            finally:
                if output is not None:
                    os.close(output)
        self._reader = threading.Thread(target=self._read, name=f"{launch.name} forks", daemon=True)
        self._reader.start()

    def start(self, _: Launch, connection: int, output: int | None) -> Process:
        """Start a process by fork (see ProcessStarter). It begins when the server has imported its modules."""
        child = _Fork(self, next(self._numbers))
        descriptors = [connection] if output is None else [connection, output]
        with self._lock:
            if not self.is_alive:
                raise ConnectionError("the fork server has ended")
            self._children[child.number] = child
            self._send({"fork": child.number}, descriptors)
        return child

    def kill(self, child: _Fork) -> None:
        """End a child with SIGKILL, unless it has ended."""
        self._send({"kill": child.number})

    def stop(self) -> None:
        """End the server and all its children."""
        self._process.kill()
        self._reader.join()

    def _send(self, command: dict[str, int], descriptors: Sequence[int] = ()) -> None:
        with contextlib.suppress(OSError):  # the server has ended, and the reader reports it to each child
            socket.send_fds(self._control, [json.dumps(command).encode()], descriptors)

    def _read(self) -> None:
        with self._control:
            while packet := self._receive():
                answer = json.loads(packet)
                if "forked" in answer:
                    self._children[answer["forked"]].pid = answer["pid"]
                else:
                    self._children.pop(answer["ended"]).ended.set_result(answer["status"])
        self._process.wait()
        with self._lock:
            self.is_alive = False
            lost = tuple(self._children.values())
        for child in lost:
            if child.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGKILL)
            child.ended.set_result(-signal.SIGKILL)

    def _receive(self) -> bytes:
        try:
            return self._control.recv(fork_server.MOST_BYTES)
        except OSError:  # reset: the server was killed before it had read all commands
            return b""


@dataclass(slots=True, eq=False)
class _Fork:
    """A process that the fork server has started or will start."""

    starter: ForkStarter
    number: int
    pid: int | None = None
    ended: Future[int] = field(default_factory=Future)

    def kill(self) -> None:
        self.starter.kill(self)

    def wait(self) -> int:
        return self.ended.result()
