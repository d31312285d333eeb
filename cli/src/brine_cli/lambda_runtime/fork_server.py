"""Starts processes of one function by fork, after it has imported the packages that each of them needs.

This file is a module and a program. As a program it may use only the standard library, like worker.py. Its first
argument is the file descriptor of a socket. The second one is JSON: the folders of sys.path, and the modules to import.

Each packet of the socket is one command. {"kill": N} ends a child. {"fork": N} comes with the file descriptors for the
new worker: its socket, and its output if it does not use ours. The answers are {"forked": N, "pid": P} and
{"ended": N, "status": S}. The process and all its children end when the other end closes the socket.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from types import ModuleType

MOST_BYTES = 4_096
"""The largest length of a packet."""


class ForkServer:
    """The fork server, in its own process. `forks.py` controls it from the process of the twin."""

    def __init__(self, control: socket.socket, worker: ModuleType) -> None:
        self._control = control
        self._worker = worker
        self._children: dict[int, tuple[int, int]] = {}
        """By file descriptor of the process: the twin's number of the child, and its process id."""
        self._poll = select.poll()  # unlike epoll, it is no open file that children would inherit
        self._poll.register(control, select.POLLIN)

    def run(self) -> NoReturn:
        """Follow commands until the twin closes the socket."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._control.fileno():
                    self._take_command()
                else:
                    self._reap(descriptor)

    def _take_command(self) -> None:
        packet, descriptors, _, _ = socket.recv_fds(self._control, MOST_BYTES, 2)
        if not packet:
            self._end()
        command = json.loads(packet)
        if "fork" in command:
            self._fork(command["fork"], descriptors)
        else:
            for number, pid in self._children.values():
                if number == command["kill"]:
                    os.kill(pid, signal.SIGKILL)

    def _fork(self, number: int, descriptors: list[int]) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            print(f"a process cannot be forked: {error}", file=sys.stderr)
            self._answer({"ended": number, "status": os.EX_OSERR})
        else:
            if not pid:
                try:
                    self._become_worker(*descriptors)
                finally:
                    os._exit(1)
            child = os.pidfd_open(pid)
            self._children[child] = number, pid
            self._poll.register(child, select.POLLIN)
            self._answer({"forked": number, "pid": pid})
        for descriptor in descriptors:
            os.close(descriptor)

    def _become_worker(self, connection: int, output: int | None = None) -> None:
        self._control.close()
        for child in self._children:
            os.close(child)
        os.setsid()
        if output is not None:
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.close(output)
        self._worker.Worker(socket.socket(fileno=connection)).run()

    def _reap(self, child: int) -> None:
        number, pid = self._children.pop(child)
        self._poll.unregister(child)
        os.close(child)
        _, status = os.waitpid(pid, 0)
        self._answer({"ended": number, "status": os.waitstatus_to_exitcode(status)})

    def _answer(self, answer: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the twin has ended, which the next read shows
            self._control.send(json.dumps(answer).encode())

    def _end(self) -> NoReturn:
        for _, pid in self._children.values():
            os.kill(pid, signal.SIGKILL)
        for _, pid in self._children.values():
            os.waitpid(pid, 0)
        os._exit(0)


def _load_worker() -> ModuleType:
    """Load worker.py without a place in sys.modules, where the function may have a module of this name."""
    spec = importlib.util.spec_from_file_location("worker", Path(__file__).with_name("worker.py"))
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018  (it is a Python file)
    worker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(worker)
    return worker


def _may_fork_after(modules: list[str]) -> bool:
    """Import the modules. Return whether a fork is still safe: no thread has started, and no file is open."""
    before = _threads_and_files()
    for name in modules:
        with contextlib.suppress(BaseException):  # the worker imports it again, and its error is reported then
            importlib.import_module(name)
    return _threads_and_files() == before


def _threads_and_files() -> tuple[int, int]:
    threads, files = (len(list(Path("/proc/self", name).iterdir())) for name in ("task", "fd"))
    return threads, files


def main(descriptor: str, setup: str) -> NoReturn:
    """Run the fork server."""
    worker = _load_worker()
    path, packages, modules = json.loads(setup)
    worker.extend_path(path, packages)
    if not _may_fork_after(modules):
        # Begin again without them. Commands wait in the socket, and open files are closed.
        os.set_inheritable(int(descriptor), True)
        cache = [] if sys.pycache_prefix is None else ["-X", f"pycache_prefix={sys.pycache_prefix}"]
        setup = json.dumps([path, packages, []])
        arguments = [sys.executable, *cache, "-I", "-S", "-u", __file__, descriptor, setup]
        os.execv(sys.executable, arguments)  # noqa: S606  (our own interpreter and program)
    gc.collect()
    gc.freeze()  # the collector writes into each object that it looks at, and a fork shares only what is not written
    ForkServer(socket.socket(fileno=int(descriptor)), worker).run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
