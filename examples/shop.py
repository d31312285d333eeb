"""What the two services of the example have in common: the class that travels, and how they reach the gateway.

layers/routes/types.toml declares the same classes to the gateway, which has none of this code.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the registry reads the annotations
from decimal import Decimal  # noqa: TC003 - as above

from brine_client import Client, secret_keyring
from brine_codec import Registry

GATEWAY = os.environ.get("BRINE_URL", "http://127.0.0.1:3000")
KEYS = os.environ.get("BRINE_ORDERS_KEYS", "brine-dev-orderskeys")


@dataclass(frozen=True)
class Line:
    """So many of one thing."""

    sku: str
    count: int
    price: Decimal


@dataclass(frozen=True)
class Order:
    """What a customer wants, and what it costs."""

    id: str
    placed: datetime
    total: Decimal
    lines: list[Line]
    note: str | None = None


def registry() -> Registry:
    """The classes that may travel, under the names and versions of types.toml."""
    known = Registry()
    known.register(Line, name="shop.Line", version=1)
    known.register(Order, name="shop.Order", version=3)
    return known


def client() -> Client:
    """A client with the credentials of the environment. In the twin, the access key id is the user's name."""
    name = os.environ.get("AWS_ACCESS_KEY_ID", "") if GATEWAY.startswith("http://127.0.0.1") else ""
    return Client(
        GATEWAY, keyring=secret_keyring(KEYS), registry=registry(), principal=f"user/{name}" if name else None
    )
