"""numpy arrays and pandas frames without these libraries: their parts, passed from envelope to envelope.

An opaque value is checked as `brine_codec.arrays` checks the array, so that its next receiver can make an array of it.
It is sealed to the same token that it was opened from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine_codec import Undecodable
from brine_codec.dtypes import DTYPE, MOST_DIMENSIONS, item_size
from brine_codec.pickling.makers import Maker, with_buffers

if TYPE_CHECKING:
    from brine_codec import Registry

PANDAS = ("pd:DataFrame", "pd:Series", "pd:Index", "pd:column")


@dataclass(frozen=True, slots=True)
class OpaqueArray:
    """A numpy array: dtype such as `<f8`, shape, order (C or F) and bytes.

    Raises Undecodable if they do not fit together.
    """

    dtype: str
    shape: tuple[int, ...]
    order: str
    data: bytes

    def __post_init__(self) -> None:
        shape: object = self.shape
        if type(shape) is not tuple or len(shape) > MOST_DIMENSIONS or not all(map(_is_size, shape)):
            raise Undecodable("an array's shape is not a tuple of sizes")
        if self.order not in {"C", "F"}:
            raise Undecodable("an array is neither in C nor in F order")
        _check(self.dtype, math.prod(shape), self.data)


@dataclass(frozen=True, slots=True)
class OpaqueScalar:
    """A numpy scalar: dtype and bytes."""

    dtype: str
    data: bytes

    def __post_init__(self) -> None:
        _check(self.dtype, 1, self.data)


@dataclass(frozen=True, slots=True)
class OpaqueFrame:
    """A pandas DataFrame, Series or index: the values of its token, which only pandas can check."""

    tag: str
    values: tuple[object, ...]


def register_opaque(registry: Registry) -> None:
    """Allow arrays, scalars, frames, series and indexes."""
    whole = Maker("np:ndarray", OpaqueArray, OpaqueArray)
    registry.add(
        OpaqueArray,
        whole,
        lambda value: (whole, with_buffers((value.dtype, value.shape, value.order, value.data))),  # type: ignore[attr-defined]  # by its type
    )
    single = Maker("np:scalar", OpaqueScalar, OpaqueScalar)
    registry.add(OpaqueScalar, single, lambda value: (single, (value.dtype, value.data)))  # type: ignore[attr-defined]  # likewise
    frames = {tag: Maker(tag, OpaqueFrame, lambda *values, tag=tag: OpaqueFrame(tag, values)) for tag in PANDAS}
    for maker in frames.values():
        registry.add(OpaqueFrame, maker, lambda value: (frames[value.tag], value.values))  # type: ignore[attr-defined]  # likewise


def _is_size(value: object) -> bool:
    return type(value) is int and value >= 0


def _check(dtype: object, count: int, data: object) -> None:
    if type(dtype) is not str or not DTYPE.fullmatch(dtype):
        raise Undecodable("an array has a dtype that may not travel")
    if type(data) is not bytes or len(data) != count * item_size(dtype):
        raise Undecodable("an array's shape does not fit its bytes")
    if dtype[1] == "b" and data.count(0) + data.count(1) != len(data):
        raise Undecodable("an array of booleans holds something else")
    if dtype[1] == "U":
        try:
            data.decode("utf-32-be" if dtype[0] == ">" else "utf-32-le", "surrogatepass")
        except UnicodeDecodeError:
            raise Undecodable("an array of texts holds what is no character") from None
