"""The rows of a log. Each format is read into rows, and the model replays them.

A row is a plain tuple of texts and numbers, so that `marshal` can write millions of them quickly.
"""

from __future__ import annotations

from typing import Final, NamedTuple

UNKNOWN: Final = -1
"""The bytes, or the seconds, of a row whose log does not have them."""

type Lines = tuple[tuple[str, str], ...]
"""Field lines, with the names in lower case."""
UNCHANGED: Final[Lines] = (("if-none-match", "*"),)
"""The condition of a client that got a 304: its copy is the current one, whichever that is."""


class Extra(NamedTuple):
    """Members that only some logs have. `tenant`: None if the log names none. `body`: the content of a query.

    `response`: None if the log has no fields of responses.
    """

    tenant: str | None = None
    request: Lines = ()
    response: Lines | None = None
    body: bytes = b""


class Row(NamedTuple):
    """One request of a log.

    `time`: of its arrival, in seconds since 1970. `target`: the path and the query, as sent. `size`: the bytes of the
    body. `seconds`: how long the origin took. `extra`: None for a log that has no more.
    """

    time: float
    method: str
    target: str
    status: int
    size: int = UNKNOWN
    seconds: float = UNKNOWN
    extra: tuple[str | None, Lines, Lines | None, bytes] | None = None


class WrongLine(ValueError):
    """A line that is no request. The message says why."""
