"""The gaps of a log: facts that it lacks. A report names the assumption for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from brine_cli.replay.rows import Row

type Gap = Literal["size", "seconds", "response", "request", "range", "unchanged", "query", "tenant"]
"""A fact that a row lacks, or that leads to an assumption.

`size`: no bytes. `seconds`: no time of the origin. `response`, `request`: no fields of that message. `range`: a 206
without the Range. `unchanged`: a 304. `query`: it has a query. `tenant`: it names a tenant.
"""

GAPS: Final[tuple[Gap, ...]] = get_args(Gap.__value__)
_WITHOUT_BODY: Final = frozenset({204, 304})


def gaps_of(row: Row) -> tuple[bool, ...]:
    """Return whether a row has each of GAPS, in this order."""
    _, _, target, status, size, seconds, extra = row
    if extra is None:
        has_tenant, has_request, has_response, has_range = False, False, False, False
    else:
        has_tenant, has_request, has_response = extra[0] is not None, bool(extra[1]), extra[2] is not None
        has_range = status == 206 and any(name == "range" for name, _ in extra[1])
    return (
        size < 0 and status not in _WITHOUT_BODY,
        seconds < 0,
        not has_response,
        not has_request,
        status == 206 and not has_range,
        status == 304,
        "?" in target,
        has_tenant,
    )


def summed(counted: Counter[tuple[bool, ...]]) -> Counter[Gap]:
    """Return how many rows have each gap, from how many have which combination."""
    gaps = Counter[Gap]()
    for combination, count in counted.items():
        gaps.update({gap: count for gap, has_it in zip(GAPS, combination, strict=True) if has_it})
    return gaps
