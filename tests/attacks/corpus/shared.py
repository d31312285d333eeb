"""One object used many times: each use would cost as much as the object, but the budget would count only one.

A tree has no way to write that, so the gate must refuse each attack. In a graph it is the memo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.attacks.assembler import (
    ADDITEMS,
    APPENDS,
    EMPTY_DICT,
    EMPTY_LIST,
    EMPTY_SET,
    FROZENSET,
    MARK,
    MEMOIZE,
    NEXT_BUFFER,
    NONE,
    POP,
    READONLY_BUFFER,
    REDUCE,
    SETITEMS,
    STOP,
    TREE,
    TUPLE1,
    call,
    few,
    framed,
    frames,
    get,
    introduction,
    kept,
    made,
    maker,
    mapping,
    number,
    put,
    some,
    text,
)
from tests.attacks.attack import Attack
from tests.attacks.victim import TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES = 50_000
BUFFER = NEXT_BUFFER + READONLY_BUFFER
PLACE = 77
KEEPS = {"BINPUT": b"q" + bytes([PLACE]), "LONG_BINPUT": put(PLACE), "PUT": b"p77\n", "MEMOIZE": b"\x94"}
USES = {"BINGET": b"h" + bytes([PLACE]), "LONG_BINGET": b"j" + PLACE.to_bytes(4, "little"), "GET": b"g77\n"}
THINGS = {
    "an argument tuple": kept("x") + TUPLE1,
    "an argument tuple with a buffer": BUFFER + TUPLE1,
    "a buffer": BUFFER,
    "a long text": text("a" * 100_000),
    "a dict": EMPTY_DICT + MARK + b"".join(number(at) + NONE for at in range(1_000)) + SETITEMS,
    "a list": EMPTY_LIST + MARK + NONE * 1_000 + APPENDS,
    "a set": EMPTY_SET + MARK + number(1) + ADDITEMS,
    "a frozenset": MARK + number(1) + FROZENSET,
    "a maker": maker("Cart@1"),
    "an object": made("Cart@1", kept("x")),
}
# A tag, and arguments that make much of few bytes; none has a byte that looks like MEMOIZE.
COPIED: dict[str, tuple[Any, ...]] = {
    "bytes in a record": (TAGS["Open"], BUFFER),
    "a dict in an OrderedDict": ("py:OrderedDict", mapping(*((number(at), NONE) for at in range(100)))),
    "a list in a deque": ("py:deque", some(*[NONE] * 1_000), NONE),
    "digits of a Decimal": ("py:Decimal", kept("9" * 900)),
    "a long path": ("py:PurePosixPath", kept("a/" * 2_000)),
    "a long range": ("py:range", number(2**8_000), number(2**8_001), number(1)),
    "a long Fraction": ("py:Fraction", number(2**8_000 + 1), number(2**8_000)),
    "an address": ("py:IPv6Address", kept("2001:db8::1")),
    "a zone": ("py:ZoneInfo", kept("Europe/Berlin")),
    "an array": ("np:ndarray", kept("|u1"), few(number(60_000)), kept("C"), BUFFER),
    "an index": ("pd:Index", kept("range"), few(number(0), number(2**20), number(1)), NONE),
}


def copied(tag: str, arguments: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    """A call, and the next of the same maker with the same tuple of arguments."""
    if TREE:
        kept_tuple = few(*arguments) + b"q" + bytes([PLACE])
        return maker(tag) + kept_tuple + REDUCE, maker(tag) + get(PLACE) + REDUCE
    place = 6 + sum(argument.count(MEMOIZE) for argument in arguments) + 1  # after the list and the maker's own opcodes
    return call(maker(tag), *arguments), get(6) + get(place) + REDUCE + MEMOIZE


def attacks() -> Iterator[Attack]:
    for name, thing in THINGS.items():
        buffers = (b"x" * 60_000,) if BUFFER in thing else ()
        for keep, keeping in KEEPS.items():
            for use, using in USES.items():
                again = get(0) if keep == "MEMOIZE" else using
                body = [EMPTY_LIST + MARK, thing, keeping, again * TIMES, APPENDS]
                yield Attack(f"shared: {name} by {keep} and {use}", framed(body), buffers, alone=False)
        yield Attack(f"shared: {name} by DUP", framed([EMPTY_LIST + MARK, thing, b"2" * TIMES, APPENDS]), alone=False)
    for name, (tag, *arguments) in COPIED.items():
        first, again = copied(tag, tuple(arguments))
        content = (b"\1" * 60_000,) if BUFFER in arguments else ()
        listed = some(first, *[again] * 20_000)
        yield Attack(f"shared: {name}", framed([listed]), content, alone=False, compress=True)
        if TREE:
            body = [EMPTY_LIST + MARK, call(maker(tag), *arguments), again * 3, APPENDS]
            yield Attack(f"shared: {name}, never kept", framed(body), content, alone=False)
    yield from introductions()


def introductions() -> Iterator[Attack]:
    """Makers that are brought to their places wrongly, or used as something else."""
    cart, opened = introduction("Cart@1", 0), introduction(TAGS["Open"], 1)
    use = b"h\0" + few(kept("x")) + REDUCE
    bodies = {
        "twice to one place": cart + cart + use,
        "two to one place": cart + introduction(TAGS["Open"], 0) + use,
        "after the object": use + cart,
        "inside of the object": EMPTY_LIST + MARK + cart + use + APPENDS,
        "without POP": cart[:-1],
        "without BINPUT": cart[:-3] + POP + use,
        "with LONG_BINPUT": cart[:-3] + put(0) + POP + use,
        "of bytes": cart.replace(text("Cart@1"), b"C\x06Cart@1") + use,
        "of a long text": cart.replace(text("Cart@1"), b"X\6\0\0\0Cart@1") + use,
        "of two texts": cart.replace(TUPLE1, kept("x") + b"\x86") + use,
        "as a value": cart + b"h\0",
        "in a list": cart + EMPTY_LIST + b"h\0a",
        "as a key": cart + EMPTY_DICT + b"h\0Ns",
        "in a set": cart + EMPTY_SET + MARK + b"h\0" + ADDITEMS,
        "in a frozenset": cart + MARK + b"h\0" + FROZENSET,
        "as its own argument": cart + b"h\0" + b"h\0" + TUPLE1 + REDUCE,
        "with another as argument": cart + opened + b"h\1" + b"h\0" + TUPLE1 + REDUCE,
        "with the arguments of another": cart + opened + b"h\1h\0" + few(kept("x")) + REDUCE + REDUCE,
        "called twice": cart + use + few(kept("x")) + REDUCE,
        "called with a list": cart + b"h\0" + some(kept("x")) + REDUCE,
        "called with a frozenset": cart + b"h\0" + MARK + kept("x") + FROZENSET + REDUCE,
        "called with a long integer": cart + b"h\0" + number(2**80) + REDUCE,
        "called with an object": cart + opened + b"h\0" + b"h\1" + few(few(kept("x"))) + REDUCE + REDUCE,
        "called across a mark": cart + b"h\0" + kept("x") + MARK + TUPLE1 + REDUCE,
        "of no place": cart + b"h\x09" + few(kept("x")) + REDUCE,
        "filled": cart + b"h\0" + kept("x") + b"a",
        "filled after the call": cart + use + MARK + kept("x") + APPENDS,
        "built": cart + b"h\0" + EMPTY_DICT + b"b",
        "of rebuild": introduction("rebuild", 0) + use,
        "an unknown tag": introduction("Nobody@1", 0) + use,
    }
    for name, body in bodies.items():
        yield Attack(f"shared: a maker {name}", b"\x80\x05" + frames(body + STOP, 10**6), alone=False)
    nested = b"".join(introduction("Cart@1", place) for place in range(256))
    yield Attack("shared: 257 makers", b"\x80\x05" + frames(nested + cart + use + STOP, 10**6), alone=False)
    yield Attack(
        "shared: arguments through a list",
        framed([EMPTY_LIST + MEMOIZE + MARK, call(maker("Cart@1"), kept("x")), get(1) + REDUCE, APPENDS]),
        alone=False,
    )
