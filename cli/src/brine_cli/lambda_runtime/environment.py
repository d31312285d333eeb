"""An execution environment: one worker process of one function, as the twin controls it."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import threading
import time
import uuid
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from brine_cli.lambda_runtime import worker
from brine_cli.lambda_runtime.missing_modules import advice
from brine_cli.lambda_runtime.output import output_pipe
from brine_cli.lambda_runtime.processes import start_interpreter

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.lambda_runtime.processes import ProcessStarter


class InvocationFailed(Exception):
    """The function gave no result. The message says why, for the console."""


class InitFailed(InvocationFailed):
    """The module of the handler could not be loaded. The message has the traceback.

    mistake: the error in one line, with the file and line in the code of the function if it is known.
    """

    def __init__(self, message: str, mistake: str) -> None:
        super().__init__(message)
        self.mistake = mistake


class HandlerFailed(InvocationFailed):
    """The handler raised, or its result is not JSON. The message is the traceback."""


class EnvironmentDied(InvocationFailed):
    """The process ended before it answered."""


class NeverBegun(EnvironmentDied):
    """The process ended before the handler got the event, so another process may get it."""


class Replaced(InvocationFailed):
    """The environments were retired before one of them got the event, so the newer ones may get it."""


class Environment:
    """One worker process from its start to its end. It is never restarted, only replaced.

    modules: after the init phase, the modules that are not the function's own, in the order of their import.
    """

    def __init__(
        self,
        launch: Launch,
        *,
        report: Callable[[str], None],
        threads: int = 1,
        start: ProcessStarter = start_interpreter,
    ) -> None:
        self._launch = launch
        self._report = report
        self._ids = itertools.count()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._pending: dict[int, Future[bytes]] = {}
        self._begun: set[int] = set()
        self._ready: Future[None] = Future()
        self._stopping = False
        self._retiring = False
        self.is_alive = True
        self.modules: tuple[str, ...] = ()
        self._socket, theirs = socket.socketpair()
        with (
            contextlib.ExitStack() as after_failure,
            theirs,
            output_pipe(launch.show, f"{launch.name} output") as (self._output, output),
        ):
            after_failure.enter_context(self._socket)
            self._process = start(launch, theirs.fileno(), output)
            after_failure.pop_all()
        self._reader = threading.Thread(target=self._read, name=f"{launch.name} answers", daemon=True)
        self._reader.start()
        path, packages = launch.folders()
        self._send(
            {
                "handler": launch.handler,
                "path": path,
                "packages": packages,
                "own": str(launch.code),
                "threads": threads,
            }
        )

    def wait_until_ready(self, timeout: float) -> None:
        """Wait for the end of the init phase. Raises InvocationFailed, or TimeoutError after `timeout` seconds."""
        self._ready.result(timeout)

    def when_initialised(self, done: Callable[[Environment, InvocationFailed | None], None]) -> None:
        """Call `done` once, at the end of the init phase, with the reason if it failed."""
        self._ready.add_done_callback(lambda ready: done(self, ready.exception()))  # type: ignore[arg-type]  # see _read

    def submit(self, event: bytes, request_id: str | None = None) -> Future[bytes]:
        """Start an invocation. The future returns the result as JSON, or raises InvocationFailed."""
        future: Future[bytes] = Future()
        with self._lock:
            invocation = next(self._ids)
            if not self.is_alive:
                raise EnvironmentDied(f"{self._launch.name}: its process is gone")
            self._pending[invocation] = future
        head = {
            "id": invocation,
            "request_id": request_id or str(uuid.uuid4()),
            "arn": self._launch.arn,
            "deadline": time.time() + self._launch.timeout,
        }
        self._send(head, event)
        return future

    def stop(self) -> None:
        """Kill the process, as Lambda does, and wait for its end."""
        self._kill()
        self._reader.join()

    def retire(self) -> None:
        """Kill the process once it has answered the events that it has. It gets no further ones."""
        with self._lock:
            self._retiring = True
            self.is_alive = False
            is_busy = bool(self._pending)
        if not is_busy:
            self._kill()

    def join(self) -> None:
        """Wait for the end of the process."""
        self._reader.join()

    def _kill(self) -> None:
        self._stopping = True
        self._process.kill()

    def _send(self, head: worker.Head, payload: bytes = b"") -> None:
        # If the process has ended, the reader informs all waiting callers.
        with self._sending, contextlib.suppress(OSError):
            self._socket.sendall(worker.pack_frame(head, payload))

    def _read(self) -> None:
        with self._socket, self._socket.makefile("rb") as stream:
            try:
                while frame := worker.read_frame(stream):
                    self._take(*frame)
            except OSError:
                pass  # reset: the process was killed with unread frames
        status = self._process.wait()
        if self._output is not None:
            self._output.finish()  # print its last lines before our report of its end
        with self._lock:
            self.is_alive = False
            waiting = dict(self._pending)
            self._pending.clear()
        death = f"{self._launch.name}: its process {_how_it_ended(status)}"
        if not self._ready.done():
            self._ready.set_exception(EnvironmentDied(death))
        for invocation, future in waiting.items():
            future.set_exception(EnvironmentDied(death) if invocation in self._begun else NeverBegun(death))
        if not waiting and not self._stopping and not self._ready.exception():
            self._report(f"{death} between requests; the next one starts a new process")

    def _take(self, head: worker.Head, payload: bytes) -> None:
        match head["kind"]:
            case "ready":
                self.modules = tuple(head["modules"])
                self._ready.set_result(None)
            case "init-failed":
                self.is_alive = False  # no further request may go to this process
                error, mistake = (self._launch.with_sources(head[part]) for part in ("error", "mistake"))
                reason = f"{self._launch.name} cannot be loaded\n{error}{advice(head['missing'], self._launch)}"
                self._ready.set_exception(InitFailed(reason, mistake.replace(f"{Path.cwd()}{os.sep}", "")))
            case "begun":
                self._begun.add(head["id"])
            case kind:
                self._begun.discard(head["id"])
                with self._lock:
                    future = self._pending.pop(head["id"])
                    was_last = self._retiring and not self._pending
                if kind == "answer":
                    future.set_result(payload)
                else:
                    future.set_exception(HandlerFailed(f"{self._launch.name} raised\n{head['error']}"))
                if was_last:
                    self._kill()


def _how_it_ended(status: int) -> str:
    return f"ended with exit status {status}" if status >= 0 else f"was ended by {signal.Signals(-status).name}"
