"""A gateway in memory with routes that convert, and the clients and origins that make its envelopes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from brine.adapters.config.routes import parse_routes
from brine.adapters.config.types import parse_types
from brine.adapters.memory.channels import MemorySingleUseStore
from brine.domain.queries.as_query import is_query
from brine.service.transcoding.build import build_transcoder
from brine_codec import Codec, Keyring, Registry
from tests.support.gateway.world import World

if TYPE_CHECKING:
    from brine.ports.channels import SingleUseStore

TYPES = """
[[type]]
name = "shop.Order"
version = 1
fields = { id = "str", placed = "datetime", total = "Decimal" }
"""
ROUTES = """
[[route]]
name = "json"
prefix = "/json"
origin = "http://origin.test"
freshness_lifetime = "60s"
transcoding = { origin = "json", client_keys = "clients" }
[[route]]
name = "sealed"
prefix = "/sealed"
origin = "http://origin.test"
freshness_lifetime = "60s"
transcoding = { origin = "sealed", origin_keys = "origins", client_keys = "clients" }
[[route]]
name = "packed"
prefix = "/packed"
origin = "http://origin.test"
freshness_lifetime = "60s"
transcoding = { origin = "msgpack", requests = "json" }
[[route]]
name = "asked"
prefix = "/asked"
origin = "http://origin.test"
freshness_lifetime = "60s"
query_methods = ["POST"]
query_body = { normalise = "json" }
transcoding = { origin = "json", client_keys = "clients" }
"""
RINGS = {
    "origins": Keyring.from_json('{"1": "the origins secret, long enough to be one"}'),
    "clients": Keyring.from_json('{"1": "the clients secret, long enough to be one"}'),
}
JSON = "application/json"
MSGPACK = "application/msgpack"
SEALED = "application/vnd.brine.sealed"


@dataclass(frozen=True)
class Order:
    """The user's own class; the gateway knows only its declaration."""

    id: str
    placed: datetime
    total: Decimal


ORDER = Order("A-1", datetime(2026, 11, 22, 9, 30, tzinfo=UTC), Decimal("12.50"))


def registry() -> Registry:
    """The types that the user's code registers."""
    known = Registry()
    known.register(Order, name="shop.Order", version=1)
    return known


def codec(keys: str, **options: Any) -> Codec:
    """The codec of an origin or a client."""
    purpose = {"origins": "brine origin", "clients": "brine client"}[keys]
    keyring = options.pop("keyring", RINGS[keys])
    return Codec(keyring, **{"purpose": purpose, "registry": registry(), **options})


def transcoding_world(marks: SingleUseStore | None = None) -> World:
    """A World with routes that convert."""
    used = MemorySingleUseStore() if marks is None else marks
    world = World()
    routes = parse_routes(ROUTES, {})
    types = parse_types(TYPES).types()
    transcoders = {
        route.name: build_transcoder(
            route.name,
            route.transcoding,
            types,
            lambda keys, _: RINGS[keys],
            clock=lambda: world.now,
            marks=used,
            is_query=partial(is_query, route=route),
        )
        for route in routes
        if route.transcoding is not None
    }
    world.gateway = replace(world.gateway, routes=routes, transcoders=transcoders)
    return world
