"""Keys with values that are not plain: different values never have the same key, whatever Python's == says."""

from __future__ import annotations

import subprocess
import sys
from collections import namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from itertools import combinations
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from brine.domain.results.key_encoding import encode_key
from tests.unit.domain.results import key_samples as samples

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (None, UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=1), "CET"), BERLIN, ZoneInfo("Europe/Paris"))


def requested(**values: object) -> samples.Request:
    return samples.Request.model_validate(values)


DIFFERENT: list[object] = [
    *(1, 1.0, True, "1", b"1", None, (1,), Decimal(1), Decimal("1.0"), frozenset({1}), frozenset({True}), frozenset()),
    *(samples.Level.LOW, samples.Level.HIGH, samples.Colour.RED, "red", "LOW", int, samples.Level),
    *(samples.Access.READ, samples.Access.READ | samples.Access.WRITE, samples.Access(0)),
    *(samples.Pair(1), samples.Pair(1, 2), samples.Couple(1), (1, None), samples.Point(1), samples.Point(1, 2)),
    *(samples.Size(1), samples.Weight(1), samples.Request(x=1), samples.Query(1), samples.Query(1, 2)),
    *(requested(x=1, more=2), samples.Request(x=1).noted("y"), requested(x=1, more=3)),
    *(samples.Change(), samples.Change(name=None), samples.Change(name=None, note=None), samples.Change(note=None)),
    *(samples.Point(samples.Point(1)), samples.Pair((1,)), samples.Query(samples.Query(1))),
    *(date(2026, 1, 1), "2026-01-01", time(), time(fold=1), time(1), time(tzinfo=UTC)),
    *(timedelta(1), timedelta(0, 1), timedelta(0, 0, 1), 86_400),
    *(datetime(2026, 1, 1, 12, tzinfo=zone) for zone in ZONES),
    *(datetime(2026, 1, 1, 13, tzinfo=BERLIN), datetime(2026, 10, 25, 2, fold=1, tzinfo=BERLIN)),
    *(datetime(2026, 10, 25, 2, tzinfo=BERLIN), datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=UTC)),
    *(UUID(int=1), str(UUID(int=1)), UUID(int=1).bytes, PurePosixPath("a"), PureWindowsPath("a"), "a"),
]


def test_different_values_have_different_bytes() -> None:
    encoded = [encode_key(value) for value in DIFFERENT]
    same = [
        (DIFFERENT[one], DIFFERENT[other])
        for one, other in combinations(range(len(encoded)), 2)
        if encoded[one] == encoded[other]
    ]
    assert same == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (samples.Level.LOW, samples.Level.LEAST),
        (frozenset({"a", "b", ("c", 1)}), frozenset({("c", 1), "b", "a"})),
        (samples.Point(1, label="a"), samples.Point(1, label="b", scale=2)),
        (samples.Weight(1, unit="kg"), samples.Weight(1, unit="lb")),
        (requested(x=1, a=1, b=2), requested(b=2, a=1, x=1)),
    ],
)
def test_these_are_the_same(one: object, other: object) -> None:
    assert encode_key(one) == encode_key(other)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "type list cannot be part of a key: pass a tuple, or give `key`"),
        ({"a": 1}, "type dict cannot .*: pass a tuple of its items, or a dataclass, or give `key`"),
        ({1}, "pass a frozenset"),
        (samples.Opaque(), "type Opaque cannot be part of a key: pass a text, number, tuple, Enum or dataclass"),
        (samples.Text(1), "type Text cannot"),
        (samples.MorePoint(1), "type MorePoint cannot"),
        (samples.Point([1]), "the field x of a Point: a value of the type list cannot"),
        (samples.Request(x=samples.Query(1, [2])), "the field x of a Request: the field y of a Query: .* list"),
        ((1, samples.Pair({1})), "the field a of a Pair: .* set cannot"),
    ],
)
def test_values_that_can_change_or_have_no_fields_are_refused(value: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        encode_key(value)


def test_a_field_without_a_value_is_refused() -> None:
    with pytest.raises(TypeError, match="the field x of a Size has no value"):
        encode_key(samples.Size.__new__(samples.Size))


def test_a_class_in_a_function_does_not_identify_its_objects() -> None:
    @dataclass(frozen=True)
    class Inner:
        x: int

    for value in (Inner(1), Inner):
        with pytest.raises(TypeError, match="is defined inside a function"):
            encode_key(value)


def test_a_tuple_with_fields_and_other_attributes_is_refused() -> None:
    class Noted(namedtuple("Noted", "x")):
        pass

    noted = Noted(1)
    noted.note = "not a field"  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="type Noted cannot"):
        encode_key(noted)


