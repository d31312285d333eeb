"""Streams that take more memory or time than their bytes suggest."""

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
    EMPTY_TUPLE,
    FROZENSET,
    MARK,
    MEMOIZE,
    NEXT_BUFFER,
    NONE,
    READONLY_BUFFER,
    SETITEM,
    SETITEMS,
    TRUE,
    TUPLE,
    TUPLE1,
    TUPLE2,
    TUPLE3,
    call,
    few,
    framed,
    introduction,
    kept,
    made,
    number,
    real,
    text,
)
from tests.attacks.attack import Attack
from tests.attacks.corpus.filling import LONG, filled, largest
from tests.attacks.victim import DEAR, TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIZES = (4, 12, 31, 32, 127, 128, 129, 254, 255, 256, 300, 1_000, 4_000, 65_535, 300_000)
SIZES = _SIZES if LONG else _SIZES[1::3]
GROWTH = (1, 4, 5, 6, 11, 19, 22, 43, 77, 86, 171, 307) if LONG else (5, 19, 86)
"""Numbers of items at which dicts or sets have just grown."""
WIDE = {"emoji": "\U0001f600", "Greek": "\u03b1", "accents": "\u00e9", "NUL": "\0"}


def texts() -> Iterator[tuple[str, bytes]]:
    """Texts in which one character makes all of them wide, or that get long when they are shown."""
    for size in SIZES:
        for name, wide in WIDE.items():
            yield f"texts of {size} bytes with {name}", kept("a" * (size - len(wide.encode())) + wide)
        yield f"texts of {size} NULs", kept("\0" * size)
        yield f"bytes of {size}", _bytes(size)
        yield f"bytearrays of {size}", b"\x96" + pack("<Q", size) + bytes(size) + MEMOIZE


def _bytes(size: int) -> bytes:
    return (b"C" + pack("<B", size) if size < 256 else b"B" + pack("<I", size)) + bytes(size) + MEMOIZE


def containers() -> Iterator[tuple[str, bytes]]:
    """Sets and dicts that have just grown, and containers that are single, empty or nested."""
    for count in GROWTH:
        numbers = b"".join(number(at) for at in range(count))
        pairs = b"".join(number(at) + NONE for at in range(count))
        named = b"".join(kept(f"{at:x}") + NONE for at in range(count))
        yield f"sets of {count} numbers", EMPTY_SET + MEMOIZE + MARK + numbers + ADDITEMS
        yield f"frozensets of {count} numbers", MARK + numbers + FROZENSET + MEMOIZE
        yield f"dicts of {count} numbers", EMPTY_DICT + MEMOIZE + MARK + pairs + SETITEMS
        yield f"dicts of {count} texts", EMPTY_DICT + MEMOIZE + MARK + named + SETITEMS
        for tag in ("py:OrderedDict", "py:Counter"):
            yield f"{tag[3:]}s of {count} numbers", made(tag, EMPTY_DICT + MEMOIZE + MARK + pairs + SETITEMS)
        yield f"deques of {count}", made("py:deque", EMPTY_LIST + MEMOIZE + MARK + NONE * count + APPENDS, NONE)
    yield "sets of singletons", EMPTY_SET + MEMOIZE + MARK + NONE + TRUE + EMPTY_TUPLE + ADDITEMS
    yield "frozensets of singletons", MARK + NONE + TRUE + EMPTY_TUPLE + number(5) + number(6) + FROZENSET + MEMOIZE
    yield "lists of one", EMPTY_LIST + MEMOIZE + NONE + APPEND
    yield "lists of one, marked", EMPTY_LIST + MEMOIZE + MARK + NONE + APPENDS
    yield "dicts of one", EMPTY_DICT + MEMOIZE + NONE + NONE + SETITEM
    yield "dicts of one text", EMPTY_DICT + MEMOIZE + kept("") + NONE + SETITEM
    for count, end in enumerate((TUPLE1, TUPLE2, TUPLE3), 1):
        yield f"tuples of {count}", NONE * count + end + MEMOIZE
    for count in (4, 5, 100):
        yield f"tuples of {count}", MARK + NONE * count + TUPLE + MEMOIZE
    for name, empty in {
        "lists": EMPTY_LIST,
        "dicts": EMPTY_DICT,
        "sets": EMPTY_SET,
        "frozensets": MARK + FROZENSET,
        "tuples, marked": MARK + TUPLE,
    }.items():
        yield f"empty {name}", empty + MEMOIZE
    yield "nested tuples", NONE + (TUPLE1 + MEMOIZE) * 97
    yield "nested lists", (EMPTY_LIST + MEMOIZE) * 97 + NONE + APPEND * 97
    yield "nested lists, marked", (EMPTY_LIST + MEMOIZE + MARK) * 97 + NONE + APPENDS * 97
    yield "nested frozensets", MARK * 97 + (FROZENSET + MEMOIZE) * 97


