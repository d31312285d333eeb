"""Streams that are not whole: cut, doubled, unbalanced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks.assembler import (
    ADDITEMS,
    APPEND,
    APPENDS,
    EMPTY_DICT,
    EMPTY_LIST,
    EMPTY_SET,
    EMPTY_TUPLE,
    FROZENSET,
    MARK,
    MEMOIZE,
    NONE,
    REBUILD,
    REDUCE,
    SETITEM,
    SETITEMS,
    STOP,
    TREE,
    TUPLE,
    TUPLE1,
    TUPLE2,
    TUPLE3,
    call,
    few,
    frames,
    get,
    kept,
    maker,
    mapping,
    members,
    number,
    some,
    stack_global,
    stream,
    text,
)
from tests.attacks.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Iterator

HONEST = stream(mapping((kept("a"), some(number(1), kept("b"))), (kept("c"), few(number(1), number(2)))))
PROTOCOLS = {
    "protocol 0": b"N.",
    "protocol 1": b"(lp0\n.",
    "protocol 2": b"\x80\x02N.",
    "protocol 3": b"\x80\x03N.",
    "protocol 4": b"\x80\x04N.",
    "protocol 6": b"\x80\x06N.",
    "protocol 5 twice": b"\x80\x05\x80\x05N.",
    "nothing": b"\x80\x05",
    "only the end": b"\x80\x05.",
    "JSON": b'{"a": 1}',
    "marshal": b"\xe3\x00\x00\x00\x00",
    "text": b"hello world, this is text",
}
UNBALANCED = {
    "two values": number(1) + number(2),
    "a mark left": MARK + number(1),
    "a mark below": MARK + number(1) + MARK + number(2) + TUPLE + MEMOIZE,
    "no mark": number(1) + TUPLE + MEMOIZE,
    "no mark for APPENDS": EMPTY_LIST + MEMOIZE + APPENDS,
    "TUPLE1 of none": TUPLE1 + MEMOIZE,
    "TUPLE2 of one": number(1) + TUPLE2 + MEMOIZE,
    "TUPLE3 across a mark": number(1) + MARK + number(1) + number(2) + TUPLE3 + MEMOIZE,
    "APPEND of none": EMPTY_LIST + MEMOIZE + APPEND,
    "APPEND across a mark": EMPTY_LIST + MEMOIZE + MARK + number(1) + APPEND,
    "SETITEM of one": EMPTY_DICT + MEMOIZE + number(1) + SETITEM,
    "SETITEMS of three": EMPTY_DICT + MEMOIZE + MARK + number(1) + number(2) + number(3) + SETITEMS,
    "ADDITEMS below": MARK + number(1) + ADDITEMS,
    "REDUCE of one": EMPTY_TUPLE + REDUCE + MEMOIZE,
    "REDUCE of data": number(1) + EMPTY_TUPLE + REDUCE + MEMOIZE,
    "REDUCE of a text": kept("x") + few(number(1)) + REDUCE + MEMOIZE,
    "REDUCE with a list": REBUILD + some(kept("Open@1")) + REDUCE + MEMOIZE,
    "REDUCE with a number": REBUILD + number(1) + REDUCE + MEMOIZE,
    "REDUCE of a made object": call(call(maker("Cart@1"), kept("x")), number(1)),
    "rebuild of rebuild": call(REBUILD, get(2)),
    "rebuild of nothing": call(REBUILD),
    "rebuild of two": call(REBUILD, kept("Open@1"), kept("x")),
    "rebuild of a number": call(REBUILD, number(1)),
    "rebuild of a list": call(REBUILD, some()),
    "rebuild of bytes": call(REBUILD, b"C\x06Cart@1" + MEMOIZE),
    "a maker in a list": some(maker("Cart@1")),
    "a maker as a key": mapping((maker("Cart@1"), number(1))),
    "rebuild in a list": some(REBUILD),
    "a type in a tuple": few(stack_global("datetime", "date")),
    "a list as a key": mapping((some(), number(1))),
    "a dict as a member": members(mapping()),
    "a set in a frozenset": MARK + members() + FROZENSET + MEMOIZE,
    "a bytearray as a key": mapping((b"\x96" + bytes(8) + MEMOIZE, number(1))),
    "a tuple of a list as a key": mapping((few(some()), number(1))),
    "a recursive tuple": EMPTY_LIST + MEMOIZE + get(0) + TUPLE1 + MEMOIZE + APPEND + b"0" + get(1),
    "a set in itself": EMPTY_SET + MEMOIZE + MARK + get(0) + ADDITEMS,
    "a dict keyed by itself": EMPTY_DICT + MEMOIZE + get(0) + number(1) + SETITEM,
    "a batch of 1,001": EMPTY_LIST + MEMOIZE + MARK + number(1) * 1001 + APPENDS,
    "a long form of a short text": b"X\x01\x00\x00\x00a" + MEMOIZE,
    "a long form of short bytes": b"B\x01\x00\x00\x00a" + MEMOIZE,
    "a text that is not UTF-8": text(b"\xff") + MEMOIZE,
}


def attacks() -> Iterator[Attack]:
    for name, code in PROTOCOLS.items():
        yield Attack(f"structure: {name}", code, alone=name != "protocol 5 twice")
    for name, code in UNBALANCED.items():
        honest = name.startswith(
            ("a recursive", "a batch", "a long form", "a maker in", "a maker as", "rebuild in", "a type in")
        )
        inert = name in ("two values", "a mark left", "a mark below", "APPEND of none", "no mark for APPENDS")
        tree = TREE and name == "a batch of 1,001"
        yield Attack(f"structure: {name}", stream(code), alone=not (honest or inert), harmless=tree)
    for length in range(2, len(HONEST)):
        yield Attack(f"structure: cut at {length}", HONEST[:length])
    yield Attack("structure: no end", HONEST[:-1])
    yield Attack("structure: two ends", HONEST + STOP, alone=False)
    yield Attack("structure: another pickle after the end", HONEST + HONEST, alone=False)
    yield Attack(
        "structure: code after the end", HONEST + stream(call(stack_global("os", "system"), kept("true"))), alone=False
    )
    yield Attack("structure: a tail inside of the frame", b"\x80\x05" + frames(NONE + STOP + NONE + STOP), alone=False)
