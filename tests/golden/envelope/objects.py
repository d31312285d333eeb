"""The objects inside the golden envelopes, by name."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import uuid
import zoneinfo

from tests.support.codec.samples import Access, Box, Colour, Handmade, Point, Tally, order

UTC = dt.UTC
OBJECTS: dict[str, object] = {
    "none": None,
    "plain": {
        "a": [1, -2, 2**40, 2**100, 2.5, True, None],
        "b": ("x", b"y", {3}, frozenset([4])),
        "\u00e9": bytearray(b"z"),
    },
    "shared": [[1]] * 3,
    "dear keys": {decimal.Decimal(number) / 4: number for number in range(100)},
    "times": [
        dt.date(2026, 9, 21),
        dt.datetime(2026, 9, 21, 12, 30, 1, 5, fold=1),  # noqa: DTZ001 - naive times travel too
        dt.datetime(2026, 9, 21, 12, 30, tzinfo=UTC),
        dt.time(12, 30, tzinfo=dt.timezone(dt.timedelta(hours=2), "CEST")),
        dt.timedelta(days=1, microseconds=1),
    ],
    "numbers": [
        decimal.Decimal("-1.50"),
        decimal.Decimal("Infinity"),
        fractions.Fraction(-1, 3),
        1 - 2j,
        range(1, 9, 2),
    ],
    "identifiers": [
        uuid.UUID(int=2**127 + 5),
        ipaddress.ip_address("192.0.2.1"),
        ipaddress.ip_address("2001:db8::1%eth0"),
        ipaddress.ip_network("192.0.2.0/24"),
        ipaddress.ip_network("2001:db8::/32"),
        ipaddress.ip_interface("192.0.2.1/24"),
        ipaddress.ip_interface("2001:db8::1/32"),
    ],
    "places": [pathlib.PurePosixPath("/a/../b"), pathlib.PureWindowsPath("c:/x"), zoneinfo.ZoneInfo("Europe/Berlin")],
    "containers": [
        collections.OrderedDict([("b", 1), ("a", 2)]),
        collections.Counter({"a": 2, "b": 1}),  # Python 3.12 makes other strings of the letters of "aab"
        collections.defaultdict(list, {"a": [1]}),
        collections.deque([1, 2], maxlen=3),
    ],
    "records": [
        order(),
        order(2),
        Point(1, 2.5),
        Box(Colour.RED),
        Access.READ | Access.WRITE,
        Tally(5),
        Handmade("a", ["b"]),
    ],
    "buffers": order(attachment=bytes(range(256)) * 20),
    "zlib": ["the same words again and again; " * 100],
    "zstd": ["the same words again and again; " * 100],
}
