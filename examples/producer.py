"""Send an order to the channel `orders`.

    uv run python -m examples.producer --aws URL

URL: the AWS endpoint that `brine dev` prints.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from brine_client import ClientError
from brine_codec import CodecError
from examples.shop import Line, Order, arguments, client


def main() -> None:
    """Send one order, and print its message id."""
    parser = arguments("producer")
    parser.add_argument("--order", default="A-1001", help="the number of the order")
    told = parser.parse_args()
    lines = [Line("tea", 2, Decimal("4.90")), Line("cup", 1, Decimal("12.00"))]
    total = sum((line.count * line.price for line in lines), Decimal(0))
    order = Order(id=told.order, placed=datetime.now(UTC), total=total, lines=lines)
    with client(told) as gateway:
        print(f"sent {order.id}, {order.total} in all, as message {gateway.send('orders', order)}")


if __name__ == "__main__":
    try:
        main()
    except (ClientError, CodecError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from None
