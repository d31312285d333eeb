"""Opcodes that our writer never uses, each where it might do something."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING

from tests.attacks.assembler import (
    APPEND,
    BINPERSID,
    BUILD,
    DUP,
    EMPTY_DICT,
    EMPTY_LIST,
    EMPTY_TUPLE,
    MARK,
    MEMOIZE,
    NEWOBJ,
    NEWOBJ_EX,
    NONE,
    OBJ,
    POP,
    POP_MARK,
    REBUILD,
    SETITEM,
    TREE,
    call,
    few,
    get,
    kept,
    made,
    maker,
    mapping,
    number,
    put,
    some,
    stack_global,
    stream,
    text,
)
from tests.attacks.attack import Attack
from tests.attacks.victim import EXTENSION, TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

DATE = stack_global("datetime", "date")
MAKER = maker(TAGS["Open"])
MEMBER = made("Mood@1", kept("GOOD"))
EXTENDED = b"\x82" + bytes([EXTENSION])

STATES = {
    "a dict": mapping((kept("content"), number(9)), (kept("_find"), number(9))),
    "slots": few(NONE, mapping((kept("_find"), number(9)), (kept("_make"), number(9)), (kept("tag"), number(9)))),
    "both": few(mapping((kept("x"), number(9))), mapping((kept("__class__"), NONE))),
    "a class": few(NONE, mapping((kept("__class__"), DATE))),
    "code": few(NONE, mapping((kept("__code__"), NONE), (kept("__defaults__"), few(number(1))))),
    "a number": number(1),
}
TARGETS = {
    "rebuild": REBUILD,
    "a maker": MAKER,
    "a type": DATE,
    "a date": made("py:date", b"C\x04\x07\xea\x09\x15" + MEMOIZE),
    "a record": made(TAGS["Strict"], number(1), some()),
    "a tuple record": made(TAGS["Pair"], number(1), number(1)),
    "a member": MEMBER,
    "a cart": made("Cart@1", kept("x")),
    "a list": some(number(1)),
    "a dict": mapping(),
    "None": NONE,
    "a Decimal": made("py:Decimal", kept("1")),
    "a deque": made("py:deque", some(), NONE),
    "a defaultdict": made("py:defaultdict", kept("list"), mapping()),
}
PERSISTENT = {"text": b"Pevil\n", "binary": kept("evil") + BINPERSID, "of a list": some() + BINPERSID}
PUTS = {
    "PUT": b"p134217728\n",
    "PUT small": b"p0\n",
    "PUT negative": b"p-1\n",
    "BINPUT": b"q\x00",
    "LONG_BINPUT": put(0),
    "LONG_BINPUT 2^27": put(2**27),
    "LONG_BINPUT 2^31": put(2**31),
    "LONG_BINPUT 2^32-1": put(2**32 - 1),
    "GET text": b"g0\n",
    "GET text far": b"g99999999999999999999\n",
}
OLD = {
    "INT": b"I01\n",
    "INT long": b"I" + b"9" * 5000 + b"\n",
    "LONG": b"L5L\n",
    "LONG long": b"L" + b"9" * 100_000 + b"L\n",
    "FLOAT": b"F1e5\n",
    "STRING": b"S'x'\n",
    "UNICODE": b"Vx\n",
    "BINSTRING": b"T\x01\x00\x00\x00x",
    "SHORT_BINSTRING": b"U\x01x",
    "LIST": MARK + b"l",
    "DICT": MARK + b"d",
    "BINUNICODE8": b"\x8d" + pack("<Q", 1) + b"x",
    "BINBYTES8": b"\x8e" + pack("<Q", 1) + b"x",
}


def attacks() -> Iterator[Attack]:
    for name, target in TARGETS.items():
        for state_name, state in STATES.items():
            yield Attack(
                f"opcodes: BUILD {name} with {state_name}",
                stream(target + state + BUILD),
                # An object that was made can be filled when the gate is off, members of enums among them.
                alone=name in ("rebuild", "a maker", "a type", "a date", "a list", "a dict", "None"),
            )
    for name, code in {"EXT1": EXTENDED, "EXT2": b"\x83\xc8\x00", "EXT4": b"\x84\xc8\x00\x00\x00"}.items():
        yield Attack(f"opcodes: {name}", stream(code))
        yield Attack(f"opcodes: {name} called", stream(call(code, number(1))))
        yield Attack(f"opcodes: {name} new", stream(code + few() + NEWOBJ))
        yield Attack(f"opcodes: {name} object", stream(MARK + code + number(1) + OBJ))
    yield Attack("opcodes: EXT1 of an unknown code", stream(b"\x82\x05"))
    yield Attack("opcodes: EXT4 negative", stream(b"\x84\xff\xff\xff\xff"))
    yield Attack("opcodes: EXT1 zero", stream(b"\x82\x00"))
    for name, code in PERSISTENT.items():
        yield Attack(f"opcodes: persistent id {name}", stream(code))
    for name, code in PUTS.items():
        yield Attack(f"opcodes: {name}", stream(number(1) + code), alone=False)
    for name, code in OLD.items():
        yield Attack(f"opcodes: {name}", stream(code), alone=False)
    yield Attack("opcodes: POP", stream(number(1) + number(2) + POP), alone=False)
    yield Attack("opcodes: POP_MARK", stream(number(1) + MARK + number(2) + POP_MARK), alone=False)
    yield Attack("opcodes: DUP", stream(EMPTY_LIST + MEMOIZE + DUP + APPEND), alone=False)
    yield Attack("opcodes: NEWOBJ of a type", stream(DATE + few(number(1), number(1), number(1)) + NEWOBJ), alone=False)
    yield Attack("opcodes: NEWOBJ of rebuild", stream(REBUILD + few(kept("Open@1")) + NEWOBJ))
    yield Attack("opcodes: NEWOBJ of a maker", stream(MAKER + few(number(1)) + NEWOBJ))
    yield Attack("opcodes: NEWOBJ_EX of a type", stream(DATE + EMPTY_TUPLE + EMPTY_DICT + NEWOBJ_EX))
    yield Attack("opcodes: NEWOBJ_EX of rebuild", stream(REBUILD + EMPTY_TUPLE + EMPTY_DICT + NEWOBJ_EX))
    yield Attack("opcodes: OBJ of rebuild", stream(MARK + REBUILD + kept("Open@1") + OBJ))
    yield Attack("opcodes: OBJ of a type", stream(MARK + DATE + number(1) + number(1) + number(1) + OBJ), alone=False)
    yield Attack(
        "opcodes: INST of datetime",
        stream(MARK + number(1) + number(1) + number(1) + b"idatetime\ndate\n"),
        alone=False,
    )
    yield Attack("opcodes: INST of rebuild", stream(MARK + kept("Open@1") + b"ibrine_codec\nrebuild\n"))
    yield Attack("opcodes: protocol in the middle", stream(number(1) + b"\x80\x05"), alone=False)
    yield Attack("opcodes: protocol 255 in the middle", stream(number(1) + b"\x80\xff"))
    for byte in range(256):
        own = stream(bytes([byte]))
        yield Attack(f"opcodes: 0x{byte:02x} on its own", own, alone=False, harmless=byte in b"N\x88\x89)")
    for name in ("Open", "Mood"):
        cls, state = stack_global("tests.attacks.victim", name), few(NONE, mapping((kept("painted"), number(1))))
        yield Attack(f"opcodes: BUILD class {name}", stream(cls + state + BUILD))
    yield Attack("opcodes: MEMOIZE twice", stream(text("x") + MEMOIZE + MEMOIZE), alone=False, harmless=TREE)
    yield Attack("opcodes: MEMOIZE of nothing", stream(MEMOIZE))
    yield Attack("opcodes: no MEMOIZE after a text", stream(text("x")), alone=False, harmless=True)
    yield Attack("opcodes: no MEMOIZE after a list", stream(EMPTY_LIST), alone=False, harmless=True)
    yield Attack("opcodes: GET of nothing", stream(get(0)))
    yield Attack("opcodes: GET of far beyond", stream(kept("x") + get(2**32 - 1)))
    yield Attack("opcodes: SETITEM of a list", stream(some() + number(0) + number(1) + SETITEM))
