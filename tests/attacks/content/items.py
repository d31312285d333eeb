"""One of each thing that JSON and MessagePack have a mark or a tag for, by number."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import uuid
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.domain.formats.allowed_types import Types
from tests.support.codec.samples import Access, Box, Colour, Handmade, Line, Point, registry

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Keyed:
    """A record that can be a key."""

    content: Any


REGISTRY = registry()
REGISTRY.register(Keyed, version=1)
TYPES = Types(REGISTRY)
DAY = dt.date(2000, 1, 1)
NOON = dt.datetime(2000, 1, 1, 12)  # noqa: DTZ001 - a naive one
ZONES = ("Europe/Berlin", "Asia/Tokyo", "America/New_York")

ITEMS: dict[str, Callable[[int], object]] = {
    "null": lambda _: None,
    "integer": lambda n: n,
    "large integer": lambda n: 2**64 + n,
    "float": float,
    "nan": lambda _: float("nan"),
    "text": str,
    "wide text": lambda n: f"\U0001f600{n}",
    "lone surrogate": lambda n: f"\udcff{n}",
    "bytes": lambda n: b"%d" % n,
    "bytearray": lambda n: bytearray(b"%d" % n),
    "list": lambda n: [n],
    "dict": lambda n: {"": n},
    "map": lambda n: {n: n},
    "tuple": lambda n: (n,),
    "set": lambda n: {n},
    "frozenset": lambda n: frozenset((n,)),
    "date": lambda n: DAY + dt.timedelta(n % 10**6),
    "naive datetime": lambda n: NOON + dt.timedelta(seconds=n),
    "datetime": lambda n: (NOON + dt.timedelta(seconds=n)).replace(tzinfo=dt.UTC),
    "datetime in a zone": lambda n: (NOON + dt.timedelta(1, n)).replace(tzinfo=zoneinfo.ZoneInfo(ZONES[n % 3])),
    "time": lambda n: dt.time(n % 24, n // 24 % 60, n // 1_440 % 60, n // 86_400),
    "time in a zone": lambda n: dt.time(n % 24, n // 24 % 60, n // 1_440 % 60, n // 86_400, dt.UTC),
    "timedelta": lambda n: dt.timedelta(0, n),
    "timezone": lambda n: dt.timezone(dt.timedelta(0, n % 86_400 - 43_200, n // 86_400)),
    "Decimal": decimal.Decimal,
    "Decimal with an exponent": lambda n: decimal.Decimal(f"{n}e6000"),
    "UUID": lambda n: uuid.UUID(int=n),
    "Fraction": lambda n: fractions.Fraction(1, n + 2),
    "complex": lambda n: complex(n, 1),
    "range": lambda n: range(n, n + 9, 2),
    "IPv4Address": ipaddress.IPv4Address,
    "IPv6Address": ipaddress.IPv6Address,
    "IPv4Network": ipaddress.IPv4Network,
    "IPv6Network": ipaddress.IPv6Network,
    "IPv4Interface": ipaddress.IPv4Interface,
    "IPv6Interface": ipaddress.IPv6Interface,
    "PurePosixPath": lambda n: pathlib.PurePosixPath(f"a/{n}"),
    "PureWindowsPath": lambda n: pathlib.PureWindowsPath(f"a/{n}"),
    "ZoneInfo": lambda n: zoneinfo.ZoneInfo(ZONES[n % 3]),
    "OrderedDict": lambda n: collections.OrderedDict({n: n}),
    "Counter": lambda n: collections.Counter({n: 1}),
    "defaultdict": lambda n: collections.defaultdict(int, {n: n}),
    "deque": lambda n: collections.deque([n]),
    "record": lambda n: Point(n, n),
    "named tuple": lambda n: Line(str(n), decimal.Decimal(n)),
    "frozen record": Keyed,
    "record of anything": Box,
    "registered class": lambda n: Handmade(str(n), []),
    "enum": lambda n: list(Colour)[n % len(Colour)],
    "flag": lambda n: Access(n % 4),
}
"""Each in its smallest form that differs from number to number, as far as there are so many."""

EMPTY: tuple[object, ...] = (
    [], {}, (), set(), frozenset(), b"", bytearray(), collections.deque(), collections.OrderedDict(),
    collections.Counter(), collections.defaultdict(int), range(0), pathlib.PurePosixPath(),
)  # fmt: skip
WRAPS: dict[str, Callable[[object], object]] = {
    "list": lambda inner: [inner],
    "dict": lambda inner: {"": inner},
    "map": lambda inner: {0: inner},
    "tuple": lambda inner: (inner,),
    "frozenset": lambda inner: frozenset((inner,)),
    "record": Box,
    "frozen record": Keyed,
    "deque": lambda inner: collections.deque([inner]),
    "OrderedDict": lambda inner: collections.OrderedDict({0: inner}),
    "Counter": lambda inner: collections.Counter({0: inner}),
    "defaultdict": lambda inner: collections.defaultdict(int, {0: inner}),
}
TAGGED = frozenset({"deque", "OrderedDict", "Counter", "defaultdict"})
"""Those that have two containers for each, in both formats."""
