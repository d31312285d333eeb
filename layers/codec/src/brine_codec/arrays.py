"""Support for numpy arrays and scalars: call `arrays.register(registry)`. Needs `brine-codec[numpy]`.

`registry.register_arrays()` does the same later: at the first array.

An array is written as the text of its dtype, its shape, its order and its bytes. Many bytes are written out of band.
Numpy's own pickling is not used. An opened array is a read-only view of the content: copy it before you change it.
"""

from __future__ import annotations

import math
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any

import numpy as np

from brine_codec.dtypes import DTYPE, MOST_DIMENSIONS
from brine_codec.errors import CodecError, Undecodable, Unsupported, shown
from brine_codec.pickling.makers import OUT_OF_BAND, Maker

if TYPE_CHECKING:
    from brine_codec.classes.registry import Registry
    from brine_codec.pickling.makers import Values

    type Array = np.ndarray[Any, np.dtype[Any]]

_SCALARS = [np.dtype(code).type for code in "?bBhHiIlLqQefdgFDGSUmM"]


class ViewMaker(Maker):
    """A maker that gets buffers without a copy, and may return a subclass."""

    __slots__ = ()
    steps = 400  # most of it to print the object

    def __call__(self, *fields: object) -> object:
        try:
            made = self._make(*fields)
        except CodecError:
            raise
        except Exception as error:  # noqa: BLE001 - numpy and pandas raise many types, and their messages may show data
            raise Undecodable(f"{shown(self.tag)} refused its fields: {type(error).__name__}") from None
        if not isinstance(made, self._cls):
            raise Undecodable(f"{shown(self.tag)} made a {type(made).__name__}")
        return made


class ScalarMaker(ViewMaker):
    """Makes numpy scalars, which may be dict keys."""

    __slots__ = ()
    steps, comparisons = 50, 60


def register(registry: Registry) -> None:
    """Register numpy arrays and scalars of plain dtypes, unless the registry has them."""
    if np.ndarray in registry.reducers:  # two makers of one tag cannot be in one stream
        return
    whole = ViewMaker("np:ndarray", np.ndarray, array)
    registry.add(np.ndarray, whole, lambda value: (whole, array_parts(value)))  # type: ignore[arg-type]  # the table passes this type only
    single = ScalarMaker("np:scalar", np.generic, _scalar)
    for cls in dict.fromkeys(_SCALARS):
        registry.add(cls, single, lambda value: (single, _scalar_parts(value)))


def array_parts(value: Array) -> Values:
    """Return the dtype, shape, order and bytes of an array. Raises Unsupported."""
    text = _text_of(value.dtype)
    order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    flat = (value.T if order == "F" else np.ascontiguousarray(value)).reshape(-1).view(np.uint8)
    data = flat.tobytes() if flat.nbytes < OUT_OF_BAND else PickleBuffer(flat)
    return text, value.shape, order, data


def array(text: object, shape: object, order: object, data: object) -> Array:
    """Return a read-only view of `data` with this dtype, shape and order.

    Raises Undecodable unless they fit exactly.
    """
    if type(text) is not str or not DTYPE.fullmatch(text):
        raise Undecodable("an array has a dtype that is not allowed")
    if type(shape) is not tuple or len(shape) > MOST_DIMENSIONS or not all(type(n) is int and n >= 0 for n in shape):
        raise Undecodable("an array's shape is not a tuple of sizes")
    if order not in ("C", "F") or not isinstance(data, (bytes, memoryview)):
        raise Undecodable("an array is not bytes in C or F order")
    dtype = np.dtype(text)
    view = memoryview(data).toreadonly()
    if math.prod(shape) * dtype.itemsize != view.nbytes:
        raise Undecodable("an array's shape does not fit its bytes")
    made = np.ndarray(shape, dtype, buffer=view, order="F" if order == "F" else "C")
    _check_values(made, dtype, view)
    return made


def _check_values(made: Array, dtype: np.dtype[Any], view: memoryview) -> None:
    """Raise Undecodable for bytes that are no value of the dtype: some dtypes do not use every bit pattern."""
    if made.size and dtype.kind == "b" and np.frombuffer(view, np.uint8).max() > 1:
        raise Undecodable("an array of booleans holds a byte other than 0 and 1")
    if made.size and dtype.kind == "U":
        points = np.frombuffer(view, np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if points.max() > 0x10FFFF:
            raise Undecodable("an array of texts holds an invalid code point")


def _text_of(dtype: np.dtype[Any]) -> str:
    text = dtype.str
    if not DTYPE.fullmatch(text) or dtype.hasobject:
        raise Unsupported(f"arrays of dtype {dtype.name} cannot be written")
    return text


def _scalar_parts(value: Any) -> Values:
    return _text_of(value.dtype), value.tobytes()


def _scalar(text: object, data: object) -> object:
    if type(data) is not bytes:
        raise Undecodable("a scalar is not bytes")
    return array(text, (), "C", data)[()]