def values() -> Iterator[tuple[str, bytes]]:
    """Leaves, and runs of them in which a last opcode has to look at each."""
    yield "None", NONE
    yield "empty tuples", EMPTY_TUPLE
    yield "numbers of 1 byte", number(7)
    yield "numbers of 2 bytes", b"M\x00\x80"
    yield "numbers of 4 bytes", number(2**30)
    yield "numbers of 8 bytes", number(2**62)
    yield "floats", real(1.5)
    for size in (9, 255, 256, 1_024):
        yield f"integers of {size} bytes", number(2 ** (8 * size - 2))
    yield "Nones before a tuple", NONE * 9_998 + TUPLE1 + MEMOIZE
    yield "empty bytes before a tuple", (b"C\0" + MEMOIZE) * 9_998 + TUPLE1 + MEMOIZE
    yield "empty bytes in a set", EMPTY_SET + MEMOIZE + MARK + (b"C\0" + MEMOIZE) * 9_999 + ADDITEMS
    yield "the same text in a set", EMPTY_SET + MEMOIZE + MARK + kept("") * 9_999 + ADDITEMS
    yield "empty lists before a tuple", (EMPTY_LIST + MEMOIZE) * 9_998 + TUPLE1 + MEMOIZE
    yield "what is dear to check", made(DEAR, EMPTY_LIST + MEMOIZE + MARK + NONE * 9_999 + APPENDS)
    lists = (EMPTY_LIST + MEMOIZE + MARK + number(1) * 5 + APPENDS) * 999
    yield "lists that are dear to check", made(DEAR, EMPTY_LIST + MEMOIZE + MARK + lists + APPENDS)


def wholes() -> Iterator[Attack]:
    """Attacks that are no list of one unit."""
    tag = TAGS["Open"]
    for name, unit in {"texts": text("a" * 256), "Nones": NONE * 100, "calls that look so": number(104) * 50}.items():
        head = b"".join(introduction(tag, place) for place in range(256))
        yield largest(
            lambda count, head=head, unit=unit, name=name: Attack(  # type: ignore[misc]  # bound at once
                f"estimates: 256 makers and many {name}",
                framed([head + EMPTY_LIST + MARK, unit * count, APPENDS]),
                alone=False,
                harmless=True,
                compress=True,
            ),
            200_000,
            9_000,
        )
    buffer = NEXT_BUFFER + READONLY_BUFFER
    for size in (20_000_000, 30_000_000, 44_000_000):
        yield Attack(
            f"estimates: a buffer of {size} bytes in a record",
            framed([made(tag, buffer)]),
            buffers=(bytes(size),),
            alone=False,
            harmless=True,
            compress=True,
        )
    shape = few(number(10_000), number(1_000))
    yield Attack(
        "estimates: an array in a buffer",
        framed([made("np:ndarray", kept("|b1"), shape, kept("C"), buffer)]),
        buffers=(bytes(10_000_000),),
        alone=False,
        harmless=True,
        compress=True,
    )
    for count in (10_000, 60_000):
        yield Attack(
            f"estimates: {count} empty buffers",
            framed([EMPTY_LIST + MEMOIZE + MARK, made(tag, buffer) * count, APPENDS]),
            buffers=(b"",) * count,
            alone=False,
            harmless=True,
            compress=True,
        )
        yield Attack(
            f"estimates: one call with {count} empty buffers",
            framed([call(MARK + buffer * count + TUPLE)]),
            buffers=(b"",) * count,
            alone=False,
            compress=True,
        )
    for size in (4_000_000, 8_000_000, 12_000_000):
        for name, wide in WIDE.items():
            content = kept("a" * size + wide)
            yield Attack(
                f"estimates: one text of {size} bytes with {name}",
                framed([content]),
                alone=False,
                harmless=True,
                compress=True,
            )


def attacks() -> Iterator[Attack]:
    for place, (name, unit) in enumerate((*texts(), *containers(), *values())):
        yield from filled(f"estimates: {name}", unit, place)
    yield from wholes()
