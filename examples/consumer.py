"""Takes orders out of the channel `orders` until none has come for a while: uv run python -m examples.consumer."""

from __future__ import annotations

import sys

from brine_codec import CodecError
from examples.shop import Order, client


def main(seconds: str = "20") -> None:
    """Take what comes, until nothing has come for so long."""
    with client() as gateway:
        for message in gateway.receive("orders", wait=int(seconds)):
            try:
                order = message.content
            except CodecError as error:  # not acknowledged: it comes again, and at last to the dead-letter queue
                print(f"{message.id} from {message.sender} cannot be opened: {error}")
                continue
            if isinstance(order, Order):
                print(f"{order.id} of {order.placed:%Y-%m-%d %H:%M} from {message.sender}: {order.total} in all")
                for line in order.lines:
                    print(f"  {line.count} x {line.sku} at {line.price}")
            message.acknowledge()


if __name__ == "__main__":
    main(*sys.argv[1:])
