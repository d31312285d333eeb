"""The cost of reading and writing: within the budget of a message, drawn before it is taken."""

from __future__ import annotations

import tracemalloc
import zoneinfo
from functools import partial
from typing import TYPE_CHECKING

import pytest

from brine.domain.formats import Format, decode, encode
from brine.domain.formats.allowed_types import Types
from brine.domain.formats.key_cost import comparison_cost
from brine.errors import ContentTooCostly
from brine_codec import Limits, Registry, TooLarge
from brine_codec.gate.collisions import DICT, SET, charge_keys
from brine_codec.standard import paths_and_zones
from tests.attacks.content import colliding
from tests.attacks.content.keys import DEAR, PROBING
from tests.support.codec.format_samples import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.gate.collisions import Table

OPEN = (Format.JSON, Format.MSGPACK)
TABLES = {DICT: colliding.DICT, SET: colliding.SET}
PROBED = 2**12


def steps_for(keys: list[object], table: Table) -> float:
    taken = 0.0

    def spend(_: float, steps: float) -> None:
        nonlocal taken
        taken += steps

    charge_keys(keys, table, spend, partial(comparison_cost, vocabulary=TYPES.vocabulary))
    return taken / len(keys)


@pytest.mark.parametrize("table", TABLES, ids=["dict", "set"])
@pytest.mark.parametrize(
    "key",
    [lambda n: n, lambda n: -3 * n, lambda n: n * 2**40, lambda n: n * 0.37, lambda n: (n, -n), str],
    ids=["numbers", "negative", "large", "floats", "tuples", "texts"],
)
def test_honest_keys_take_some_steps_each_however_many_they_are(table: Table, key: Callable[[int], object]) -> None:
    for count in (100, 30_000):
        assert steps_for([key(n) for n in range(count)], table) < 150


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBING)
def test_keys_that_look_at_the_same_slots_take_as_many_steps_as_there_are(name: str) -> None:
    keys = [PROBING[name](n) for n in colliding.integers(PROBED, colliding.DICT)]
    assert steps_for(keys, DICT) > len(keys) / 10


@pytest.mark.slow
@pytest.mark.parametrize("name", DEAR)
def test_keys_of_one_hash_take_steps_for_each_pair(name: str) -> None:
    few, many = ([DEAR[name](n) for n in range(1, count)] for count in (50, 500))
    assert steps_for(many, DICT) > 2 * steps_for(few, DICT)
    assert steps_for(many, DICT) > len(many) / 4


@pytest.mark.slow
@pytest.mark.parametrize("form", OPEN)
def test_a_hundred_thousand_entries_by_number_are_read_and_written(form: Format) -> None:
    content = {7 * n: n for n in range(100_000)}
    data = encode(form, content, TYPES)
    assert decode(form, data, TYPES) == content
    assert encode(form, content, TYPES, len(data)) == data


@pytest.mark.slow
@pytest.mark.parametrize("form", OPEN)
@pytest.mark.parametrize("key", [str, lambda n: n % 2 or str(n)], ids=["texts", "one number among texts"])
def test_no_number_of_texts_is_too_much(form: Format, key: Callable[[int], object]) -> None:
    content = {key(n): n for n in range(200_000)}
    assert decode(form, encode(form, content, TYPES), TYPES) == content


def test_the_error_says_where_the_keys_are() -> None:
    keys = ",".join(f"[{n},0]" for n in colliding.integers(2**15, colliding.DICT))
    with pytest.raises(ContentTooCostly, match=r"^a\[1\]: the object would take more time"):
        decode(Format.JSON, f'{{"a":[0,{{"$map":[{keys}]}}]}}'.encode(), TYPES)


@pytest.mark.slow
@pytest.mark.parametrize("form", OPEN)
@pytest.mark.parametrize(
    "text",
    ["\x01" * 1_500, "\x01" * 1_500 + "\U0001f600", "\udcff" * 500, "plain" * 300],
    ids=["control characters", "a wide one among them", "surrogates", "letters"],
)
@pytest.mark.parametrize(
    "share",
    [lambda text: [text] * 200_000, lambda text: [[text, None]] * 200_000, lambda text: {"a": [{text: 1}] * 200_000}],
    ids=["list", "lists", "names"],
)
def test_shared_content_beyond_the_budget_is_refused_before_it_is_written(
    form: Format, text: str, share: Callable[[str], object]
) -> None:
    content = share(text)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="than one of its size may"):
            encode(form, content, TYPES, 2_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 48 * 2**20


@pytest.mark.parametrize("form", OPEN)
def test_a_text_that_compresses_well_is_written(form: Format) -> None:
    """A message of ten kilobytes becomes three megabytes of text: at four bytes a character it would be too large."""
    content = ["plain text " * 30_000] * 9
    assert decode(form, encode(form, content, TYPES, 10_000), TYPES) == content


def test_nothing_is_written_that_takes_more_memory_than_the_limits_allow() -> None:
    wide = ["\x01" * 1_000_000 + "\U0001f600"] * 20
    with pytest.raises(TooLarge, match="memory"):
        encode(Format.JSON, wide, TYPES)
    assert len(encode(Format.JSON, wide[:5], TYPES)) == 5 * 6_000_006 + 6


def test_an_escape_counts_as_a_wide_character() -> None:
    types = Types(Registry(), Limits(memory=4_000_000))
    narrow = b'"' + b"a" * 1_000_000
    assert decode(Format.JSON, narrow + b'"', types)
    with pytest.raises(ContentTooCostly, match="memory"):
        decode(Format.JSON, narrow + b'\\ud83d\\ude00"', types)


@pytest.mark.parametrize("form", OPEN)
def test_a_time_zone_is_looked_up_once(form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = sorted(zoneinfo.available_timezones())[:30]
    data = encode(form, [zoneinfo.ZoneInfo(key) for key in keys] * 20, TYPES)
    paths_and_zones._found.cache_clear()
    looked_up = []
    real = zoneinfo.ZoneInfo

    def counting(key: str) -> zoneinfo.ZoneInfo:
        looked_up.append(key)
        return real(key)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", counting)
    decode(form, data, TYPES)
    assert sorted(looked_up) == keys
