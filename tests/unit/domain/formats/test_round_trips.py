"""Every allowed value survives each format, and all of them one after the other, in every type and bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brine.domain.formats import Format, decode, encode
from tests.golden.envelope.objects import OBJECTS as GOLDEN
from tests.support.codec.format_samples import CODEC, TYPES, exactly
from tests.support.codec.samples import NOW, Box
from tests.support.codec.strategies import OBJECTS, containers

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN = (Format.JSON, Format.MSGPACK)
# The clock of a busy machine says nothing about formats.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
NAMES = st.sampled_from(["$date", "$type", "$map", "$set", "$object", "$bytes", "$", "$other", "type"])
MISLEADING = st.recursive(
    st.floats() | OBJECTS | NAMES,
    lambda inner: st.dictionaries(NAMES, inner, max_size=2) | st.builds(Box, inner) | containers(inner),
    max_leaves=6,
)


def through(form: Format, obj: object) -> object:
    return decode(form, encode(form, obj, TYPES), TYPES)


def sealed(obj: object) -> object:
    return CODEC.open(CODEC.seal(obj, now=NOW), now=NOW)


@given(obj=MISLEADING)
@unhurried
def test_any_object_survives_each_format(obj: object) -> None:
    for form in OPEN:
        assert exactly(through(form, obj)) == exactly(obj)


@given(obj=OBJECTS)
@unhurried
def test_any_object_survives_all_formats_one_after_the_other(obj: object) -> None:
    """JSON -> object -> MessagePack -> object -> sealed -> object."""
    first = through(Format.JSON, obj)
    second = through(Format.MSGPACK, first)
    assert exactly(sealed(second)) == exactly(obj)


@given(obj=OBJECTS)
@unhurried
def test_the_same_object_gives_the_same_bytes(obj: object) -> None:
    for form in OPEN:
        data = encode(form, obj, TYPES)
        assert encode(form, decode(form, data, TYPES), TYPES) == data


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("form", OPEN)
def test_golden_envelope_objects_survive_each_format(form: Format, name: str) -> None:
    assert exactly(through(form, GOLDEN[name])) == exactly(GOLDEN[name])


def nested(wrap: Callable[[object], object]) -> object:
    obj: object = 1
    for _ in range(TYPES.limits.depth):
        obj = wrap(obj)
    return obj


@pytest.mark.parametrize(
    "wrap",
    [lambda obj: [obj], lambda obj: (obj,), lambda obj: {"a": obj}, lambda obj: {2: obj}, Box,
     lambda obj: frozenset([obj]), lambda obj: {"$set": obj}],
    ids=["list", "tuple", "dict", "map", "record", "frozenset", "misread"],
)  # fmt: skip
@pytest.mark.parametrize("form", OPEN)
def test_as_deep_as_allowed_is_not_too_deep(form: Format, wrap: Callable[[object], object]) -> None:
    obj = nested(wrap)
    sealed(obj)
    assert exactly(through(form, obj)) == exactly(obj)