def test_a_time_zone_without_a_name_is_refused() -> None:
    class Odd(tzinfo):
        def utcoffset(self, _: datetime | None) -> timedelta:
            return timedelta(0)

        def dst(self, _: datetime | None) -> None:
            return None

        def tzname(self, _: datetime | None) -> None:
            return None

    with pytest.raises(TypeError, match=r"time zone class .*Odd cannot .* `.astimezone\(UTC\)`"):
        encode_key(datetime(2026, 1, 1, tzinfo=Odd()))


scalars = (
    st.none()
    | st.integers(-2, 2)
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text(max_size=2)
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes(timezones=st.sampled_from(ZONES))
    | st.times(timezones=st.sampled_from([None, UTC]))
    | st.timedeltas()
    | st.uuids()
    | st.sampled_from([*samples.Level, *samples.Colour, samples.Access.READ, int, str])
)
KINDS: list[Any] = [samples.Pair, samples.Couple, samples.Point, samples.Size, samples.Query]
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.builds(lambda kind, *xs: kind(*xs), st.sampled_from(KINDS), inner, inner)
    ),
    max_leaves=6,
)


def typed(value: Any) -> object:
    """A form that differs for values which are equal in Python but have different types or zones."""
    if isinstance(value, (datetime, time)):
        zone = value.tzinfo
        return type(value), value.replace(tzinfo=None), value.fold, repr(zone)
    if type(value) is tuple:
        return tuple(map(typed, value))
    if type(value) in KINDS:
        names = getattr(value, "_fields", ("x", "y"))
        return type(value), *(typed(getattr(value, name)) for name in names)
    return type(value), repr(value)


@given(values, values)
def test_any_two_different_values_have_different_bytes(one: object, other: object) -> None:
    assert (encode_key(one) == encode_key(other)) == (typed(one) == typed(other))


@given(st.lists(values, max_size=3), st.lists(values, max_size=3))
def test_no_value_is_the_beginning_of_another(one: list[object], other: list[object]) -> None:
    joined = [b"".join(map(encode_key, row)) for row in (one, other)]
    assert (joined[0] == joined[1]) == (list(map(typed, one)) == list(map(typed, other)))


@given(st.frozensets(st.integers() | st.text()))
def test_the_order_of_a_set_does_not_count(value: frozenset[int | str]) -> None:
    assert encode_key(value) == encode_key(frozenset(reversed(list(value))))


def test_libraries_are_not_imported_for_a_key() -> None:
    program = (
        "import sys\n"
        "from brine.domain.results.key import encode_key\n"
        "from datetime import date\n"
        "assert encode_key(('a', 1)) and 'brine.domain.results.key_values' not in sys.modules\n"
        "encode_key(date(2026, 1, 1))\n"
        "try: encode_key([1])\n"
        "except TypeError: pass\n"
        "print(*{'pydantic', 'attr', 'attrs', 'msgspec', 'zoneinfo', 'pathlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_a_fixed_zone_of_pydantic_is_the_same_key_as_a_timezone() -> None:
    of_pydantic = TypeAdapter(datetime).validate_json('"2026-01-12T10:00:00+05:30"')
    own = datetime(2026, 1, 12, 10, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert type(of_pydantic.tzinfo) is not timezone
    assert encode_key(of_pydantic) == encode_key(own)
