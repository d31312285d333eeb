"""The cost of a request: its calls, in the units in which AWS bills them. The command line has the prices."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.service.admin.explain.read_only import ReadCall

READ_UNIT: Final = 4096
"""Bytes of a read unit of DynamoDB. A read that need not be consistent costs half a unit."""
WRITE_UNIT: Final = 1024
"""Bytes of a write unit of DynamoDB. A write in a transaction counts twice."""
SMALL_ITEM: Final = 1_400
"""The size of an item with a body of 1 KB, which is assumed if the size of the response is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostedCall:
    """A call, and its units. `purpose`: in words. `gets`, `puts`: requests to S3. `messages`: to SQS."""

    purpose: str
    operation: str
    read_units: float = 0.0
    write_units: float = 0.0
    gets: int = 0
    puts: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """The calls of a request besides the API and the function.

    kind: "memory", "table" or "miss", for the time that the function takes. assumption: of the numbers, in words.
    """

    calls: tuple[CostedCall, ...]
    kind: str
    assumption: str | None = None


def read_calls(calls: Iterable[ReadCall]) -> tuple[CostedCall, ...]:
    """Return the reads of a look-up. The gateway reads without consistency, so each 4 KB are half a unit."""
    found = []
    for call in calls:
        if call.operation == "GET object":
            found.append(CostedCall(purpose="read the body", operation=call.operation, gets=1))
            continue
        units = sum(max(1, ceil(size / READ_UNIT)) for size in call.sizes) / 2
        found.append(CostedCall(purpose="look up", operation=call.operation, read_units=units))
    return tuple(found)


def fill_calls(item_bytes: int, *, in_bucket: bool, is_variant: bool) -> tuple[CostedCall, ...]:
    """Return the writes that store a fetched response. `item_bytes`: the size of its item."""
    calls = [CostedCall(purpose="take the lease", operation="UpdateItem", write_units=1)]
    if in_bucket:
        calls.append(CostedCall(purpose="store the body", operation="PUT object", puts=1))
    if is_variant:
        calls.append(CostedCall(purpose="take a permit for the variant", operation="UpdateItem", write_units=1))
    units = 2 * max(1, ceil(item_bytes / WRITE_UNIT)) + 2  # the lease is in the transaction, too
    calls.append(CostedCall(purpose="store the response", operation="TransactWriteItems", write_units=units))
    return tuple(calls)


def invalidation_call() -> CostedCall:
    """Return the write of an unsafe request that succeeds."""
    return CostedCall(purpose="invalidate the URL", operation="UpdateItem", write_units=1)


def refresh_call() -> CostedCall:
    """Return the message that requests a refresh. The refresh itself costs as much as a miss."""
    return CostedCall(purpose="request a refresh", operation="SendMessage", messages=1)
