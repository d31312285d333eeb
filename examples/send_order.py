"""Send an order to a service over HTTP, and get an order back (docs/pickle-send-receive.md).

    uv run python -m examples.send_order [URL]

URL: the gateway; by default that of `brine dev --routes examples/from_pickle.toml`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal

from brine_client import Client, Credentials
from brine_codec import Keyring
from examples.shop import Line, Order, registry


def main(url: str = "http://127.0.0.1:3000") -> None:
    """Send an order without a total, and print the order that the service returns."""
    order = Order("B-2", datetime(2026, 9, 21, 12, 30, tzinfo=UTC), Decimal(0), [Line("tea", 2, Decimal("4.90"))])

    with Client(
        url,
        keyring=Keyring.from_json('{"1": "of the example too: not the same as above"}'),  # on AWS: secret_keyring(ARN)
        registry=registry(),
        principal="user/shop",
        credentials=Credentials("shop", "test"),  # these two lines are for `brine dev` only
        region="us-east-1",
    ) as client:
        answer = client.post("/signed/orders", order)

    print(f"{type(answer).__name__} {answer.id}: {answer.total!r}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
