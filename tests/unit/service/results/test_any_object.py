"""Every value that the registry covers comes back equal, from memory, from the table and from the body store."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden.envelope.objects import OBJECTS
from tests.support.codec.samples import Access, Box, Colour, Handmade, Line, Order, Point
from tests.unit.service.results.world import KEY, World

times = st.datetimes(timezones=st.just(dt.UTC))
orders = st.builds(
    Order,
    id=st.integers(),
    customer=st.none() | st.text(max_size=8),
    lines=st.lists(st.builds(Line, st.text(max_size=8), st.decimals(allow_nan=False, places=2)), max_size=4),
    placed=times,
    colour=st.sampled_from(Colour),
    attachment=st.binary(max_size=3) | st.just(bytes(5_000)),
)
values = st.recursive(
    orders
    | times
    | st.builds(Point, st.floats(allow_nan=False), st.floats(allow_nan=False))
    | st.builds(Handmade, st.text(max_size=8), st.lists(st.text(max_size=8), max_size=3))
    | st.sampled_from([*Access, *Colour])
    | st.none()
    | st.integers()
    | st.text(max_size=8),
    lambda inner: (
        st.builds(Box, inner) | st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def survives(value: object) -> None:
    for inline_limit in (0, 100_000):
        world = World(inline_limit=inline_limit)
        first = world.process()
        results = [cache.get_or_compute(KEY, lambda: value, freshness_lifetime=1) for cache in (first, first)]
        results.append(world.process().get_or_compute(KEY, lambda: None, freshness_lifetime=1))
        assert results == [value] * 3
        assert [type(result) for result in results] == [type(value)] * 3
        assert world.outcomes == ["miss", "hit", "hit"]


@given(values)
def test_any_registered_object_survives(value: object) -> None:
    survives(value)


@pytest.mark.parametrize("name", OBJECTS)
def test_each_kind_of_object_survives(name: str) -> None:
    survives(OBJECTS[name])
