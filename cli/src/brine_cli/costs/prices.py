"""List prices of AWS, and the times and sizes that a sum needs besides. docs/costs.md explains each of them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MILLION: Final = 1_000_000
MONTH: Final = 730 * 3600.0
"""Seconds in a month, as AWS counts them."""

GIGABYTES: Final = 1.0
"""The memory of the function."""
HIT_SECONDS: Final = 0.005
"""Seconds of the function for a hit in process memory."""
TABLE_SECONDS: Final = 0.015
"""Seconds of the function for a hit in the table. An answer by the origin takes these and the origin's own time."""
MISS_SECONDS: Final = 0.2
"""Seconds of the function for an answer by the origin whose time is not known. It is assumed, not measured."""
REQUEST_UNIT: Final = 512 * 1024
"""Bytes that an HTTP API counts as one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """USD of us-east-1 for a million of each, and for a month of the secret."""

    read_unit: float = 0.125
    write_unit: float = 0.625
    put: float = 5.00
    get: float = 0.40
    message: float = 0.40
    invocation: float = 0.20
    gb_second: float = 13.3334
    http_api: float = 1.00
    secret: float = 0.40
    origin_call: float = 0.0

    def changed(self, changes: Iterable[tuple[str, float]]) -> Prices:
        """Return the prices with other values, by name. Raises ValueError for a name that is not known."""
        values = dict(changes)
        unknown = values.keys() - PRICE_NAMES
        if unknown:
            raise ValueError(f"{min(unknown)!r} is not the name of a price. The names are {', '.join(PRICE_NAMES)}.")
        return replace(self, **values)


PRICE_NAMES: Final = tuple(field.name for field in fields(Prices))
REGION: Final = "us-east-1"
