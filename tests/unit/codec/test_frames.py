from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest

from brine_codec import Codec, CodecError, Registry, TooLarge, Unsupported, frames
from tests.attacks.assembler import few, kept, made, mapping, number, some, stream
from tests.attacks.attack import Attack
from tests.support.codec.samples import NOW, keyring


def codec(**settings: Any) -> Codec:
    registry = Registry()
    frames.register(registry)
    return Codec(keyring(), purpose=settings.pop("purpose", "test"), registry=registry, **settings)


def survivor(value: Any, **settings: Any) -> Any:
    c = codec(**settings)
    return c.open(c.seal(value, now=NOW), now=NOW)


FRAME = pd.DataFrame(
    {
        "numbers": [1, 2, 3],
        "floats": [1.5, np.nan, 2],
        "flags": [True, False, True],
        "texts": ["a", None, "c"],
        "nullable": pd.array([1, None, 3], dtype="Int16"),
        "maybe": pd.array([True, None, False], dtype="boolean"),
        "precise": pd.array([1.5, None, 2], dtype="Float32"),
        "strings": pd.array(["a", None, "c"], dtype="string"),
        "times": pd.to_datetime(["2026-01-01", "NaT", "2026-01-03"]),
        "zoned": pd.to_datetime(["2026-01-01", "2026-07-01", "NaT"]).tz_localize("Europe/Berlin"),
        "offset": pd.to_datetime(["2026-01-01", "2026-07-01", "NaT"]).tz_localize(dt.timezone(dt.timedelta(hours=2))),
        "spans": pd.to_timedelta([1, 2, 3], unit="s"),
        "classes": pd.Categorical(["u", "v", None], categories=["v", "u"], ordered=True),
        "objects": pd.Series([1, "x", dt.date(2026, 1, 1)], dtype=object),
    }
)


@pytest.mark.parametrize("gate", [True, False])
def test_a_frame_of_every_dtype_survives(gate: bool) -> None:
    pdt.assert_frame_equal(survivor(FRAME, gate=gate), FRAME)


INDEXED = [
    FRAME.set_index("texts"),
    FRAME.set_index("times"),
    FRAME.set_index("zoned")[["numbers"]],
    FRAME.iloc[:0],
    FRAME[[]],
    FRAME.iloc[::2],
    pd.DataFrame(np.arange(20_000.0).reshape(2000, 10)),
    pd.DataFrame([[1, 2]], columns=["same", "same"]),
    pd.DataFrame([[1, 2]], columns=pd.Index([0, 10], name="columns"), index=pd.Index(["a"], name="rows")),
    pd.DataFrame(),
]


@pytest.mark.parametrize("frame", INDEXED)
def test_frames_of_any_shape_survive(frame: pd.DataFrame) -> None:
    pdt.assert_frame_equal(survivor(frame), frame)


@pytest.mark.parametrize("column", FRAME.columns)
def test_series_survive(column: str) -> None:
    pdt.assert_series_equal(survivor(FRAME[column]), FRAME[column])


INDEX: list[pd.Index[Any]] = [pd.RangeIndex(1, 9, 2, name="n"), pd.Index([1, 2]), pd.Index(["a", "b"], name="t")]
INDEX += [
    pd.CategoricalIndex(["a", "b"]),
    pd.to_datetime(["2026-01-01", "2026-02-03"], utc=True),
    pd.Index([], dtype=object),
    pd.CategoricalIndex([7, 8], categories=pd.RangeIndex(5, 9)),
]


@pytest.mark.parametrize("index", INDEX)
def test_indexes_survive(index: pd.Index[Any]) -> None:
    pdt.assert_index_equal(survivor([index])[0], index)


def test_an_opened_frame_can_be_changed() -> None:
    frame = survivor(FRAME)
    frame.loc[0, "numbers"] = 7
    frame.loc[1, "nullable"] = 7
    assert frame.loc[0, "numbers"] == frame.loc[1, "nullable"] == 7


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"a": [object()]}),
        pd.DataFrame({"a": pd.period_range("2026", periods=2, freq="Y")}),
        pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, 2)])),
        pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}),
        pd.Series([1], name=object()),
        pd.to_datetime(["2026-01-01"]).tz_localize("dateutil/Europe/Berlin"),
        pd.to_datetime(["2026-01-01"]).tz_localize(dt.timezone(dt.timedelta(hours=2), "Europe/Lisbon")),
        pd.Categorical(range(10_001)).as_ordered().categories.astype("category"),
    ],
)
def test_frames_of_unknown_dtypes_are_unsupported(value: object) -> None:
    with pytest.raises(Unsupported):
        codec().seal(value, now=NOW)


