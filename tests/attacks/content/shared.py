"""Small objects that mean a large text, since a part of them is written each time that it is met."""

from __future__ import annotations

import collections
from functools import partial
from typing import TYPE_CHECKING

from tests.attacks.content.colliding import DICT, EQUAL, SET, integers
from tests.attacks.content.items import EMPTY, ITEMS, WRAPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZE = 2_000
"""Bytes of the message that such an object came from."""
LONG = 1_500


def shared_bombs() -> Iterator[tuple[str, Callable[[], object], int]]:
    """Each name, a function that makes the object, and the bytes of the message that it came from."""
    for name, text in {
        "control characters": "\x01" * LONG,
        "quotes": '"' * LONG,
        "wide characters": "\U0001f600" * (LONG // 4),
        "a wide character among control characters": "\x01" * LONG + "\U0001f600",
        "lone surrogates": "\udcff" * (LONG // 3),
        "digits": "0" * LONG,
    }.items():
        yield name, partial(_laughs, text), SIZE
        yield f"{name}, as names", partial(_laughs, {text: text}), SIZE
        yield f"{name}, often in one list", partial(_often, text, 1_000_000), SIZE
        yield f"{name}, once in each of many lists", partial(_often, [text, None, 1.5], 500_000), SIZE
    yield "a long integer", lambda: _laughs(2**8_000), SIZE
    yield "long integers in one list", lambda: [2**8_000] * 1_000_000, SIZE
    yield "bytes", lambda: _laughs(bytes(LONG)), SIZE
    yield "floats", lambda: _laughs([1.2345678901234567e-300] * 500), SIZE
    yield "a set of sets", lambda: _laughs(frozenset(frozenset(range(at, at + 9)) for at in range(9))), SIZE
    for name, item in ITEMS.items():
        yield f"{name}, in lists of lists", partial(_laughs, item(0)), SIZE
        yield f"{name}, often", partial(_often, item(0), 1_000_000), SIZE
    for empty in EMPTY:
        yield f"empty {type(empty).__name__}, often", partial(_often, empty, 1_000_000), SIZE
    for name, wrap in WRAPS.items():
        yield f"{name}, twice at each depth", partial(_doubled, wrap), SIZE
    for cls in (dict, collections.OrderedDict, collections.Counter, set):
        probing = integers(2**9, SET if cls is set else DICT)
        for name, keys in {"one hash": [EQUAL * at for at in range(200)], "probing keys": probing}.items():
            whole = cls(dict.fromkeys(keys, 0))
            yield f"{cls.__name__} of {name}", partial(_often, whole, 20_000), 9_000


def _laughs(obj: object) -> object:
    for _ in range(7):
        obj = [obj] * 12
    return obj


def _often(obj: object, count: int) -> list[object]:
    return [obj] * count


def _doubled(wrap: Callable[[object], object]) -> object:
    obj: object = 1
    for _ in range(45):
        obj = wrap((obj, obj))
    return obj
