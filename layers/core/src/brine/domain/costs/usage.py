"""What the calls of one request to AWS used, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

from brine.domain.costs.prices import GB_SECOND, GET, INVOCATION, MESSAGE, PUT, READ_UNIT, SECRET_CALL, WRITE_UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

READS: Final = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})
"""The operations of DynamoDB that use read units."""
WRITES: Final = frozenset({"DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})
"""Those that use write units."""
UNIT_PRICES: Final = {
    **dict.fromkeys(READS, READ_UNIT),
    **dict.fromkeys(WRITES, WRITE_UNIT),
    **dict.fromkeys(("GetObject", "HeadObject"), GET),
    "PutObject": PUT,
    "DeleteObject": 0.0,
    **dict.fromkeys(("ChangeMessageVisibility", "DeleteMessage", "ReceiveMessage", "SendMessage"), MESSAGE),
    "GetSecretValue": SECRET_CALL,
    "GetParameter": 0.0,  # of the standard tier
}
"""The price of a unit of each operation, in millionths of a USD."""


class BilledCall(NamedTuple):
    """A call to AWS, and the units that AWS bills for it.

    They are capacity units for DynamoDB, and requests for the other services. A call that AWS does not bill has 0.
    """

    operation: str
    units: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsUsage:
    """The sum of the calls of a request. `calls`: how many there were of each operation, repeated attempts included.

    micro_usd: their price in millionths of a USD.
    """

    read_units: float
    write_units: float
    calls: Mapping[str, int]
    micro_usd: float

    @classmethod
    def of(cls, calls: Iterable[BilledCall]) -> AwsUsage:
        """Return the sum of these calls."""
        counts: dict[str, int] = {}
        read_units = write_units = micro_usd = 0.0
        for operation, units in calls:
            counts[operation] = counts.get(operation, 0) + 1
            micro_usd += units * UNIT_PRICES.get(operation, 0.0)
            if operation in READS:
                read_units += units
            elif operation in WRITES:
                write_units += units
        return cls(read_units=read_units, write_units=write_units, calls=counts, micro_usd=micro_usd)


@dataclass(frozen=True, slots=True)
class FunctionPrice:
    """The price of a function's time in millionths of a USD. `memory`: in MB. `architecture`: as Lambda names it."""

    memory: int
    architecture: str

    def of(self, seconds: float) -> float:
        """Return the price of an invocation of so many seconds. Lambda bills each millisecond that has begun."""
        gigabytes = self.memory / 1024
        return INVOCATION + ceil(seconds * 1000) / 1000 * gigabytes * GB_SECOND[self.architecture]