ARRAY = made("np:ndarray", kept("<i8"), few(number(1)), kept("C"), b"C\x08" + bytes(8) + b"\x94")
HOSTILE = {
    "frame of nothing": made("pd:DataFrame"),
    "frame of numbers": made("pd:DataFrame", number(1), number(2), number(3)),
    "series of no index": made("pd:Series", some(), kept("x"), few(kept("array"), some())),
    "index of no form": made("pd:Index", kept("values"), number(1), kept("x"), few(kept("exec"), number(1))),
    "index of nothing": made("pd:Index", kept("values"), number(1), kept("x"), few()),
    "index of another length": made("pd:Index", kept("values"), number(2), kept("x"), few(kept("objects"), some())),
    "index of a dict": made("pd:Index", kept("values"), number(0), kept("x"), few(kept("objects"), mapping())),
    "range of texts": made("pd:Index", kept("range"), few(kept("a"), kept("b"), kept("c")), kept("x")),
    "range of no step": made("pd:Index", kept("range"), few(number(0), number(1), number(0)), kept("x")),
    "name of a list": made("pd:Index", kept("range"), few(number(0), number(1), number(1)), some()),
    "texts of numbers": made(
        "pd:Index", kept("values"), number(1), kept("x"), few(kept("texts"), kept("str"), some(number(1)))
    ),
    "texts of another dtype": made(
        "pd:Index", kept("values"), number(1), kept("x"), few(kept("texts"), kept("object"), some(kept("a")))
    ),
    "unknown nullable": made(
        "pd:Index", kept("values"), number(1), kept("x"), few(kept("nullable"), kept("Int99"), ARRAY, ARRAY)
    ),
    "mask of integers": made(
        "pd:Index", kept("values"), number(1), kept("x"), few(kept("nullable"), kept("Int64"), ARRAY, ARRAY)
    ),
    "zone of nowhere": made(
        "pd:Index", kept("values"), number(1), kept("x"), few(kept("zoned"), kept("../etc/passwd"), ARRAY)
    ),
    "codes of nothing": made(
        "pd:Index", kept("values"), number(1), kept("x"), few(kept("categories"), some(), b"\x88", ARRAY)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_object_with_inconsistent_parts_is_not_made(name: str) -> None:
    attack = Attack(name, stream(HOSTILE[name]))
    with pytest.raises(CodecError):
        codec(gate=False, purpose="attack").open(attack.envelope(), context=("victim", "key"), now=NOW)


def test_a_range_among_objects_is_not_expanded() -> None:
    opened = survivor(pd.Series([pd.RangeIndex(9_000_000), "x"], dtype=object))
    assert len(opened[0]) == 9_000_000


def made_of(tag: str, *values: Any) -> Any:
    registry = Registry()
    frames.register(registry)
    return registry.maker(tag)(*values)


def test_categories_are_no_range_and_not_too_many() -> None:
    codes = np.zeros(1, dtype=np.int8)
    for categories in (pd.RangeIndex(10**9), pd.Index(np.arange(10_001.0))):
        with pytest.raises(CodecError, match="categories are a range, or more than"):
            made_of("pd:column", "categories", categories, False, codes)


def test_zones_of_dateutil_are_not_opened() -> None:
    with pytest.raises(CodecError, match="zone"):
        made_of("pd:column", "zoned", "dateutil/Europe/Berlin", np.zeros(1, dtype="M8[ns]"))


def test_categories_are_different_and_cannot_collide() -> None:
    codes = np.zeros(1, dtype=np.int8)
    for categories in (
        pd.Index([1.5, 1.5]),
        pd.Index(["a", "a"], dtype=object),
        pd.Index([Fraction(1, 2)], dtype=object),
        pd.Index([2**70], dtype=object),
    ):
        with pytest.raises(CodecError):
            made_of("pd:column", "categories", categories, False, codes)
    with pytest.raises(Unsupported):
        codec().seal(pd.Series([Fraction(1, 2)], dtype="category"), now=NOW)


def test_a_column_is_no_array_of_texts() -> None:
    with pytest.raises(CodecError):
        made_of("pd:column", "array", np.array(["a"]))


def test_a_range_is_not_too_long() -> None:
    with pytest.raises(TooLarge):
        made_of("pd:Index", "range", (0, 2**40, 1), None)
    with pytest.raises(Unsupported):
        codec().seal(pd.RangeIndex(2**40), now=NOW)


def test_the_path_to_a_value_in_a_column_has_names() -> None:
    with pytest.raises(Unsupported, match=r"^orders\.data\[0\]\.values\[0\]: type object is not registered"):
        codec().seal({"orders": pd.DataFrame({"price": [object()]})}, now=NOW)
