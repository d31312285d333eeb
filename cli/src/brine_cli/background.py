"""Calls beside the main thread, for which the process does not wait when it ends."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def in_background[T](call: Callable[[], T], name: str) -> Future[T]:
    """Start a call in a thread of its own, and return its future. name: of the thread.

    Unlike a ThreadPoolExecutor, it lets Ctrl-C end the command while the call waits for another program.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001  (the caller of `result` gets it)
            future.set_exception(error)

    Thread(target=run, name=name, daemon=True).start()
    return future
