"""Out-of-band buffers: too many, too few, and in the wrong places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks.assembler import (
    NEXT_BUFFER,
    NONE,
    READONLY_BUFFER,
    kept,
    made,
    mapping,
    members,
    number,
    some,
    stream,
)
from tests.attacks.attack import Attack
from tests.attacks.victim import TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

BOTH = NEXT_BUFFER + READONLY_BUFFER
ONE = (b"a buffer",)


def attacks() -> Iterator[Attack]:
    yield Attack("buffers: none given", stream(BOTH))
    yield Attack("buffers: too few", stream(some(BOTH, BOTH)), buffers=ONE)
    yield Attack("buffers: too many", stream(NONE), buffers=ONE)
    yield Attack("buffers: a thousand too many", stream(some(BOTH)), buffers=ONE * 1000)
    yield Attack("buffers: 70,000", stream(some(*[BOTH] * 70_000)), buffers=(b"",) * 70_000)
    yield Attack("buffers: READONLY of data", stream(number(1) + READONLY_BUFFER))
    yield Attack("buffers: READONLY of nothing", stream(READONLY_BUFFER))
    yield Attack("buffers: READONLY twice", stream(BOTH + READONLY_BUFFER), buffers=ONE, alone=False)
    yield Attack("buffers: as a key", stream(mapping((BOTH, NONE))), buffers=ONE, alone=False)
    yield Attack("buffers: as a member", stream(members(BOTH)), buffers=ONE, alone=False)
    yield Attack("buffers: as data", stream(BOTH), buffers=ONE, alone=False)
    yield Attack("buffers: in the place of a tag", stream(made("Cart@1", BOTH)), buffers=ONE)
    yield Attack("buffers: in the place of a number", stream(made(TAGS["Strict"], BOTH, some())), buffers=ONE)
    yield Attack("buffers: a Decimal", stream(made("py:Decimal", BOTH)), buffers=ONE)
    yield Attack("buffers: a factory", stream(made("py:defaultdict", BOTH, mapping())), buffers=ONE)
    yield Attack("buffers: a path", stream(made("py:PurePosixPath", BOTH)), buffers=ONE)
    yield Attack("buffers: a name", stream(made("Mood@1", BOTH)), buffers=(b"GOOD",))
    yield Attack("buffers: text after", stream(some(BOTH, kept("x")), protocol=4), buffers=ONE)
