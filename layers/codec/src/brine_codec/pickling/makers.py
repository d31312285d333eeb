"""What stands in a stream in the place of classes: `rebuild`, and the makers that it gives.

`rebuild("Order@3/…")` gives the maker of that tag, once per stream; the maker, called with plain fields, makes the
object. Both are immutable and have no __dict__, so that nothing in a stream can change them.
"""

from __future__ import annotations

from pickle import PickleBuffer

from brine_codec.errors import CodecError, Forbidden, Undecodable, shown

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    type Values = tuple[object, ...]
    type Reduced = tuple[Maker, Values]
    type Reducer = Callable[[object], Reduced]

LONGEST_TAG = 200
OUT_OF_BAND = 4_096
"""Bytes in a field travel as a buffer of their own from this size on."""


class Token:
    """Slots that are set once."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise Forbidden(f"a {type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise Forbidden(f"a {type(self).__name__} cannot be changed")


class Rebuild(Token):
    """The only callable of ours that a stream may name."""

    # Texts of our own: the pickler would write a text that the object shares with them as a reference.
    __module__ = "".join(("brine_", "codec"))
    NAME = "".join(("re", "build"))
    __slots__ = ("_find",)
    _find: Callable[[str], Maker]

    def __init__(self, find: Callable[[str], Maker]) -> None:
        object.__setattr__(self, "_find", find)

    def __call__(self, tag: object) -> Maker:
        if type(tag) is not str or len(tag) > LONGEST_TAG:
            raise Undecodable("a tag is not a short text")
        return self._find(tag)


class Maker(Token):
    """Makes the objects of one tag from plain fields, and checks that it did."""

    __slots__ = ("_cls", "_make", "tag")
    _cls: type
    _make: Callable[..., object]
    tag: str
    names: tuple[str, ...] = ()
    """Of the fields, for a record."""
    memory: int = 700
    """Bytes that one call takes at most, beside the size of its arguments."""
    steps: int = 12
    """The time of one call, likewise, in steps of 100 ns."""
    memory_inside: float = 0
    steps_inside: float = 0
    """The same for each byte of the arguments, where what they hold is copied or looked at."""
    weight: int = 4
    """How many comparisons of values one of two of its objects comes to, beside those of its arguments."""
    multiplies: bool = False
    """Whether to compare two of its objects is to look for each part of one among all parts of the other."""
    strong: bool = False
    """Whether the hash of what it makes depends on this process's secret, so that no sender can choose it."""

    def __init__(self, tag: str, cls: type, make: Callable[..., object]) -> None:
        object.__setattr__(self, "tag", tag)
        object.__setattr__(self, "_cls", cls)
        object.__setattr__(self, "_make", make)

    def __call__(self, *fields: object) -> object:
        try:
            made = self._make(*[bytes(field) if type(field) is memoryview else field for field in fields])
        except CodecError:
            raise
        except Exception as error:  # noqa: BLE001 - the caller's class refuses as it likes; what it says may show data
            raise Undecodable(f"{shown(self.tag)} refused its fields: {type(error).__name__}") from None
        if type(made) is not self._cls:
            raise Undecodable(f"{shown(self.tag)} made a {type(made).__name__}")
        return made


def apart(values: Values) -> Values:
    """The values with large bytes as buffers, which travel beside the pickle; makers turn them into bytes again."""
    if bytes in map(type, values):
        return tuple(
            [PickleBuffer(value) if type(value) is bytes and len(value) >= OUT_OF_BAND else value for value in values]
        )
    return values


def explicit[T](tag: str, cls: type[T], pack: Callable[[T], Values], make: Callable[..., T]) -> tuple[Maker, Reducer]:
    """A maker that calls `make`, and what writes an object as a call of it."""
    maker = Maker(tag, cls, make)

    def reduce(value: object) -> Reduced:
        return maker, apart(pack(value))  # type: ignore[arg-type]  # the pickler's table calls it for this class alone

    return maker, reduce
