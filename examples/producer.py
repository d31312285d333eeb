"""Sends an order into the channel `orders`: uv run python -m examples.producer (docs/client.md says what it takes)."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal

from examples.shop import Line, Order, client


def main(number: str = "A-1001") -> None:
    """Send one."""
    lines = [Line("tea", 2, Decimal("4.90")), Line("cup", 1, Decimal("12.00"))]
    total = sum((line.count * line.price for line in lines), Decimal(0))
    order = Order(id=number, placed=datetime.now(UTC), total=total, lines=lines)
    with client() as gateway:
        print(f"sent {order.id}, {order.total} in all, as message {gateway.send('orders', order)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
