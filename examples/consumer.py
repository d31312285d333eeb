"""Receive orders from the channel `orders`.

    uv run python -m examples.consumer --aws URL

URL: the AWS endpoint that `brine dev` prints.
"""

from __future__ import annotations

from brine_client import ClientError
from brine_codec import CodecError
from examples.shop import Order, arguments, client


def main() -> None:
    """Print and acknowledge each order, until no order has arrived for `--wait` seconds."""
    parser = arguments("consumer")
    parser.add_argument("--wait", type=int, default=20, help="the seconds without an order after which to end")
    told = parser.parse_args()
    with client(told) as gateway:
        print(f"waiting for orders; this ends after {told.wait} s without one", flush=True)
        for message in gateway.receive("orders", wait=told.wait):
            try:
                order = message.content
            except (
                CodecError
            ) as error:  # without an acknowledgement it comes again, and finally goes to the dead-letter queue
                print(f"{message.id} from {message.sender} cannot be opened: {error}")
                continue
            if isinstance(order, Order):
                print(f"{order.id} of {order.placed:%Y-%m-%d %H:%M} from {message.sender}: {order.total} in all")
                for line in order.lines:
                    print(f"  {line.count} x {line.sku} at {line.price}")
            message.acknowledge()


if __name__ == "__main__":
    try:
        main()
    except (ClientError, CodecError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from None
