"""Plain JSON: what each kind of object becomes, and that it is JSON whatever the object."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from ipaddress import ip_address
from math import inf, nan
from pathlib import PurePosixPath
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from brine.domain.formats.allowed_types import Types
from brine.domain.formats.plain_json import encode_plain_json
from brine_codec import Limits, TooLarge, Unsupported
from tests.golden.envelope.objects import OBJECTS as GOLDEN
from tests.support.codec.format_samples import TYPES
from tests.support.codec.samples import Box, order
from tests.support.codec.strategies import OBJECTS

BERLIN = ZoneInfo("Europe/Berlin")
CEST = dt.timezone(dt.timedelta(hours=2), "CEST")


def plain(obj: object) -> str:
    return encode_plain_json(obj, TYPES).decode()


@pytest.mark.parametrize(
    ("obj", "text"),
    [
        ((1, 2), "[1,2]"),
        ({3, 1, 2}, "[1,2,3]"),
        (frozenset("ba"), '["a","b"]'),
        (b"\x00\xff", '"AP8="'),
        (bytearray(b"\x00"), '"AA=="'),
        (Decimal("1.50"), '"1.50"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (ip_address("::1"), '"::1"'),
        (PurePosixPath("/a"), '"/a"'),
        (Fraction(1, 3), "[1,3]"),
        (2**100, str(2**100)),
        (-0.0, "-0.0"),
        ([nan, inf, -inf], "[null,null,null]"),
        ({"a": nan}, '{"a":null}'),
        (True, "true"),
        ("ü\u2028", '"ü\u2028"'),
        ("a\ud800b", '"a\ufffd\ufffd\ufffdb"'),
        (Box([1]), '{"content":[1]}'),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
        (Counter("aab"), '{"a":2,"b":1}'),
        (defaultdict(list, {"a": [1]}), '{"a":[1]}'),
        (deque([1, 2]), "[1,2]"),
        (deque([1], 5), "[1]"),
    ],
)
def test_an_object_becomes_what_javascript_expects(obj: object, text: str) -> None:
    assert plain(obj) == text


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (dt.date(2026, 9, 21), "2026-09-21"),
        (dt.datetime(2026, 9, 21, 12, tzinfo=dt.UTC), "2026-09-21T12:00:00+00:00"),
        (dt.datetime(2026, 9, 21, 12), "2026-09-21T12:00:00"),  # noqa: DTZ001 - a local time
        (dt.datetime(2026, 10, 25, 2, 30, fold=1), "2026-10-25T02:30:00"),  # noqa: DTZ001 - a local time
        (dt.datetime(2026, 9, 21, 12, tzinfo=CEST), "2026-09-21T12:00:00+02:00"),
        (dt.datetime(2026, 9, 21, 12, tzinfo=BERLIN), "2026-09-21T12:00:00+02:00"),
        (dt.datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1), "2026-10-25T02:30:00+01:00"),
        (dt.time(12, 30, tzinfo=CEST), "12:30:00+02:00"),
        (dt.time(12, 30, tzinfo=BERLIN), "12:30:00"),
        (dt.time(12, 30), "12:30:00"),
    ],
)
def test_a_time_is_text_of_iso_8601(time: object, text: str) -> None:
    assert plain([time]) == f'["{text}"]'


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("a", "a"),
        ("a\ud800", "a\ufffd\ufffd\ufffd"),
        (1, "1"),
        (True, "true"),
        (1.5, "1.5"),
        (Decimal("1.50"), "1.50"),
        (UUID(int=1), str(UUID(int=1))),
        (dt.date(2026, 9, 21), "2026-09-21"),
    ],
)
def test_a_key_becomes_text(key: object, text: str) -> None:
    assert plain({key: {"a": 1}}) == f'{{"{text}":{{"a":1}}}}'


@pytest.mark.parametrize("key", [None, b"x", (1, 2), frozenset()])
def test_a_key_that_is_no_text_is_refused_with_its_place(key: object) -> None:
    with pytest.raises(Unsupported, match="a key of type"):
        plain({"a": [{key: 1}]})


def test_two_keys_that_become_the_same_text_are_refused() -> None:
    with pytest.raises(Unsupported, match="the same text"):
        plain({1: "a", "1": "b"})


def test_no_name_has_a_meaning() -> None:
    for name in ("$type", "$set", "$object", "$bytes", "$datetime"):
        assert json.loads(plain({name: ["x"]})) == {name: ["x"]}


def test_a_class_has_its_fields_and_no_name() -> None:
    text = plain(order())
    assert json.loads(text)["lines"][0]["sku"] == order().lines[0].sku
    assert "Order" not in text
    assert "$" not in text


def test_limits_hold() -> None:
    with pytest.raises(TooLarge):
        encode_plain_json(["x" * 2_000], Types(TYPES.registry, Limits(size=1_000)))
    shared: list[object] = [1] * 1_000
    for _ in range(12):
        shared = [shared] * 100
    with pytest.raises(TooLarge):
        plain(shared)


@pytest.mark.parametrize("name", GOLDEN)
def test_every_golden_object_is_json(name: str) -> None:
    text = plain(GOLDEN[name])
    assert json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"), allow_nan=False) == text


@given(OBJECTS)
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_every_object_is_json_without_marks_or_is_refused(obj: object) -> None:
    try:
        text = plain(obj)
    except Unsupported as error:
        assert "key" in str(error)  # noqa: PT017 - only objects with such keys are refused
        return
    json.loads(text, parse_constant=pytest.fail)
