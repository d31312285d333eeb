"""Shared code of the two example services: the classes in their messages, and their client of the gateway.

The gateway does not import this module. `brine types` makes samples/routes/types.d/samples.toml from it, which declares
the classes to the gateway.
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
    """One article of an order, with its count and price."""

    sku: str
    count: int
    price: Decimal


@dataclass(frozen=True)
class Order:
    """An order of a customer, with its total."""

    id: str
    placed: datetime
    total: Decimal
    lines: list[Line]
    note: str | None = None


def registry() -> Registry:
    """Return the registry of both classes. `brine types` reads the names and versions here."""
    known = Registry()
    known.register(Line, name="shop.Line", version=1)
    known.register(Order, name="shop.Order", version=3)
    return known


def arguments(name: str) -> argparse.ArgumentParser:
    """Return a parser with the options of both services. `name`: the service, and its principal in the local twin."""
    parser = argparse.ArgumentParser(prog=f"python -m examples.{name}")
    parser.set_defaults(name=name)
    parser.add_argument(
        "--url", default="http://127.0.0.1:3000", help="the URL of the gateway; by default that of `brine dev`"
    )
    parser.add_argument("--aws", help="the AWS endpoint that `brine dev` prints; by default the real AWS")
    parser.add_argument("--keys", default="brine-dev-orderskeys", help="the secret with the keys of the channel")
    return parser


def client(told: argparse.Namespace) -> Client:
    """Return a client of the gateway.

    In the local twin it calls as the user with the service's name; on AWS, with the credentials of the environment.
    """
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
