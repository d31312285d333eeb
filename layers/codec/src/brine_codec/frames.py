"""Support for pandas DataFrames, Series and indexes: call `frames.register(registry)`. Needs `brine-codec[pandas]`.

A frame is written column by column. The dtype of a column decides its form. Numbers and times are an array, texts and
objects a list of plain values, categories and nullable numbers two arrays. The metadata of pandas (attrs, flags, the
freq of an index) is not written.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from brine_codec import arrays
from brine_codec.arrays import ViewMaker
from brine_codec.errors import TooLarge, Undecodable, Unsupported

if TYPE_CHECKING:
    from brine_codec.classes.registry import Registry
    from brine_codec.pickling.makers import Values

INDEXES = (pd.Index, pd.RangeIndex, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex)
_NULLABLE = {
    name: getattr(pd.arrays, f"{kind}Array")
    for kind, names in {
        "Integer": ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"),
        "Floating": ("Float32", "Float64"),
        "Boolean": ("boolean",),
    }.items()
    for name in names
}
_TEXTS = ("str", "string")
_ZONE = re.compile(r"(?!dateutil/)[A-Za-z0-9_+:-]{1,40}(?:/[A-Za-z0-9_+-]{1,40}){0,3}")
_HASHED_BY_SECRET = frozenset({str, bytes, dt.date})
"""Types with a randomized hash. Other objects as categories could be chosen so that they collide."""
LONGEST_RANGE = 10_000_000
"""Values of a RangeIndex: many operations of pandas expand it."""
MOST_CATEGORIES = 10_000
"""The hash table of pandas for categories takes quadratic time if a sender chooses the values."""


class Column:
    """The values of one column during conversion: the form and its data."""

    __slots__ = ("parts",)

    def __init__(self, *parts: object) -> None:
        self.parts = parts


class _ColumnMaker(ViewMaker):
    """Makes a column. Pandas needs far more memory and time for it than its bytes, so the gate charges each call."""

    __slots__ = ()
    memory, steps = 6_000, 1_500
    labels: tuple[str, ...] = ("kind", "values")


class _FrameMaker(ViewMaker):
    """Makes a DataFrame of columns; charged for the same reason."""

    __slots__ = ()
    memory, steps = 8_000, 2_500
    labels: tuple[str, ...] = ("columns", "index", "data")


class _SeriesMaker(_FrameMaker):
    """Makes a Series of a column; charged for the same reason."""

    __slots__ = ()
    labels: tuple[str, ...] = ("index", "name", "data")


class _IndexMaker(_ColumnMaker):
    """Makes an index of a column; charged for the same reason."""

    __slots__ = ()
    labels: tuple[str, ...] = ("kind", "size", "name", "data")


def register(registry: Registry) -> None:
    """Register DataFrames, Series and indexes, and numpy arrays and scalars too, unless the registry has them."""
    if pd.DataFrame in registry.reducers:
        return
    arrays.register(registry)
    column = _ColumnMaker("pd:column", Column, _checked_column)
    registry.add(Column, column, lambda value: (column, value.parts))  # type: ignore[attr-defined]  # the table passes this type only
    frame = _FrameMaker("pd:DataFrame", pd.DataFrame, _frame)
    registry.add(pd.DataFrame, frame, lambda value: (frame, _frame_parts(value)))  # type: ignore[arg-type]  # the table passes this type only
    series = _SeriesMaker("pd:Series", pd.Series, _series)
    registry.add(pd.Series, series, lambda value: (series, _series_parts(value)))  # type: ignore[arg-type]  # see above
    index = _IndexMaker("pd:Index", pd.Index, _index)
    for cls in INDEXES:
        registry.add(cls, index, lambda value: (index, _index_parts(value)))  # type: ignore[arg-type]  # see above


def _frame_parts(frame: pd.DataFrame) -> Values:
    return frame.columns, frame.index, tuple([_column_parts(frame.iloc[:, at]) for at in range(frame.shape[1])])


def _frame(columns: object, index: object, parts: object) -> pd.DataFrame:
    if not isinstance(columns, pd.Index) or not isinstance(index, pd.Index) or type(parts) is not tuple:
        raise Undecodable("a DataFrame is not columns between two indexes")
    if len(parts) != len(columns):
        raise Undecodable("a DataFrame has not as many columns as names")
    frame = pd.DataFrame({at: _column(part, len(index)) for at, part in enumerate(parts)}, index=index)
    frame.columns = columns
    return frame


def _series_parts(series: pd.Series[Any]) -> Values:
    return series.index, series.name, _column_parts(series)


def _series(index: object, name: object, part: object) -> pd.Series[Any]:
    if not isinstance(index, pd.Index):
        raise Undecodable("a Series has no index")
    return pd.Series(_column(part, len(index)), index=index, name=_name(name))


def _index_parts(index: pd.Index[Any]) -> Values:
    if isinstance(index, pd.RangeIndex):
        if len(index) > LONGEST_RANGE:
            raise Unsupported(f"a RangeIndex has more than {LONGEST_RANGE} values")
        return "range", (index.start, index.stop, index.step), index.name
    return "values", len(index), index.name, _column_parts(index)


def _index(kind: object, size: object, name: object, part: object = None) -> pd.Index[Any]:
    if kind == "range" and type(size) is tuple and len(size) == 3 and all(type(number) is int for number in size):
        if size[2] and len(range(*[min(max(n, -(2**62)), 2**62) for n in size])) > LONGEST_RANGE:
            raise TooLarge(f"a RangeIndex has more than {LONGEST_RANGE} values")
        return pd.RangeIndex(*size, name=_name(name))
    if kind != "values" or type(size) is not int:
        raise Undecodable("an index is neither a range nor values")
    made: pd.Index[Any] = pd.Index(_column(part, size), name=_name(name))
    return made


def _name(name: object) -> Any:
    if name is not None and type(name) not in (str, int, float, bool, tuple):
        raise Undecodable("a name is not a plain value")
    return name


def _column_parts(column: pd.Series[Any] | pd.Index[Any]) -> Column:
    return Column(*_form(column))


def _form(column: pd.Series[Any] | pd.Index[Any]) -> Values:
    """Return the form of a column, and its data."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes: Any = column.array
        if dtype.categories.dtype == object and not _HASHED_BY_SECRET.issuperset(map(type, dtype.categories)):
            raise Unsupported("categories are objects other than texts, bytes and dates")
        if len(dtype.categories) > MOST_CATEGORIES:
            raise Unsupported(f"a column has more than {MOST_CATEGORIES} categories")
        return "categories", _written_out(dtype.categories), bool(dtype.ordered), np.asarray(codes.codes)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "zoned", _zone_name(dtype), column.to_numpy(f"M8[{dtype.unit}]")
    if dtype.name in _NULLABLE:
        data: Any = column.array
        return "nullable", dtype.name, data._data, data._mask  # noqa: SLF001 - the two arrays that it consists of
    if isinstance(dtype, pd.StringDtype):
        return "texts", "string" if dtype.na_value is pd.NA else "str", [None if pd.isna(v) else v for v in column]
    if dtype == np.dtype(object):
        return "objects", list(column)
    if isinstance(dtype, np.dtype):
        return "array", column.to_numpy()
    raise Unsupported(f"a column of dtype {dtype.name} cannot be written")


