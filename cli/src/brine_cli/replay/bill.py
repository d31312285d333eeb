"""The DynamoDB units and the S3 requests of each way of answering. A test compares them with docs/costs.md.

An item has the envelope of a response, and some attributes. A response that is too large for the table is in
S3, and its item is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

from brine.service.flights.leasing import BACKOFF
from brine_cli.costs.prices import REQUEST_UNIT

INLINE_LIMIT: Final = 32_768
"""Bytes of the largest envelope in the table: the default of BRINE_INLINE_LIMIT."""
OVERHEAD: Final = 600
"""Bytes of an item without the body: the envelope, the fields of the response, and the names."""
STAMP_READ: Final = 0.5
"""Read units for one purge time."""
LEASE: Final = 1
"""Write units to take a lease, to renew it, or to give it back."""
LEASE_COMMIT: Final = 2
"""Write units of the lease in the transaction that stores a response."""
RENEWAL_SECONDS: Final = 1.0
REFRESH_STAMPS: Final = 4
"""Purge times that a refresh reads consistently: of the key, the route, everything, and the tags."""


@dataclass(frozen=True, slots=True)
class ItemSize:
    """How a body is stored.

    `is_large`: whether it is in S3. `read_units`: of a read that need not be consistent. `write_units`: of a write in a
    transaction, twice as many as outside of one.
    """

    is_large: bool
    read_units: float
    write_units: int


@lru_cache(maxsize=65_536)
def item_size(body: int) -> ItemSize:
    """Return how a body of so many bytes is stored. An item that is not there counts as one without a body."""
    is_large = body + OVERHEAD > INLINE_LIMIT
    size = OVERHEAD if is_large else body + OVERHEAD
    return ItemSize(is_large, 0.5 * ceil(size / 4096), 2 * ceil(size / 1024))


def renewals(seconds: float) -> int:
    """Return the write units for the renewals of a lease during a fetch."""
    return LEASE * max(0, ceil(seconds / RENEWAL_SECONDS) - 1)


def api_requests(size: int) -> int:
    """Return how many requests an HTTP API counts for an answer of so many bytes."""
    return max(1, ceil(size / REQUEST_UNIT))


def looks(seconds: float) -> int:
    """Return how often a request that waits so long looks at the lease of another environment."""
    count, waited = 0, 0.0
    while True:
        waited += BACKOFF.wait(count, 0.5)
        count += 1
        if waited >= seconds:
            return count


def expected_table_reads(uses: int, environments: int) -> float:
    """Return how many of `uses` hits read the table, if each comes to one of the environments at random.

    The environment that stored the response has it in memory, and so has each that has read it once.
    """
    rest = 1 - 1 / environments
    return rest * (1 - rest**uses) / (1 - rest)
