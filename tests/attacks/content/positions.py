"""Every mark and every maker in every position: often, nested, as a member, as a key. Honest writers can write each."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from brine.domain.formats import encode
from tests.attacks.content.items import EMPTY, ITEMS, TAGGED, TYPES, WRAPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.domain.formats import Format

SMALL, LARGE = 9_000, 150_000
"""Bytes of content at most."""
DEEP, SHALLOW = 95, 45


def item_bombs(form: Format) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each name, with a function that makes the object; the format writes it in so many bytes."""
    for size in (SMALL, LARGE):
        for name, item in ITEMS.items():
            yield f"{name}, often, in {size} bytes", partial(_filling, form, item, size)
            if _is_key(item(0)):
                yield (
                    f"{name}, as members, in {size} bytes",
                    partial(_members, item, size),
                )
                yield (
                    f"{name}, as keys, in {size} bytes",
                    partial(_keys, item, size),
                )
        for empty in EMPTY:
            yield (
                f"empty {type(empty).__name__}, often, in {size} bytes",
                partial(_filling, form, partial(_same, empty), size),
            )
        for name, wrap in WRAPS.items():
            depth = SHALLOW if name in TAGGED else DEEP
            yield (
                f"{name}, nested, in {size} bytes",
                partial(_filling, form, partial(_nested, wrap, depth), size),
            )
            yield (
                f"{name}, nested around much, in {size} bytes",
                partial(_nested, wrap, depth, tuple(range(size // 8))),
            )


def _filling(form: Format, item: Callable[[int], object], size: int) -> list[object]:
    """So many references to the first that they are not above the size."""
    obj = item(0)
    return [obj] * (size // (len(encode(form, obj, TYPES)) + 1))


def _members(item: Callable[[int], object], size: int) -> set[object]:
    return set(islice(_distinct(item), size // 20))


def _keys(item: Callable[[int], object], size: int) -> dict[object, None]:
    return dict.fromkeys(islice(_distinct(item), size // 20))


def _same(obj: object, _: int) -> object:
    return obj


def _distinct(item: Callable[[int], object]) -> Iterator[object]:
    """As many as there are, up to a number that has two billion below it."""
    first, number = item(0), 0
    while number < 90_000 and (number == 0 or item(number) != first):
        yield item(number)
        number += 1


def _is_key(obj: object) -> bool:
    try:
        hash(obj)
    except TypeError:
        return False
    return True


def _nested(wrap: Callable[[object], object], depth: int, obj: object = 1) -> object:
    for _ in range(depth):
        obj = wrap(obj)
    return obj
