"""Values of the standard library: they come back equal and with exactly their type."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import io
import ipaddress
import pathlib
import subprocess
import sys
import uuid
import zoneinfo

import pytest
from dateutil.tz import tzutc  # type: ignore[import-untyped]  # boto3 brings it
from pydantic import TypeAdapter

from brine_codec import Limits, TooLarge, Unsupported
from tests.golden.envelope.objects import OBJECTS
from tests.support.codec.samples import NOW, codec

VALUES = [value for name in ("numbers", "identifiers", "places", "containers") for value in OBJECTS[name]]  # type: ignore[attr-defined]  # lists


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("gate", [True, False])
def test_values_survive(value: object, gate: bool) -> None:
    c = codec(gate=gate)
    opened = c.open(c.seal({"a": [value]}, now=NOW), now=NOW)["a"][0]
    assert opened == value
    assert type(opened) is type(value)


@pytest.mark.parametrize("text", ["NaN", "sNaN123", "-0", "-0.00", "0E+5", "1E-6000", "9" * 1000])
def test_decimals_survive_to_the_last_sign(text: str) -> None:
    opened = codec().open(codec().seal(decimal.Decimal(text), now=NOW), now=NOW)
    assert opened.as_tuple() == decimal.Decimal(text).as_tuple()


def test_containers_keep_their_type_and_settings() -> None:
    opened = codec().open(codec().seal(OBJECTS["containers"], now=NOW), now=NOW)
    assert list(opened[0]) == ["b", "a"]
    assert opened[2].default_factory is list
    assert opened[3].maxlen == 3
    assert codec().open(codec().seal(collections.defaultdict(None, a=1), now=NOW), now=NOW).default_factory is None


@pytest.mark.parametrize(
    "value",
    [
        decimal.Decimal("9" * 1_031),
        decimal.Decimal("1E6145"),
        decimal.Decimal("1E-6145"),
        fractions.Fraction(3**6000, 2),
        range(2**9000),
    ],
)
def test_numbers_beyond_the_limits_do_not_open(value: object) -> None:
    wide = Limits(decimal_digits=10**5, decimal_exponent=10**5, integer_bits=10**5)
    sealed = codec(limits=wide).seal(value, now=NOW)
    assert codec(limits=wide).open(sealed, now=NOW) == value
    with pytest.raises(TooLarge):
        codec().open(sealed, now=NOW)


NAMELESS = (  # the smallest file of a time zone: UTC, without a key
    b"TZif2" + bytes(15) + b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4" + bytes(6) + b"UTC\0"
) * 2 + b"\nUTC0\n"


class MyDecimal(decimal.Decimal):
    pass


class MyDict(dict[str, int]):
    pass


@pytest.mark.parametrize(
    "value",
    [
        MyDecimal(1),
        MyDict(a=1),
        collections.defaultdict(lambda: 1),
        collections.ChainMap({}),
        collections.UserDict(),
        pathlib.Path("x"),
        zoneinfo.ZoneInfo.from_file(io.BytesIO(NAMELESS)),
    ],
)
def test_their_kin_do_not_travel(value: object) -> None:
    with pytest.raises(Unsupported):
        codec().seal([value], now=NOW)


def test_a_class_that_borrows_the_name_is_a_stranger() -> None:
    borrowed = type("Decimal", (), {"__module__": "decimal"})
    with pytest.raises(Unsupported):
        codec().seal(borrowed(), now=NOW)


@pytest.mark.parametrize(
    ("value", "module"),
    [
        (uuid.UUID(int=1), "uuid"),
        (ipaddress.ip_address("::1"), "ipaddress"),
        (pathlib.PurePosixPath("a"), "pathlib"),
        (decimal.Decimal(1), "decimal"),
    ],
)
def test_the_module_of_a_maker_is_imported_at_its_first_use(value: object, module: str) -> None:
    """Also by its tag alone: a process that has not imported the class opens it."""
    program = f"""
import sys
sys.path[:] = {[entry for entry in sys.path if entry]!r}
from brine_codec import Codec, Keyring
ring = Keyring.from_json('{{"2": "second secret, long enough to be one"}}')
assert {module!r} not in sys.modules
print(repr(Codec(ring, purpose="test").open(bytes.fromhex({codec().seal(value, now=NOW).hex()!r}), now={NOW})))
"""
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == repr(value)


@pytest.mark.parametrize(
    "value", [decimal.Decimal("1" * 1031), decimal.Decimal("1E+6145"), pathlib.PurePath("a" * 4097)]
)
def test_a_value_that_would_not_open_is_not_sealed(value: object) -> None:
    with pytest.raises(Unsupported, match=r"more than|beyond"):
        codec(gate=False).seal([value], now=NOW)


@pytest.mark.parametrize(
    "value",
    [
        TypeAdapter(dt.datetime).validate_json('"2026-01-12T10:00:00Z"'),
        TypeAdapter(dt.datetime).validate_json('"2026-01-12T10:00:00.25+05:30"'),
        TypeAdapter(dt.time).validate_json('"10:00:00-03:00"'),
        dt.datetime(2026, 1, 12, 10, tzinfo=tzutc()),
    ],
    ids=["pydantic UTC", "pydantic offset", "pydantic time", "boto3"],
)
def test_a_fixed_zone_of_pydantic_or_of_boto3_comes_back_as_a_timezone(value: dt.datetime | dt.time) -> None:
    """pydantic makes a zone of its own for each time with an offset, and boto3 one for each time that it answers."""
    assert type(value.tzinfo) is not dt.timezone
    found = codec().open(codec().seal(value, now=NOW), now=NOW)
    assert found == value
    assert type(found.tzinfo) is dt.timezone
    assert isinstance(found, dt.datetime | dt.time)
    assert (found.utcoffset(), found.isoformat()) == (value.utcoffset(), value.isoformat())
