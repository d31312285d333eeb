"""The callables of a stream: `rebuild`, and the makers that it returns. No stream names a class.

`rebuild("Order@3/…")` returns the maker of that tag, once per stream. The maker is called with plain fields and makes
the object. Both are immutable and have no `__dict__`, so a stream cannot change them.
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
"""Bytes from which the bytes of a field are written as an out-of-band buffer."""


class Immutable:
    """Base class of objects whose attributes are set once."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise Forbidden(f"a {type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise Forbidden(f"a {type(self).__name__} cannot be changed")


class Rebuild(Immutable):
    """The only callable of ours that a stream may name."""

    # Texts that only this class holds: the pickler would write a text that the object shares as a reference.
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


class Maker(Immutable):
    """Makes the objects of one tag from plain fields, and checks their class."""

    __slots__ = ("_cls", "_make", "tag")
    _cls: type
    _make: Callable[..., object]
    tag: str
    names: tuple[str, ...] = ()
    """The names of the fields, for a record."""
    labels: tuple[str, ...] = ()
    """What the values are called in paths of error messages, if they are no fields of a record."""
    memory: int = 700
    """Bytes that one call takes at most, besides the size of its arguments."""
    steps: int = 12
    """Time of one call at most, besides that of its arguments, in steps of 100 ns."""
    memory_per_byte: float = 0
    steps_per_byte: float = 0
    """Memory and steps for each byte of the arguments, if their content is copied or checked."""
    comparisons: int = 4
    """Comparisons of plain values to compare two of its objects, besides those of their arguments."""
    compares_all_pairs: bool = False
    """Whether comparing two objects looks for each part of one among all parts of the other."""
    has_random_hash: bool = False
    """Whether the hash of its objects is randomized in each process, so that no sender can choose it."""

    restores_state: bool = False
    """Whether its objects have a `__setstate__` of a library, which no stream may reach (BUILD)."""

    def __init__(self, tag: str, cls: type, make: Callable[..., object]) -> None:
        object.__setattr__(self, "tag", tag)
        object.__setattr__(self, "_cls", cls)
        object.__setattr__(self, "_make", make)

    def __call__(self, *fields: object) -> object:
        try:
            made = self._make(*[bytes(field) if type(field) is memoryview else field for field in fields])
        except CodecError:
            raise
        except Exception as error:  # noqa: BLE001 - the caller's class may raise any type, and its message may show data
            raise Undecodable(f"{shown(self.tag)} refused its fields: {type(error).__name__}") from None
        if type(made) is not self._cls:
            raise Undecodable(f"{shown(self.tag)} made a {type(made).__name__}")
        return made


def with_buffers(values: Values) -> Values:
    """Return the values with large bytes as out-of-band buffers. Makers turn these into bytes again."""
    if bytes in map(type, values):
        return tuple(
            [PickleBuffer(value) if type(value) is bytes and len(value) >= OUT_OF_BAND else value for value in values]
        )
    return values


def explicit[T](tag: str, cls: type[T], pack: Callable[[T], Values], make: Callable[..., T]) -> tuple[Maker, Reducer]:
    """Return a maker that calls `make`, and the reducer that writes an object as a call of this maker."""
    maker = Maker(tag, cls, make)

    def reduce(value: object) -> Reduced:
        return maker, with_buffers(pack(value))  # type: ignore[arg-type]  # the dispatch table passes objects of this class only

    return maker, reduce


def check_not_callable(cls: type) -> None:
    """Raise TypeError for a class with `__call__`: a stream could call its objects."""
    if any("__call__" in vars(base) for base in cls.__mro__):
        raise TypeError(f"{cls.__qualname__} has __call__: a stream could call its objects")