def _written_out(categories: pd.Index[Any]) -> pd.Index[Any]:
    """Return categories as an index of values: a range of a few bytes could stand for any number of them."""
    return (
        pd.Index(categories.to_numpy(), name=categories.name) if isinstance(categories, pd.RangeIndex) else categories
    )


def _zone_name(dtype: pd.DatetimeTZDtype) -> str:
    """Return the name of the zone. Raises Unsupported unless it names the same zone where it is opened."""
    name = str(dtype.tz)
    try:
        same = bool(_ZONE.fullmatch(name)) and pd.DatetimeTZDtype(dtype.unit, name).tz == dtype.tz
    except Exception:  # noqa: BLE001 - pandas raises many types for a name that it does not know
        same = False
    if not same:
        raise Unsupported(f"the time zone {name[:60]} cannot be found by its name: use a zoneinfo.ZoneInfo")
    return name


def _checked_column(form: object, *data: object) -> Column:
    if type(form) is not str or form not in _FORMS:
        raise Undecodable("a column has no known form")
    return Column(_FORMS[form](*data))


def _column(part: object, size: int) -> Any:
    """Return the values of a column. Raises Undecodable unless there are `size` of them."""
    if not isinstance(part, Column):
        raise Undecodable("a column is not a Column")
    made: Any = part.parts[0]
    if len(made) != size:
        raise Undecodable("a column is not as long as its index")
    return made


