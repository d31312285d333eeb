"""What the two services of the example have in common: the class that travels, and how they reach the gateway.

layers/routes/types.toml declares the same classes to the gateway, which has none of this code.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the registry reads the annotations
from decimal import Decimal  # noqa: TC003 - as above

from brine_client import Client, Credentials, secret_keyring
from brine_codec import Registry


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


def arguments(name: str) -> argparse.ArgumentParser:
    """What both services are told. `name`: whose credentials are used in the local twin."""
    parser = argparse.ArgumentParser(prog=f"python -m examples.{name}")
    parser.set_defaults(name=name)
    parser.add_argument("--url", default="http://127.0.0.1:3000", help="the gateway; that of `brine dev` by default")
    parser.add_argument("--aws", help="the AWS endpoint that `brine dev` shows; the real AWS by default")
    parser.add_argument("--keys", default="brine-dev-orderskeys", help="the secret with the keys of the channel")
    return parser


def client(told: argparse.Namespace) -> Client:
    """A client of the gateway: in the local twin under the service's own name, else whoever the environment says."""
    if told.aws is None:
        return Client(told.url, keyring=secret_keyring(told.keys), registry=registry())
    credentials, region = Credentials(told.name, "test"), "us-east-1"
    keyring = secret_keyring(told.keys, region=region, credentials=credentials, endpoint_url=told.aws)
    return Client(
        told.url,
        keyring=keyring,
        registry=registry(),
        principal=f"user/{told.name}",
        credentials=credentials,
        region=region,
    )
