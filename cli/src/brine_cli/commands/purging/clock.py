"""Compares the clock of this machine with that of AWS. A purge compares times: a wrong clock would miss responses."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.adapters.aws.call import RetryPolicy, ServiceCall
from brine.adapters.http1.errors import ExchangeError
from brine.ports.deadline import Deadline
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws

TOLERANCE: Final = 2.0
"""Seconds by which the clock of this machine may be wrong. It is less than the margin of a stamp, which also covers the
clocks of the functions."""
PATIENCE: Final = 10.0
_ASK: Final = ServiceCall(
    name="Ping", method="GET", path="/", headers={}, payload_hash=sha256(b"").hexdigest(), max_answer=65_536
)
"""A request that needs no permission. Every answer to it has the time, an error too."""


def server_time(aws: Aws) -> float:
    """Return the time of DynamoDB, or of its emulator, in whole seconds since 1970. Raises CommandError."""
    limits = RetryPolicy(budget=PATIENCE, connect_timeout=PATIENCE, read_timeout=PATIENCE)
    client = aws.transport.service_client("dynamodb", limits)
    try:
        answer = client.exchange(_ASK, Deadline(time.monotonic() + PATIENCE, time.monotonic))
    except ExchangeError as error:
        raise CommandError(
            f"DynamoDB cannot be reached: {error}. Check the network, and --region or --endpoint-url"
        ) from None
    try:
        return parsedate_to_datetime(answer.value("date")).timestamp()
    except (TypeError, ValueError):
        raise CommandError(
            "DynamoDB answers without a valid Date field. Check --endpoint-url: it may be another server"
        ) from None


def check_clock(server: float, local: float) -> None:
    """Raise CommandError if our clock is wrong."""
    if not server - TOLERANCE <= local <= server + 1 + TOLERANCE:  # `server` is rounded down
        raise CommandError(
            f"this machine's clock differs from AWS's by {abs(local - server):.0f} s, and a purge compares times: "
            "set the clock"
        )
