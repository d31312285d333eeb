"""What AWS bills for, and its sum in USD."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from brine_cli.costs.prices import MILLION

if TYPE_CHECKING:
    from brine_cli.costs.prices import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The quantities that AWS bills, and the requests to the origin. `usd`: without the fixed price of the secret."""

    read_units: float = 0.0
    write_units: float = 0.0
    s3_gets: float = 0.0
    s3_puts: float = 0.0
    messages: float = 0.0
    lambda_requests: float = 0.0
    gb_seconds: float = 0.0
    api_requests: float = 0.0
    origin_calls: float = 0.0

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
