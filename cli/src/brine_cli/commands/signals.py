"""Run a command until a signal stops it."""

from __future__ import annotations

import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


@contextmanager
def until_stopped() -> Iterator[None]:
    """Turn the first stopping signal within the context into Stopped, and end the context without an error.

    Later signals are ignored, so that they do not interrupt the cleanup.
    """

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (the signature of a signal handler)
        for each in _STOPPING:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    previous = {number: signal.signal(number, stop) for number in _STOPPING}
    try:
        yield
    except Stopped:
        pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def wait() -> None:
    """Wait until a signal comes, in the main thread.

    signal.pause would miss a signal that comes after Python has last looked for one, and before the system waits. The
    wake-up descriptor gets a byte for each signal, so that the read ends in any case.
    """
    reading, writing = socket.socketpair()
    with reading, writing:
        writing.setblocking(False)
        previous = signal.set_wakeup_fd(writing.fileno())
        try:
            while True:
                reading.recv(1)
        finally:
            signal.set_wakeup_fd(previous)
