"""What a log does not say, and what the replay assumes instead. Each report names these assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.replay.rows import Row

type Gap = Literal["size", "seconds", "response", "request", "range", "unchanged", "query", "tenant"]
"""What a row lacks or has.

`size`: no bytes. `seconds`: no time of the origin. `response`, `request`: no fields of that message. `range`: a 206
without the Range. `unchanged`: a 304. `query`: it has a query. `tenant`: it names a tenant.
"""


def gaps_of(row: Row) -> Iterator[Gap]:
    """Yield what is to be counted of a row."""
    _, _, target, status, size, seconds, extra = row
    if size < 0 and status not in {204, 304}:
        yield "size"
    if seconds < 0:
        yield "seconds"
    if extra is None:
        yield "request"
        yield "response"
    else:
        if not extra[1]:
            yield "request"
        if extra[2] is None:
            yield "response"
        if extra[0] is not None:
            yield "tenant"
    if status == 304:
        yield "unchanged"
    elif status == 206 and (extra is None or all(name != "range" for name, _ in extra[1])):
        yield "range"
    if "?" in target:
        yield "query"
