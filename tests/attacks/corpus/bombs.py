"""Small streams that become much: memory, depth, time."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING

from tests.attacks.assembler import (
    ADDITEMS,
    APPEND,
    APPENDS,
    EMPTY_DICT,
    EMPTY_LIST,
    EMPTY_SET,
    FROZENSET,
    MARK,
    MEMOIZE,
    NONE,
    SETITEM,
    SETITEMS,
    TUPLE,
    TUPLE1,
    TUPLE2,
    call,
    few,
    framed,
    get,
    kept,
    made,
    maker,
    mapping,
    number,
    some,
    stream,
    text,
)
from tests.attacks.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Iterator


def in_batches(item: bytes, count: int) -> list[bytes]:
    """A list of so many items, token by token."""
    tokens = [EMPTY_LIST + MEMOIZE]
    for _ in range(count // 1000):
        tokens += [MARK, *[item * 50] * 20, APPENDS]
    return tokens


def chain(wrap: bytes, depth: int) -> list[bytes]:
    return [number(1), *[wrap] * depth]


def doubled(rounds: int) -> bytes:
    """Tuples of the tuple before, twice."""
    return few(number(1)) + b"".join(get(at) + TUPLE2 + MEMOIZE for at in range(rounds))


def floods_of_slow_opcodes() -> Iterator[Attack]:
    """Streams of tens of megabytes in a few kilobytes, of opcodes that take the gate long and the reader no memory."""
    batches = {
        "marks": [MARK] * 40_000_000,
        "shared lists": in_batches(get(0), 6_000_000),
        "empty tuples": in_batches(b")", 6_000_000),
        "empty batches": [EMPTY_LIST + MEMOIZE, *[MARK + APPENDS] * 5_000_000],
        "batches of one": [EMPTY_LIST + MEMOIZE, *[MARK + NONE + APPENDS] * 5_000_000],
    }
    for name, tokens in batches.items():
        yield Attack(f"bombs: a flood of {name}", framed(tokens), alone=False, compress=True)


def copies() -> Iterator[Attack]:
    """Makers that copy one shared dict again and again, or split one shared text each time it is hashed."""
    entries = [number(at) + NONE for at in range(256, 10_256)]
    tokens = [EMPTY_LIST + MEMOIZE + MARK + EMPTY_DICT + MEMOIZE]
    for start in range(0, len(entries), 1000):
        tokens += [MARK, *entries[start : start + 1000], SETITEMS]
    tokens += [made("py:OrderedDict", get(1)), *[call(maker("py:OrderedDict", place=7), get(1))] * 800, APPENDS]
    yield Attack("bombs: copies of one dict", framed(tokens), alone=False, compress=True)
    path = kept("a/" * 30_000)
    paths = [made("py:PurePosixPath", get(1)), *[call(maker("py:PurePosixPath", place=8), get(1))] * 990]
    yield Attack(
        "bombs: a long path hashed again and again",
        framed([EMPTY_LIST + MEMOIZE + MARK + path + EMPTY_SET + MEMOIZE + MARK, *paths, ADDITEMS + APPENDS]),
    )


def attacks() -> Iterator[Attack]:
    for depth in (110, 1_000, 30_000, 300_000):
        yield Attack(f"bombs: tuple {depth} deep", framed(chain(TUPLE1 + MEMOIZE, depth)), alone=False)
        yield Attack(
            f"bombs: tuple {depth} deep as a key",
            framed([EMPTY_DICT + MEMOIZE, *chain(TUPLE1 + MEMOIZE, depth), number(1), SETITEM]),
            alone=False,
        )
        yield Attack(
            f"bombs: tuple {depth} deep in a frozenset",
            framed([MARK, *chain(TUPLE1 + MEMOIZE, depth), FROZENSET + MEMOIZE]),
            alone=False,
        )
        lists = [EMPTY_LIST + MEMOIZE] * depth + [NONE] + [APPEND] * depth
        yield Attack(f"bombs: list {depth} deep", framed(lists), alone=False)
        marked = [EMPTY_LIST + MEMOIZE + MARK] * depth + [NONE] + [APPENDS] * depth
        yield Attack(f"bombs: marked list {depth} deep", framed(marked), alone=False)
        dicts = [EMPTY_DICT + MEMOIZE + number(1)] * depth + [NONE] + [SETITEM] * depth
        yield Attack(f"bombs: dict {depth} deep", framed(dicts), alone=False)
    nested = b"".join(EMPTY_LIST + MEMOIZE + get(at) + APPEND for at in range(250))
    yield Attack("bombs: list deep through the memo", stream(some(EMPTY_LIST + MEMOIZE + nested)), alone=False)
    yield Attack("bombs: marks", framed([MARK] * 1_000_000), alone=False)
    for rounds in (25, 60, 98):
        yield Attack(f"bombs: doubled tuple {rounds}", stream(doubled(rounds)), alone=False)
        key = EMPTY_DICT + MEMOIZE + few(number(1)) + b"".join(get(at + 1) + TUPLE2 + MEMOIZE for at in range(rounds))
        yield Attack(f"bombs: doubled tuple {rounds} as a key", stream(key + number(1) + SETITEM), alone=False)
        frozen = (
            MARK + few(number(1)) + b"".join(get(at) + TUPLE2 + MEMOIZE for at in range(rounds)) + FROZENSET + MEMOIZE
        )
        alone = (
            EMPTY_SET
            + MEMOIZE
            + MARK
            + few(number(1))
            + b"".join(get(at + 1) + TUPLE2 + MEMOIZE for at in range(rounds))
        )
        yield Attack(f"bombs: doubled tuple {rounds} in a set", stream(alone + ADDITEMS), alone=False)
        yield Attack(f"bombs: doubled tuple {rounds} in a frozenset", stream(frozen), alone=False)
    wide = MARK + number(1) * 1000 + TUPLE + MEMOIZE
    wider = MARK + get(1) * 1000 + TUPLE + MEMOIZE
    keys = [EMPTY_DICT + MEMOIZE, wide, *[wider], number(1), SETITEM]
    again = [get(2) + number(1) + SETITEM] * 20_000
    yield Attack("bombs: a key of a million values", framed([*keys, *again]), alone=False)
    levels = [EMPTY_LIST + MEMOIZE + MARK + kept("lol") + get(1) * 9 + APPENDS]
    levels += [EMPTY_LIST + MEMOIZE + MARK + get(at + 1 if at else 0) * 10 + APPENDS for at in range(12)]
    yield Attack("bombs: billion laughs of lists", stream(MARK + b"".join(levels) + TUPLE + MEMOIZE), alone=False)
    maps = [EMPTY_DICT + MEMOIZE]
    maps += [EMPTY_DICT + MEMOIZE + MARK + b"".join(number(k) + get(at) for k in range(10)) + b"u" for at in range(12)]
    yield Attack("bombs: billion laughs of dicts", stream(MARK + b"".join(maps) + TUPLE + MEMOIZE), alone=False)
    yield Attack("bombs: a tuple called with itself", stream(few(number(1)) + call(get(0), get(0))))
    floods = {
        "None": NONE,
        "numbers": number(100_000),
        "floats": b"G" + bytes(8),
        "texts": kept("ab"),
        "astral texts": kept("\U0001f600" + "a" * 250),
        "lists": EMPTY_LIST + MEMOIZE,
        "dicts": EMPTY_DICT + MEMOIZE,
        "full dicts": EMPTY_DICT + MEMOIZE + NONE + NONE + SETITEM,
        "sets": EMPTY_SET + MEMOIZE,
        "frozensets": MARK + NONE + FROZENSET + MEMOIZE,
        "tuples": NONE + TUPLE1 + MEMOIZE,
        "bytearrays": b"\x96" + bytes(8) + MEMOIZE,
    }
    for name, item in floods.items():
        count = 900_000 // len(item) // 1000 * 1000
        yield Attack(
            f"bombs: a megabyte of {name}", framed(in_batches(item, max(count, 1000))), alone=False, harmless=True
        )
        many = 40_000_000 // len(item) // 1000 * 1000
        if name in ("None", "sets", "dicts", "texts", "astral texts", "floats", "tuples"):
            tokens = in_batches(item, many)
            yield Attack(
                f"bombs: 40 MB of {name}", framed(tokens), alone=False, compress=True, harmless=name == "floats"
            )
    yield from floods_of_slow_opcodes()
    yield from copies()
    deque, another = made("py:deque", some(), NONE), call(maker("py:deque", place=6), some(), NONE)
    yield Attack(
        "bombs: 100,000 deques",
        framed([EMPTY_LIST + MEMOIZE, deque, APPEND, *[another + APPEND] * 100_000]),
        alone=False,
        harmless=True,
    )
    for size in (2**10 + 9, 2**16, 2**20 - 100):
        data = b"\x01" * size
        yield Attack(f"bombs: an integer of {size} bytes", framed([b"\x8b" + pack("<i", size) + data]), alone=False)
    yield Attack("bombs: an integer of negative size", stream(b"\x8b" + pack("<i", -1)))
    yield Attack("bombs: an integer of 2 GB", stream(b"\x8b" + pack("<i", 2**31 - 1) + b"x"))
    wide_text = ("a" * 1_000_000 + "\U0001f600").encode()
    yield Attack("bombs: a wide text", framed([text(wide_text) + MEMOIZE]), harmless=True)
    huge_text = ("a" * 50_000_000 + "\U0001f600").encode()
    yield Attack(
        "bombs: a wide text of 50 MB",
        framed([text(huge_text) + MEMOIZE]),
        alone=False,
        compress=True,
    )
    yield Attack(
        "bombs: 100 MB of zeros",
        framed([b"B" + pack("<I", 100_000_000) + bytes(100_000_000) + MEMOIZE]),
        compress=True,
    )
    yield Attack("bombs: memo of many", framed([*[kept("a")] * 300_000]), alone=False)
    yield Attack(
        "bombs: a dict of everything",
        framed([EMPTY_DICT + MEMOIZE, *[number(at) + NONE + SETITEM for at in range(200_000)]]),
        alone=False,
        harmless=True,
    )
    yield Attack("bombs: nested mappings", stream(mapping((mapping((some(), NONE)), NONE))))
