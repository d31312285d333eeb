"""Opcodes that fill containers, aimed at objects of other types: they call the methods of any object that they find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks.assembler import (
    ADDITEMS,
    APPEND,
    APPENDS,
    BUILD,
    EMPTY_LIST,
    MARK,
    MEMOIZE,
    NONE,
    REBUILD,
    SETITEM,
    SETITEMS,
    get,
    kept,
    made,
    maker,
    mapping,
    members,
    number,
    some,
    stream,
)
from tests.attacks.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Iterator

FILLS = {
    "APPEND": number(1) + APPEND,
    "APPENDS": MARK + number(1) + number(2) + APPENDS,
    "APPENDS of none": MARK + APPENDS,
    "SETITEM": number(0) + number(1) + SETITEM,
    "SETITEMS": MARK + number(0) + number(1) + SETITEMS,
    "ADDITEMS": MARK + number(0) + number(1) + ADDITEMS,
    "BUILD": number(1) + BUILD,
}
TARGETS = {
    "a cart": made("Cart@1", kept("x")),
    "a member": made("Mood@1", kept("GOOD")),
    "rebuild": REBUILD,
    "a maker": maker("Cart@1"),
    "a type": maker("py:timedelta"),
    "a deque": made("py:deque", some(), NONE),
    "a Counter": made("py:Counter", mapping()),
    "an OrderedDict": made("py:OrderedDict", mapping()),
    "a defaultdict": made("py:defaultdict", NONE, mapping()),
    "a text": kept("x"),
    "a tuple": number(1) + number(2) + b"\x86" + MEMOIZE,
    "None": NONE,
}
CONTAINERS = {"a list": some(number(1)), "a dict": mapping((number(1), number(1))), "a set": members(number(1))}
FITTING = {
    "a list": ("APPEND", "APPENDS", "APPENDS of none"),
    "a dict": ("SETITEM", "SETITEMS"),
    "a set": ("ADDITEMS",),
}


def attacks() -> Iterator[Attack]:
    for name, target in TARGETS.items():
        for fill, code in FILLS.items():
            inert = fill == "APPENDS of none"  # only the token itself is left then
            alone = name in ("rebuild", "a maker", "a type") and not inert
            yield Attack(f"targets: {fill} {name}", stream(target + code), alone=alone)
    for name, target in CONTAINERS.items():
        for fill, code in FILLS.items():
            fits = fill in FITTING[name]
            yield Attack(f"targets: {fill} {name}", stream(target + code), alone=False, harmless=fits)
            yield Attack(f"targets: {fill} {name} from the memo", stream(some(target) + get(1) + code), alone=False)
    grow = b"".join(EMPTY_LIST + MEMOIZE + get(at) + APPEND for at in range(200))
    yield Attack("targets: a list grown from the memo", stream(some(EMPTY_LIST + MEMOIZE + grow)), alone=False)