def _array(data: object) -> np.ndarray[Any, Any]:
    if not isinstance(data, np.ndarray) or data.ndim != 1 or data.dtype.kind in "SU":
        raise Undecodable("a column is not an array of numbers or times, of one dimension")
    return data


def _objects(values: object) -> np.ndarray[Any, Any]:
    if type(values) is not list:
        raise Undecodable("a column of objects is not a list")
    return np.fromiter(values, dtype=object, count=len(values))  # an assignment would expand items that have a length


def _texts(dtype: object, values: object) -> Any:
    if dtype not in _TEXTS or type(values) is not list or not set(map(type, values)) <= {str, type(None)}:
        raise Undecodable("a column of texts is not a list of texts")
    return pd.array(values, dtype=dtype)  # type: ignore[call-overload]  # it is one of _TEXTS


def _nullable(dtype: object, data: object, mask: object) -> Any:
    if type(dtype) is not str or dtype not in _NULLABLE or _array(mask).dtype != bool:
        raise Undecodable("a column of nullable values has no such dtype")
    if _array(data).dtype != pd.array([], dtype=dtype).dtype.numpy_dtype:  # type: ignore[call-overload]  # checked above
        raise Undecodable("a column of nullable values does not fit its dtype")
    return _NULLABLE[dtype](_array(data).copy(), _array(mask).copy())  # pandas fills them in place


def _zoned(zone: object, data: object) -> Any:
    if type(zone) is not str or not _ZONE.fullmatch(zone) or _array(data).dtype.kind != "M":
        raise Undecodable("a column of aware times is not an array of times with a zone")
    return pd.DatetimeIndex(_array(data)).tz_localize("UTC").tz_convert(zone).array


def _categories(categories: object, ordered: object, codes: object) -> Any:
    if not isinstance(categories, pd.Index) or type(ordered) is not bool or _array(codes).dtype.kind != "i":
        raise Undecodable("a column of categories is not codes of an index")
    if isinstance(categories, pd.RangeIndex) or len(categories) > MOST_CATEGORIES:
        raise Undecodable(f"categories are a range, or more than {MOST_CATEGORIES}")
    values: Any = categories.to_numpy()
    if values.dtype == object:
        if not _HASHED_BY_SECRET.issuperset(map(type, values)) or len(set(values)) != len(values):
            raise Undecodable("categories are not distinct texts, bytes or dates")
    elif len(np.unique(values)) != len(
        values
    ):  # sorting: the hash table of pandas takes quadratic time for chosen values
        raise Undecodable("a category is duplicated")
    dtype = pd.CategoricalDtype._from_fastpath(categories, ordered)  # type: ignore[attr-defined]  # noqa: SLF001 - see the error above
    return pd.Categorical.from_codes(_array(codes), dtype=dtype)


_FORMS: dict[str, Any] = {
    "array": _array,
    "objects": _objects,
    "texts": _texts,
    "nullable": _nullable,
    "zoned": _zoned,
    "categories": _categories,
}
