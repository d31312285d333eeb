"""Pickle opcodes put together by hand. Each function gives bytes; `stream` makes a whole of them.

There are two dialects. A tree stream, which envelopes of other parties hold, has makers at its head and no memo. A
graph stream, as the pickler writes it on its own, puts all that it makes into the memo. The environment variable
BRINE_DIALECT chooses between `tree`, the default, and `graph`, so that one corpus tries both.
"""

from __future__ import annotations

import os
import re
from struct import pack

TREE = os.environ.get("BRINE_DIALECT", "tree") == "tree"

MARK, STOP, POP, POP_MARK, DUP = b"(", b".", b"0", b"1", b"2"
NONE, TRUE, FALSE = b"N", b"\x88", b"\x89"
MEMOIZE = b"" if TREE else b"\x94"
EMPTY_TUPLE, TUPLE, TUPLE1, TUPLE2, TUPLE3 = b")", b"t", b"\x85", b"\x86", b"\x87"
EMPTY_LIST, APPEND, APPENDS = b"]", b"a", b"e"
EMPTY_DICT, SETITEM, SETITEMS = b"}", b"s", b"u"
EMPTY_SET, ADDITEMS, FROZENSET = b"\x8f", b"\x90", b"\x91"
STACK_GLOBAL, REDUCE, BUILD, OBJ, NEWOBJ, NEWOBJ_EX = b"\x93", b"R", b"b", b"o", b"\x81", b"\x92"
BINPERSID, NEXT_BUFFER, READONLY_BUFFER = b"Q", b"\x97", b"\x98"


def text(value: str | bytes) -> bytes:
    """SHORT_BINUNICODE or BINUNICODE, without MEMOIZE."""
    data = value.encode() if isinstance(value, str) else value
    return b"\x8c" + pack("<B", len(data)) + data if len(data) < 256 else b"X" + pack("<I", len(data)) + data


def kept(value: str | bytes) -> bytes:
    """A text as the writer has it: in a graph, with MEMOIZE."""
    return text(value) + MEMOIZE


def number(value: int) -> bytes:
    """The shortest integer opcode."""
    if 0 <= value < 256:
        return b"K" + pack("<B", value)
    if -(2**31) <= value < 2**31:
        return b"J" + pack("<i", value)
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + pack("<B", len(data)) + data if len(data) < 256 else b"\x8b" + pack("<i", len(data)) + data


def real(value: float) -> bytes:
    """BINFLOAT."""
    return b"G" + pack(">d", value)


def get(index: int) -> bytes:
    """BINGET or LONG_BINGET."""
    return b"h" + pack("<B", index) if index < 256 else b"j" + pack("<I", index)


def put(index: int) -> bytes:
    """LONG_BINPUT."""
    return b"r" + pack("<I", index)


def stack_global(module: str, name: str) -> bytes:
    """The object of this name, as protocol 4 asks for it, with the MEMOIZEs that the writer would add."""
    return kept(module) + kept(name) + STACK_GLOBAL + MEMOIZE


def old_global(module: str, name: str) -> bytes:
    """GLOBAL, of protocol 0."""
    return f"c{module}\n{name}\n".encode()


def few(*items: bytes) -> bytes:
    """A tuple, memoised unless it is empty."""
    if not items:
        return EMPTY_TUPLE
    if len(items) <= 3:
        return b"".join(items) + (TUPLE1, TUPLE2, TUPLE3)[len(items) - 1] + MEMOIZE
    return MARK + b"".join(items) + TUPLE + MEMOIZE


def some(*items: bytes) -> bytes:
    """A list, in batches as the writer makes them."""
    batches = [items[at : at + 1000] for at in range(0, len(items), 1000)]
    return EMPTY_LIST + MEMOIZE + b"".join(MARK + b"".join(batch) + APPENDS for batch in batches)


def mapping(*pairs: tuple[bytes, bytes]) -> bytes:
    """A dict, in batches as the writer makes them."""
    batches = [pairs[at : at + 1000] for at in range(0, len(pairs), 1000)]
    return EMPTY_DICT + MEMOIZE + b"".join(MARK + b"".join(k + v for k, v in batch) + SETITEMS for batch in batches)


def members(*items: bytes) -> bytes:
    """A set, in batches as the writer makes them."""
    batches = [items[at : at + 1000] for at in range(0, len(items), 1000)]
    return EMPTY_SET + MEMOIZE + b"".join(MARK + b"".join(batch) + ADDITEMS for batch in batches)


def call(function: bytes, *arguments: bytes) -> bytes:
    """REDUCE, memoised."""
    return function + few(*arguments) + REDUCE + MEMOIZE


REBUILD = stack_global("brine_codec", "rebuild")


def maker(tag: str, place: int | None = None) -> bytes:
    """The maker of a tag. In a graph it may already have a place in the memo; `stream` introduces it in a tree."""
    if TREE:
        return b"\0maker<" + tag.encode().hex().encode() + b">"
    return call(REBUILD, kept(tag)) if place is None else get(place)


def made(tag: str, *fields: bytes) -> bytes:
    """An object by a maker of ours, as the writer has it."""
    return call(maker(tag), *fields)


def introduced(content: bytes) -> bytes:
    """Content in which makers have their places, after the opcodes that introduce them."""
    places: dict[bytes, int] = {}

    def placed(match: re.Match[bytes]) -> bytes:
        return b"h" + pack("<B", places.setdefault(match[1], len(places)))

    content = re.sub(rb"\0maker<([0-9a-f]*)>", placed, content)
    return b"".join([introduction(bytes.fromhex(tag.decode()), place) for tag, place in places.items()]) + content


def introduction(tag: str | bytes, place: int) -> bytes:
    """The opcodes that put the maker of a tag into a place of the memo."""
    return REBUILD + text(tag) + TUPLE1 + REDUCE + b"q" + pack("<B", place) + POP


def frames(content: bytes, size: int = 60_000) -> bytes:
    """Content in frames that end anywhere: for content that fits into one frame, or a reader that ignores frames."""
    if len(content) < 4:
        return content
    return b"".join(
        b"\x95" + pack("<Q", len(content[at : at + size])) + content[at : at + size]
        for at in range(0, len(content), size)
    )


def stream(*parts: bytes, protocol: int = 5) -> bytes:
    """Protocol, one frame, STOP."""
    content = introduced(b"".join(parts) + STOP)
    return b"\x80" + pack("<B", protocol) + (frames(content, len(content)) if protocol >= 4 else content)


def framed(tokens: list[bytes], *tail: bytes) -> bytes:
    """A stream of many tokens. In a graph, a new frame begins whenever one has 64 KiB, as the writer does it."""
    if TREE:
        return stream(*tokens, *tail)
    whole, frame, size = [b"\x80\x05"], list[bytes](), 0
    for token in [*tokens, *tail, STOP]:
        frame.append(token)
        size += len(token)
        if size >= 65_536:
            whole.append(frames(b"".join(frame), size))
            frame, size = [], 0
    whole.append(frames(b"".join(frame), max(size, 1)))
    return b"".join(whole)
