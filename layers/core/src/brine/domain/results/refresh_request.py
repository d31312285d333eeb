"""Refresh requests for results: the messages in the refresh queue of a function, and their text.

Every principal that may read the queue can read the names of the cache and the function, the key, which is a hash, and
the arguments in `sealed`. They are authenticated and not encrypted.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from typing import Final

VERSION: Final = 1
LARGEST: Final = 65_536
"""Bytes of a message: one billing unit of SQS, and a quarter of the size that SQS has always accepted."""
_PREFIX: Final = '{"brine":"refresh",'


@dataclass(frozen=True, slots=True)
class ResultRefresh:
    """A request to compute the result under `key` again, by a call of the cached function."""

    cache: str
    function: str
    key: str
    sealed: bytes


def is_result_refresh(text: object) -> bool:
    """Return whether a message is meant for the results cache, in this version of its format or in another."""
    return isinstance(text, str) and text.startswith(_PREFIX)


def write(request: ResultRefresh) -> str | None:
    """Return the text of a refresh request, in ASCII, or None if it is too large for the queue."""
    members = {
        "version": VERSION,
        "cache": request.cache,
        "function": request.function,
        "key": request.key,
        "sealed": b2a_base64(request.sealed, newline=False).decode("ascii"),
    }
    text = _PREFIX + json.dumps(members, separators=(",", ":"))[1:]
    return text if len(text) <= LARGEST else None


def read(text: str) -> ResultRefresh | None:
    """Return the refresh request of a message, or None if it is not one of this version. `sealed` is not verified."""
    try:
        match json.loads(text):
            case {
                "brine": "refresh",
                "version": int(version),
                "cache": str(cache),
                "function": str(function),
                "key": str(key),
                "sealed": str(sealed),
            } if version == VERSION:
                return ResultRefresh(cache, function, key, a2b_base64(sealed, strict_mode=True))
    except (ValueError, RecursionError):
        pass
    return None
