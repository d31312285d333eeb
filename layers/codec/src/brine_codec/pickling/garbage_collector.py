"""Calls without garbage collection, which would scan a growing object many times for no gain."""

from __future__ import annotations

import gc

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = 16_384
"""Bytes of a stream from which pausing the collector pays. It halves the time to read 5 MB."""


def without_garbage_collection[T, *Ts](size: int, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """Return the result of `work`, which handles `size` bytes. Garbage collection also pauses in other threads."""
    if size < LARGE or not gc.isenabled():
        return work(*arguments)
    gc.disable()
    try:
        return work(*arguments)
    finally:
        gc.enable()
