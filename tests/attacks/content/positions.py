"""Every mark and every maker in every position: often, nested, as a member, as a key. An honest writer can write each."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from brine.domain.formats import Format, encode
from tests.attacks.content.items import EMPTY, ITEMS, TAGGED, TYPES, WRAPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SMALL, LARGE = 9_000, 300_000
"""Bytes of content at most."""
DEEP, SHALLOW = 95, 45


def item_bombs(form: Format) -> Iterator[tuple[str, Callable[[], object]]]:
    """Name, and what makes the object of which the format makes so many bytes."""
    for size in (SMALL, LARGE):
        for name, item in ITEMS.items():
            yield f"{name}, often, in {size} bytes", lambda item=item, size=size: _filling(form, item(0), size)  # type: ignore[misc]  # only typed when called
            if _is_key(item(0)):
                yield (
                    f"{name}, as members, in {size} bytes",
                    lambda item=item, size=size: set(islice(_distinct(item), size // 20)),  # type: ignore[misc]  # likewise
                )
                yield (
                    f"{name}, as keys, in {size} bytes",
                    lambda item=item, size=size: dict.fromkeys(islice(_distinct(item), size // 20)),  # type: ignore[misc]  # likewise
                )
        for empty in EMPTY:
            yield (
                f"empty {type(empty).__name__}, often, in {size} bytes",
                lambda empty=empty, size=size: _filling(form, empty, size),  # type: ignore[misc]  # likewise
            )
        for name, wrap in WRAPS.items():
            depth = SHALLOW if name in TAGGED else DEEP
            yield (
                f"{name}, nested, in {size} bytes",
                lambda wrap=wrap, depth=depth, size=size: _filling(form, _nested(wrap, depth), size),  # type: ignore[misc]  # likewise
            )
            yield (
                f"{name}, nested around much, in {size} bytes",
                lambda wrap=wrap, depth=depth, size=size: _nested(wrap, depth, tuple(range(size // 8))),  # type: ignore[misc]  # likewise
            )


def _filling(form: Format, obj: object, size: int) -> list[object]:
    """So many references to it that they are not above the size."""
    return [obj] * (size // (len(encode(form, obj, TYPES)) + 1))


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
