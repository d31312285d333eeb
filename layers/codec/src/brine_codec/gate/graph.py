"""The check of a graph stream: it may have only opcodes that the pickler writes for us.

A service writes graph streams for itself, so a foreign graph stream means that the key was stolen. For this case the
check refuses, at the speed of C, every opcode that changes an existing object (BUILD). Such a change would last if the
whole process shares the object, for example a member of an Enum. The check ignores how values are nested.
"""

from __future__ import annotations

import re

from brine_codec.errors import Forbidden, Undecodable
from brine_codec.pickling import opcodes as op

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.gate.patterns import MatchAt

MEMOIZE, STACK_GLOBAL, LONG_BINGET = 0x94, 0x93, 0x6A
_LONGEST = 41
_FRAME = 9
_matches: list[MatchAt] = []


def _compiled() -> MatchAt:
    """Return the match for a run of frequent opcodes, with a MEMOIZE after them. It is compiled once, in 3 ms."""
    if not _matches:
        texts, data = (
            b"|".join(re.escape(bytes((size,))) + b".{%d}\x94" % size for size in range(longest))
            for longest in (_LONGEST, 13)
        )
        calls = rb"[\x85-\x87]\x94(?:R\x94)?|t\x94(?:R\x94)?|R\x94"
        leaves = rb"K.|[euNsa(\x88\x89)\x90]|M..|J.{4}|G.{8}"
        pattern = rb"(?s)(?:(?:h.)++|\x8c(?:%s)|%s|[}\]\x8f\x91]\x94\(?|%s|C(?:%s))*+" % (texts, calls, leaves, data)
        _matches.append(re.compile(pattern).match)
    return _matches[0]


def check(stream: bytes) -> None:
    """Raise Forbidden for an opcode that the pickler never writes for us, Undecodable for bytes after the end."""
    match, pos = _compiled(), len(op.PROTOCOL)
    if not stream.startswith(op.PROTOCOL):
        raise Forbidden("the stream is not of protocol 5")
    try:
        while True:
            pos = match(stream, pos).end()  # type: ignore[union-attr]  # it also matches an empty run
            opcode = stream[pos]
            if opcode == op.STOP:
                break
            pos = _after(stream, opcode, pos)
    except (IndexError, OverflowError):  # beyond the stream, or beyond the largest position
        raise Forbidden("the stream ends early") from None
    if pos + 1 != len(stream):
        raise Undecodable("the stream goes on after its end")


def _after(stream: bytes, opcode: int, pos: int) -> int:
    """Return the end of the rare opcode at `pos`."""
    if opcode == op.FRAME:
        return pos + _FRAME
    if opcode in (op.SHORT_BINUNICODE, op.SHORT_BINBYTES):
        return pos + 2 + stream[pos + 1]
    if opcode in (op.BINUNICODE, op.BINBYTES, op.BYTEARRAY8):
        start = pos + (9 if opcode == op.BYTEARRAY8 else 5)
        return start + int.from_bytes(stream[pos + 1 : start], "little")
    if opcode in (op.LONG1, op.LONG4):
        start = pos + (2 if opcode == op.LONG1 else 5)
        return start + int.from_bytes(stream[pos + 1 : start], "little")
    if opcode == LONG_BINGET:
        return pos + 5
    if opcode in (MEMOIZE, STACK_GLOBAL, op.NEXT_BUFFER, op.READONLY_BUFFER):
        return pos + 1
    raise Forbidden(f"the stream has opcode 0x{opcode:02x}, which the writer never writes")
