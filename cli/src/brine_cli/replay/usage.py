"""The usage of a replay, for the time of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.costs.prices import GIGABYTES
from brine_cli.costs.usage import Usage

if TYPE_CHECKING:
    from brine_cli.replay.tally import RouteTally

SHARED_STAMPS: Final = 1.5
"""Read units for the purges of the route, of everything, and the order of the purges of tags."""


def usage_of(tally: RouteTally, reading_share: float) -> Usage:
    """Return the usage of a tally. reading_share: the part of the lookups that read the shared purges, too."""
    return Usage(
        read_units=tally.reads + SHARED_STAMPS * reading_share * tally.lookups,
        write_units=tally.writes,
        s3_gets=tally.gets,
        s3_puts=tally.puts,
        messages=tally.messages,
        lambda_requests=tally.invocations,
        gb_seconds=tally.function_seconds * GIGABYTES,
        api_requests=tally.api_units,
        origin_calls=tally.calls,
    )


def usage_without_cache(tally: RouteTally) -> Usage:
    """Return the usage if the same HTTP API sent each request to the origin itself."""
    return Usage(
        api_requests=tally.api_units,
        origin_calls=tally.requests,
    )
