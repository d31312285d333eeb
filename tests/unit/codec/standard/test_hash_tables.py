"""Dicts and sets with many keys: they open unchanged, and are not sealed if their keys collide."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import ipaddress
import sys
import uuid
import zoneinfo
from typing import TYPE_CHECKING, Any

import pytest

from brine_codec import Limits, TooLarge, Undecodable
from brine_codec.pickling.writer import TreeWriter
from brine_codec.standard.hash_tables import makers
from tests.support.codec.samples import codec

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec import Codec

START = dt.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
KEYS: dict[str, Callable[[int], object]] = {
    "aware datetimes": lambda n: START + dt.timedelta(hours=n),
    "timedeltas": lambda n: dt.timedelta(seconds=n),
    "Decimals": lambda n: decimal.Decimal(n) / 4,
    "UUIDs": lambda n: uuid.UUID(int=n * 12_345_678_901_234_567),
    "addresses": lambda n: ipaddress.ip_address(2**24 + n),
    "tuples": lambda n: ("a", n, None),
    "tuples of datetimes": lambda n: ("a", dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=n)),
    "frozensets": lambda n: frozenset({n, str(n)}),
    "integers above 64 bits": lambda n: 2**70 + n,
    "floats": lambda n: n / 100,
    "times as floats": lambda n: 1.7e9 + n * 0.001,
    "snowflakes": lambda n: (1 << 60) + (n << 22),
    "points": lambda n: (n % 5 - 2, n // 5 % 5 - 2, n // 25),
    "texts and integers": lambda n: n if n % 2 else str(n),
}
MAKERS: dict[str, Any] = {maker.tag: maker for _, maker, _ in makers(Limits())}


def opened(obj: object, sealer: Codec) -> Any:
    return sealer.open(sealer.seal(obj, now=1.0), now=1.0)


@pytest.mark.slow
@pytest.mark.parametrize("count", [10, 1_000, 10_000])
@pytest.mark.parametrize("name", KEYS)
def test_keys_of_each_kind_come_back(name: str, count: int) -> None:
    table = {KEYS[name](number): number for number in range(count)}
    for obj in (table, set(table), frozenset(table)):
        found = opened([obj], codec())
        assert found == [obj]
        assert type(found[0]) is type(obj)


def test_nested_values_and_keys_come_back() -> None:
    table: dict[object, object] = {
        decimal.Decimal(number): {(number, at): [] for at in range(20)} for number in range(200)
    }
    assert opened(table, codec()) == table


@pytest.mark.parametrize("cls", [dict, set, frozenset])
def test_keys_that_do_collide_are_not_sealed(cls: type) -> None:
    """The writer refuses a dict that could not be opened."""
    keys = [(sys.hash_info.modulus * number,) for number in range(2_000)]
    with pytest.raises(TooLarge):
        codec().seal(dict.fromkeys(keys) if cls is dict else cls(keys), now=1.0)


@pytest.mark.parametrize(
    ("tag", "columns"),
    [
        ("py:dict", [[1, 2], [1]]),
        ("py:dict", [[1, 1], [1, 2]]),
        ("py:dict", [[1], None]),
        ("py:dict", [(1,), [2]]),
        ("py:dict", {}),
        ("py:dict", [[range(3)], [1]]),
        ("py:set", [[1, 1.0], None]),
        ("py:set", [[1, 2], 3]),
        ("py:frozenset", [[1, 2]]),
        ("py:frozenset", [[(1, range(2))], None]),
    ],
)
def test_arguments_that_no_writer_writes_are_refused(tag: str, columns: object) -> None:
    with pytest.raises(Undecodable):
        MAKERS[tag](columns)


@pytest.mark.parametrize("tag", MAKERS)
def test_keys_that_collide_are_not_placed(tag: str) -> None:
    keys = [(sys.hash_info.modulus * number,) for number in range(2_000)]
    with pytest.raises(TooLarge, match="collide"):
        MAKERS[tag]([keys, [None] * len(keys) if tag == "py:dict" else None])


def test_an_expensive_dict_does_not_affect_other_values() -> None:
    obj = [{(n, str(n)): n for n in range(6_000)}, {(1 << 60) + (n << 22): n for n in range(1_000)}]
    assert opened(obj, codec()) == obj


@pytest.mark.parametrize(("obj", "ways"), [([[]], [False]), ({(n,): n for n in range(3_000)}, [False, True])])
def test_only_an_object_that_takes_too_long_is_rewritten(
    obj: Any, ways: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(0 if isinstance(obj, dict) else 200):  # deeper than may be, which no call mends
        obj = [obj]
    tried = []
    write = TreeWriter.write

    def watched(self: TreeWriter, obj: object, *, as_calls: bool = False) -> Any:
        tried.append(as_calls)
        return write(self, obj, as_calls=as_calls)

    monkeypatch.setattr(TreeWriter, "write", watched)
    with contextlib.suppress(TooLarge):
        codec().seal(obj, now=1.0)
    assert tried == ways
