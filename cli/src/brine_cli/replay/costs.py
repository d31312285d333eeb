"""The AWS bill of a replay, for the time of the log or for a month."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from brine_cli.replay.prices import GIGABYTES, MILLION

if TYPE_CHECKING:
    from brine_cli.replay.prices import Prices
    from brine_cli.replay.tally import RouteTally

SHARED_STAMPS: Final = 1.5
"""Read units for the purges of the route, of everything, and the order of the purges of tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The quantities that AWS bills, and the requests to the origin. `usd`: without the fixed price of the secret."""

    read_units: float
    write_units: float
    s3_gets: float
    s3_puts: float
    messages: float
    lambda_requests: float
    gb_seconds: float
    api_requests: float
    origin_calls: float

    def times(self, factor: float) -> Usage:
        """Return the usage of another time."""
        return Usage(**{one.name: getattr(self, one.name) * factor for one in fields(self)})

    def usd(self, prices: Prices) -> float:
        """Return the sum in USD."""
        return (
            self.read_units * prices.read_unit
            + self.write_units * prices.write_unit
            + self.s3_gets * prices.get
            + self.s3_puts * prices.put
            + self.messages * prices.message
            + self.lambda_requests * prices.invocation
            + self.gb_seconds * prices.gb_second
            + self.api_requests * prices.http_api
            + self.origin_calls * prices.origin_call
        ) / MILLION


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
        read_units=0,
        write_units=0,
        s3_gets=0,
        s3_puts=0,
        messages=0,
        lambda_requests=0,
        gb_seconds=0,
        api_requests=tally.api_units,
        origin_calls=tally.requests,
    )
