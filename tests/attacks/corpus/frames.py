"""Frames that lie about their size, so that two unpicklers would read two different streams."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING

from tests.attacks.assembler import MEMOIZE, NONE, STOP, TREE, call, few, frames, kept, number, some, stack_global, text
from tests.attacks.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Iterator

EVIL = call(stack_global("tests.attacks.victim", "sing"))


def frame(size: int, content: bytes) -> bytes:
    return b"\x95" + pack("<Q", size % 2**64) + content


def attacks() -> Iterator[Attack]:
    honest = some(number(1), kept("abc")) + STOP
    for size in (0, 1, 2, 3, 5, len(honest) - 1, len(honest) + 1, 2**16, 2**31, 2**32, 2**62, 2**63 - 1, 2**63, -1):
        yield Attack(f"frames: size {size} of {len(honest)}", b"\x80\x05" + frame(size, honest), alone=False)
    yield Attack("frames: none at all", b"\x80\x05" + honest, alone=False)
    yield Attack("frames: one inside of another", b"\x80\x05" + frames(frames(honest)), alone=False)
    yield Attack("frames: empty ones", b"\x80\x05" + frame(0, b"") * 1000 + frames(honest), alone=False)
    yield Attack("frames: cut length", b"\x80\x05\x95\x01\x00", alone=False)
    # C drops the rest of a frame when an opcode's argument crosses its end; a reader of bytes does not.
    for left in range(1, 12):
        hidden = text(EVIL.ljust(60)) + MEMOIZE
        content = number(1) + hidden + STOP
        yield Attack(
            f"frames: a text crosses after {left}",
            b"\x80\x05" + frame(2 + left, content[: 2 + left]) + content[2 + left :],
            alone=False,
        )
        yield Attack(
            f"frames: a text crosses into another frame after {left}",
            b"\x80\x05" + frame(2 + left, content[: 2 + left]) + frames(content[2 + left :]),
            alone=False,
        )
    swallowed = b"\x8c\xff" + frame(len(EVIL) + 1, EVIL + STOP)
    yield Attack("frames: a frame inside of a text", b"\x80\x05" + frame(2, swallowed[:2]) + swallowed[2:])
    yield Attack("frames: a large frame", b"\x80\x05" + frames(NONE * 200_000 + STOP, 200_001), alone=False)
    big = b"B" + pack("<I", 70_000) + bytes(70_000)
    yield Attack(
        "frames: large bytes inside of a frame",
        b"\x80\x05" + frames(big + MEMOIZE + STOP, 80_000),
        alone=False,
        harmless=TREE,
    )
    yield Attack("frames: large bytes without MEMOIZE", b"\x80\x05" + big + STOP, alone=False)
    yield Attack("frames: large bytes twice", b"\x80\x05" + big + big + MEMOIZE + STOP, alone=False)
    yield Attack(
        "frames: small bytes outside", b"\x80\x05B" + pack("<I", 300) + bytes(300) + MEMOIZE + STOP, alone=False
    )
    yield Attack("frames: scraps in a row", b"\x80\x05" + few(number(1)) + few(number(2)) + STOP, alone=False)
    for op in (b"X", b"B"):
        for size in (2**31 - 1, 2**31, 2**32 - 1):
            yield Attack(f"frames: {op.decode()} claims {size}", b"\x80\x05" + op + pack("<I", size) + b"x" * 100)
    for op in (b"\x8d", b"\x8e", b"\x96"):
        for size in (2**33, 2**63 - 1, 2**64 - 1):
            yield Attack(f"frames: 0x{op.hex()} claims {size}", b"\x80\x05" + op + pack("<Q", size) + b"x" * 100)
