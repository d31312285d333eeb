"""Work without the garbage collector, which looks through a growing object again and again and finds nothing."""

from __future__ import annotations

import gc

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = 16_384
"""Bytes of a stream from which on pausing pays: it halves the time that reading 5 MB takes."""


def undisturbed[T, *Ts](size: int, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """The result of `work`, which handles `size` bytes. Other threads go without collection for as long."""
    if size < LARGE or not gc.isenabled():
        return work(*arguments)
    gc.disable()
    try:
        return work(*arguments)
    finally:
        gc.enable()
