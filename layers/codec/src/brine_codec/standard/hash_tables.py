"""Makers of dicts and sets that count how often their keys really collide.

The gate does not see the hashes of keys, so it charges a dict as if all of its keys collided. Even a thousand honest
keys can cost too much that way. The writer then writes the dict as a call of one of these makers, which see the keys.
The argument of such a call is a list of lists. No run of the gate's patterns holds a call like that, so each call is
charged for its size.
"""

from __future__ import annotations

from brine_codec.errors import TooLarge, Undecodable
from brine_codec.gate.collisions import DICT, FEW, SECRET, SET, price
from brine_codec.standard import PREFIX
from brine_codec.standard.entry import maker_of

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from brine_codec.gate.collisions import Table
    from brine_codec.limits import Limits
    from brine_codec.standard.entry import Entry

MEMORY_PER_BYTE, STEPS_PER_BYTE = 150, 10
"""What a byte of the arguments comes to at most, and so what placing its keys may take."""
START = 2_000
"""Steps of a call for itself."""
OBJECT = 60
"""Comparisons of plain values that comparing two objects takes at most, of those that may be keys here."""
_PLAIN = frozenset({bool, bytes, complex, float, int, str, type(None)})
_OBJECTS = frozenset(
    {
        *(("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")),
        ("decimal", "Decimal"),
        ("uuid", "UUID"),
        *(("ipaddress", f"IPv{version}{kind}") for version in (4, 6) for kind in ("Address", "Interface", "Network")),
    }
)
"""Not Fractions: Python keeps their hashes in one table for the process, where they can collide once more."""


def makers(limits: Limits) -> Iterator[Entry]:  # noqa: ARG001 - what they are made of has been limited
    """dict, set and frozenset."""
    yield _entry(dict, _dict, lambda value: ([_paid(list(value), DICT), list(value.values())],))
    yield _entry(set, _set, lambda value: ([_paid(list(value), SET), None],))
    yield _entry(frozenset, _frozenset, lambda value: ([_paid(list(value), SET), None],))


def _entry[T](cls: type[T], make: Callable[[object], T], pack: Callable[[Any], tuple[object]]) -> Entry:
    inside = (MEMORY_PER_BYTE, STEPS_PER_BYTE)
    maker = maker_of(
        cls, make, tag=PREFIX + cls.__name__, memory=600, steps=START, inside=inside, multiplies=cls is frozenset
    )
    return cls, maker, lambda value: (maker, pack(value))


def is_dear(value: Any) -> bool:
    """Whether it is a dict or set with keys that might collide, all of which can be keys here."""
    return (
        type(value) in (dict, set, frozenset)
        and len(value) > FEW
        and not SECRET.issuperset(map(type, value))
        and all(map(_may_be_key, value))
    )


def _may_be_key(value: Any) -> bool:
    """A plain value, one of the standard library's, or a tuple or frozenset of these."""
    cls = type(value)
    if cls in (tuple, frozenset):
        return all(map(_may_be_key, value))
    return cls in _PLAIN or (cls.__module__, cls.__name__) in _OBJECTS


def _checked(columns: object, table: Table) -> tuple[list[Any], Any]:
    """Keys that have been paid for, and what came with them."""
    if type(columns) is not list or len(columns) != 2 or type(columns[0]) is not list:
        raise Undecodable("a dict or set is not a list of its keys and its values")
    keys, values = columns
    if not all(map(_may_be_key, keys)):
        raise Undecodable("a dict or set has a key of a type that is not written so")
    return _paid(keys, table), values


def _paid(keys: list[Any], table: Table) -> list[Any]:
    """The keys, if they do not collide too often. Raises TooLarge."""
    price(keys, table, _KeyBudget(START + STEPS_PER_BYTE * sum(map(_size, keys))).spend, _weigh)
    return keys


class _KeyBudget:
    """Steps that are left for the keys of one table."""

    def __init__(self, steps: float) -> None:
        self._steps: float = steps

    def spend(self, _: float, steps: float) -> None:
        """Raises TooLarge when all is spent."""
        self._steps -= steps
        if self._steps < 0:
            raise TooLarge("the keys of a dict or set collide too often")


def _size(key: Any) -> int:
    """Bytes that a key takes in the stream, at least."""
    cls = type(key)
    if cls is int:
        return 2 + int(key).bit_length() // 8
    if cls is float:
        return 9
    if cls in (str, bytes):
        return 2 + len(key)
    if cls in (tuple, frozenset):
        return 1 + sum(map(_size, key))
    return 1 if key is None or cls is bool else 6


def _weigh(key: Any) -> float:
    cls = type(key)
    if cls is tuple:
        return 1 + sum(map(_weigh, key))
    if cls is frozenset:
        return (4 + sum(map(_weigh, key))) * len(key)  # each is looked for among all of the other
    if cls is int:
        return 1 + int(key).bit_length() // 512
    if cls in (str, bytes):
        return 1 + len(key) // 256
    return 1 if cls in _PLAIN else OBJECT


def _dict(columns: object) -> dict[Any, Any]:
    keys, values = _checked(columns, DICT)
    if type(values) is not list or len(values) != len(keys):
        raise Undecodable("a dict has not as many values as keys")
    made = dict(zip(keys, values, strict=True))
    _unique(made, keys)
    return made


def _set(columns: object) -> set[Any]:
    keys, nothing = _checked(columns, SET)
    made = set(keys)
    _unique(made, keys, nothing)
    return made


def _frozenset(columns: object) -> frozenset[Any]:
    keys, nothing = _checked(columns, SET)
    made = frozenset(keys)
    _unique(made, keys, nothing)
    return made


def _unique(made: Any, keys: list[Any], nothing: object = None) -> None:
    if len(made) < len(keys) or nothing is not None:
        raise Undecodable("a dict or set has a key twice, or something beside its keys")
