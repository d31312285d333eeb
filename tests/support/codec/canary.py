"""Pickles that leave a trace when any code unpickles them."""

from __future__ import annotations

import pickle
from typing import Final

TOUCHED: Final[list[str]] = []


def touch(what: str) -> str:
    """Leave a trace; a canary calls this when it is unpickled."""
    TOUCHED.append(what)
    return what


class Canary:
    """An object that calls `touch` when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return touch, ("unpickled",)


def plain_pickle(protocol: int = pickle.HIGHEST_PROTOCOL) -> bytes:
    """The pickle of a canary, not sealed."""
    return pickle.dumps(Canary(), protocol)
