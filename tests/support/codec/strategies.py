"""Hypothesis strategies for objects of every kind that may be sealed."""

from __future__ import annotations

import collections
import datetime as dt
import ipaddress
import pathlib
import zoneinfo

from hypothesis import strategies as st

from tests.support.codec.samples import Access, Box, Colour, Handmade, Line, Order, Point, Tally

ZONES = st.sampled_from(
    [None, dt.UTC, dt.timezone(dt.timedelta(hours=-3, minutes=1), "x"), zoneinfo.ZoneInfo("Asia/Tokyo")]
)
TEXTS = st.text() | st.just("\udcff lone") | st.text(max_size=3).map(lambda text: text * 300)
DECIMALS = st.decimals(allow_nan=False).filter(lambda value: not value.is_finite() or abs(value.adjusted()) <= 6_000)
DATETIMES = st.datetimes(timezones=ZONES)

KEYS = st.one_of(
    TEXTS,
    st.binary(max_size=300),
    st.booleans(),
    st.none(),
    st.integers(),
    st.floats(allow_nan=False),
    st.dates(),
    st.timedeltas(),
    st.times(),
    st.uuids(),
    DECIMALS,
    st.sampled_from(Colour),
    st.tuples(st.integers(), TEXTS),
    st.frozensets(st.integers() | TEXTS, max_size=4),
)

LEAVES = st.one_of(
    KEYS,
    DATETIMES,
    st.integers(-(2**3000), 2**3000),
    st.binary(min_size=4_000, max_size=5_000),
    st.binary().map(bytearray),
    st.fractions(),
    st.complex_numbers(allow_nan=False),
    st.builds(range, st.integers(), st.integers(), st.integers(1)),
    st.builds(ipaddress.ip_address, st.integers(0, 2**32 - 1)),
    st.builds(ipaddress.IPv6Address, st.integers(0, 2**128 - 1)),
    st.builds(pathlib.PurePosixPath, TEXTS),
    st.builds(pathlib.PureWindowsPath, TEXTS),
    st.sampled_from([zoneinfo.ZoneInfo("Europe/Berlin"), Access(0), Access.READ, Access.READ | Access.WRITE]),
    st.builds(Point, st.floats(allow_nan=False), st.floats(allow_nan=False) | st.integers()),
    st.builds(Line, TEXTS, DECIMALS),
    st.builds(Tally, st.integers(0)),
    st.builds(Handmade, TEXTS, st.lists(TEXTS, max_size=3)),
    st.builds(
        Order,
        id=st.integers(),
        customer=st.none() | TEXTS,
        lines=st.lists(st.builds(Line, TEXTS, DECIMALS), max_size=3),
        placed=DATETIMES,
        colour=st.sampled_from(Colour),
        attachment=st.binary(max_size=6_000),
    ),
)


def containers(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Containers that hold the given objects."""
    items = st.lists(inner, max_size=5)
    mappings = st.dictionaries(KEYS, inner, max_size=5)
    return st.one_of(
        items,
        items.map(tuple),
        mappings,
        st.sets(KEYS, max_size=5),
        st.builds(Box, inner),
        mappings.map(collections.OrderedDict),
        mappings.map(lambda mapping: collections.defaultdict(list, mapping)),
        st.dictionaries(KEYS, st.integers(), max_size=5).map(collections.Counter),
        st.builds(collections.deque, items, st.none() | st.integers(5, 9)),
        inner.map(lambda shared: [shared, {"again": shared}]),
    )


OBJECTS = st.recursive(LEAVES, containers, max_leaves=12)
