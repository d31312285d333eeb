"""Makers of dicts and sets that count the real collisions of their keys.

The gate does not know the hashes of keys, so it charges a dict as if all of its keys collided. This can be too much
even for a thousand ordinary keys. The writer then writes the dict as a call of one of these makers, which see the keys.
The argument of such a call is a list of lists. The patterns of the gate never match such a call as part of a run, so
each call is charged by its size.
"""

from __future__ import annotations

from brine_codec.errors import TooLarge, Undecodable
from brine_codec.gate.collisions import DICT, RANDOM_HASH, SET, SMALLEST_TABLE_KEYS, charge_keys
from brine_codec.standard import PREFIX
from brine_codec.standard.entry import maker_of

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from brine_codec.gate.collisions import Table
    from brine_codec.limits import Limits
    from brine_codec.standard.entry import StandardEntry

MEMORY_PER_BYTE, STEPS_PER_BYTE = 150, 10
"""Memory and steps for each byte of the arguments. The steps are also the limit for placing the keys."""
STEPS_PER_CALL = 2_000
"""Steps of a call, besides its arguments."""
COMPARISONS_OF_OBJECT = 60
"""Comparisons of plain values to compare two objects of `_OBJECTS` at most."""
_PLAIN = frozenset({bool, bytes, complex, float, int, str, type(None)})
_OBJECTS = frozenset(
    {
        *(("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")),
        ("decimal", "Decimal"),
        ("uuid", "UUID"),
        *(("ipaddress", f"IPv{version}{kind}") for version in (4, 6) for kind in ("Address", "Interface", "Network")),
    }
)
"""Fractions are missing: Python keeps their hashes in one table for the whole process, where they can collide again."""


def makers(limits: Limits) -> Iterator[StandardEntry]:  # noqa: ARG001 - the arguments are limited already
    """Yield the makers of dict, set and frozenset."""
    yield _entry(dict, _dict, lambda value: ([_charged(list(value), DICT), list(value.values())],))
    yield _entry(set, _set, lambda value: ([_charged(list(value), SET), None],))
    yield _entry(frozenset, _frozenset, lambda value: ([_charged(list(value), SET), None],))


def _entry[T](cls: type[T], make: Callable[[object], T], pack: Callable[[Any], tuple[object]]) -> StandardEntry:
    per_byte = (MEMORY_PER_BYTE, STEPS_PER_BYTE)
    maker = maker_of(
        cls,
        make,
        tag=PREFIX + cls.__name__,
        memory=600,
        steps=STEPS_PER_CALL,
        per_byte=per_byte,
        compares_all_pairs=cls is frozenset,
    )
    return cls, maker, lambda value: (maker, pack(value))


def may_collide(value: Any) -> bool:
    """Return whether `value` is a dict or set whose keys may collide, and may all be written by these makers."""
    return (
        type(value) in (dict, set, frozenset)
        and len(value) > SMALLEST_TABLE_KEYS
        and not RANDOM_HASH.issuperset(map(type, value))
        and all(map(_may_be_key, value))
    )


def _may_be_key(value: Any) -> bool:
    """Return whether it is a plain value, one of `_OBJECTS`, or a tuple or frozenset of these."""
    cls = type(value)
    if cls in (tuple, frozenset):
        return all(map(_may_be_key, value))
    return cls in _PLAIN or (cls.__module__, cls.__name__) in _OBJECTS


def _checked(columns: object, table: Table) -> tuple[list[Any], Any]:
    """Return the keys, which have been charged, and the rest of the argument."""
    if type(columns) is not list or len(columns) != 2 or type(columns[0]) is not list:
        raise Undecodable("a dict or set is not a list of its keys and its values")
    keys, values = columns
    if not all(map(_may_be_key, keys)):
        raise Undecodable("a dict or set has a key of a type that is never written in this form")
    return _charged(keys, table), values


def _charged(keys: list[Any], table: Table) -> list[Any]:
    """Return the keys. Raises TooLarge if they collide too often."""
    charge_keys(keys, table, _KeyBudget(STEPS_PER_CALL + STEPS_PER_BYTE * sum(map(_size, keys))).spend, _comparisons_of)
    return keys


class _KeyBudget:
    """The steps that are left for the keys of one table."""

    def __init__(self, steps: float) -> None:
        self._steps: float = steps

    def spend(self, _: float, steps: float) -> None:
        """Draw steps. Raises TooLarge if all are used up."""
        self._steps -= steps
        if self._steps < 0:
            raise TooLarge("the keys of a dict or set collide too often")


def _size(key: Any) -> int:
    """Return the bytes that a key takes in the stream, at least."""
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


def _comparisons_of(key: Any) -> float:
    cls = type(key)
    if cls is tuple:
        return 1 + sum(map(_comparisons_of, key))
    if cls is frozenset:
        return (4 + sum(map(_comparisons_of, key))) * len(key)  # each part is looked for among all other parts
    if cls is int:
        return 1 + int(key).bit_length() // 512
    if cls in (str, bytes):
        return 1 + len(key) // 256
    return 1 if cls in _PLAIN else COMPARISONS_OF_OBJECT


def _dict(columns: object) -> dict[Any, Any]:
    keys, values = _checked(columns, DICT)
    if type(values) is not list or len(values) != len(keys):
        raise Undecodable("a dict has not as many values as keys")
    made = dict(zip(keys, values, strict=True))
    _unique(made, keys)
    return made


def _set(columns: object) -> set[Any]:
    keys, rest = _checked(columns, SET)
    made = set(keys)
    _unique(made, keys, rest)
    return made


def _frozenset(columns: object) -> frozenset[Any]:
    keys, rest = _checked(columns, SET)
    made = frozenset(keys)
    _unique(made, keys, rest)
    return made


def _unique(made: Any, keys: list[Any], rest: object = None) -> None:
    if len(made) < len(keys) or rest is not None:
        raise Undecodable("a dict or set has a duplicate key, or more than its keys")
