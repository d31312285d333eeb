"""The opcodes that our writer uses, token by token. Any other is refused.

There are no persistent ids, no BUILD, no INST, OBJ or NEWOBJ, no EXT, no PUT, no POP, no attribute paths, and no global
but the six that the reader finds.
"""

from __future__ import annotations

from struct import Struct

from brine_codec.errors import Forbidden, TooLarge
from brine_codec.shadow import BIG_INTEGER, BYTEARRAY, MEMOISED_AFTER, PLAIN, REBUILD, TYPE, Shadow

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ClassVar

    from brine_codec.limits import Limits

MEMOIZE = 0x94
SHORT_BINUNICODE, SHORT_BINBYTES = SHORT = (0x8C, 0x43)
BINUNICODE, BINBYTES, BYTEARRAY8 = LARGE = (0x58, 0x42, 0x96)
BINGET = 0x68
FIXED = {0x4E: 1, 0x88: 1, 0x89: 1, 0x4B: 2, 0x4D: 3, 0x4A: 5, 0x47: 9}
"""Sizes of NONE, NEWTRUE, NEWFALSE, BININT1, BININT2, BININT and BINFLOAT with their arguments."""
FRAME_TARGET = 65_536
"""The pickler closes a frame that has this size, and puts texts of this size outside of frames."""

UNMEMOISED = "the stream does not memoise what it could share"

_U32 = Struct("<I").unpack_from
_U64 = Struct("<Q").unpack_from


def _short(text: bytes) -> bytes:
    return bytes([SHORT_BINUNICODE, len(text)]) + text + bytes([MEMOIZE])


MODULE_NAME, REBUILD_NAME = _short(b"brine_codec"), _short(b"rebuild")
# A frame may end between the two: the gate looks at the second alone, as the reader looks at both.
TYPE_NAMES = tuple(map(_short, (b"date", b"datetime", b"time", b"timedelta", b"timezone")))


class Opcodes:
    """Reads tokens. Each handler takes the place of its opcode and returns that of the next; IndexError is the end."""

    __slots__ = ("_limits", "_stopped", "_stream", "shadow")

    def __init__(self, stream: bytes, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._stopped = False
        self.shadow = Shadow(limits)

    def finish(self) -> None:
        """The stream had its end, with one value left."""
        if not self._stopped:
            raise Forbidden("the stream has no end")
        self.shadow.finish()

    def read(self, pos: int, end: int) -> int:
        """Read tokens until one ends at or beyond `end`; where it does. The frequent ones are read in this loop."""
        stream, shadow, composites = self._stream, self.shadow, self.shadow.composites
        memoised, leaves = shadow.memoised, 0
        while pos < end:
            op = stream[pos]
            if op in SHORT:
                pos += 3 + stream[pos + 1]
                if stream[pos - 1] != MEMOIZE:
                    raise Forbidden(UNMEMOISED)
                leaves += 1
                memoised += 1
            elif op in FIXED:
                leaves += 1
                pos += FIXED[op]
            elif op == BINGET and stream[pos + 1] < memoised and stream[pos + 1] not in composites:
                leaves += 1
                pos += 2
            else:
                if leaves:
                    shadow.stack.append(leaves)
                    leaves = 0
                shadow.memoised = memoised
                pos = self._other(op, pos)
                memoised = shadow.memoised
        if leaves:
            shadow.stack.append(leaves)
        shadow.memoised = memoised
        return pos

    def _other(self, op: int, pos: int) -> int:
        """Anything but a short leaf."""
        if op in PLAIN:
            PLAIN[op](self.shadow)
            return pos + 1
        if op in MEMOISED_AFTER:
            MEMOISED_AFTER[op](self.shadow)
            return self._memoised(pos + 1)
        if op in self.HANDLERS:
            self.shadow.toil()
            return self.HANDLERS[op](self, pos)
        raise Forbidden(f"the stream has opcode 0x{op:02x}, which the writer never writes")

    def content(self, pos: int) -> tuple[int, int]:
        """Where a text with a long count begins, and its size."""
        unpack, width = (_U64, 8) if self._stream[pos] == BYTEARRAY8 else (_U32, 4)
        start = pos + 1 + width
        if start > len(self._stream):
            raise IndexError
        (size,) = unpack(self._stream, pos + 1)
        if size < 256 and width == 4:
            raise Forbidden("the stream has a short text in its long form")
        if start + size > len(self._stream):
            raise IndexError
        return start, size

    def text(self, op: int) -> None:
        """Push and memoise what a text with a long count becomes."""
        if op == BYTEARRAY8:
            self.shadow.keep(BYTEARRAY)
        else:
            self.shadow.stack.append(1)
            self.shadow.memoised += 1

    def _memoised(self, pos: int) -> int:
        if self._stream[pos] != MEMOIZE:
            raise Forbidden(UNMEMOISED)
        return pos + 1

    def _get(self, pos: int) -> int:
        self._share(self._stream[pos + 1])
        return pos + 2

    def _long_get(self, pos: int) -> int:
        self._share(int.from_bytes(self._stream[pos + 1 : pos + 5], "little"))
        return pos + 5

    def _share(self, index: int) -> None:
        if index >= self.shadow.memoised:
            raise Forbidden("the stream takes from the memo what it has not put there")
        if index in self.shadow.composites:
            self.shadow.share(self.shadow.composites[index])
        else:
            self.shadow.stack.append(1)

    def _counted(self, pos: int) -> int:
        start, size = self.content(pos)
        if size >= FRAME_TARGET:
            raise Forbidden("the stream has a large text inside of a frame")
        self.text(self._stream[pos])
        return self._memoised(start + size)

    def _long(self, pos: int) -> int:
        size = self._stream[pos + 1]
        self.shadow.stack.append(BIG_INTEGER if size > 8 else 1)
        return pos + 2 + size

    def _long_counted(self, pos: int) -> int:
        size = int.from_bytes(self._stream[pos + 1 : pos + 5], "little")
        if size * 8 > self._limits.integer_bits + 8:  # its sign may take a byte more
            raise TooLarge(f"the object has an integer of more than {self._limits.integer_bits} bits")
        self.shadow.stack.append(BIG_INTEGER)
        return pos + 5 + size

    def _buffer(self, pos: int) -> int:
        """NEXT_BUFFER, and READONLY_BUFFER after it."""
        self.shadow.buffer()
        return pos + (2 if self._stream[pos + 1] == 0x98 else 1)

    def _global(self, pos: int) -> int:
        """STACK_GLOBAL: rebuild, or a type of datetime. The reader looks at the names again."""
        if self._stream.endswith(REBUILD_NAME, 0, pos):
            name = REBUILD
        elif self._stream.endswith(TYPE_NAMES, 0, pos):
            name = TYPE
        else:
            raise Forbidden("the stream asks for a global that is not ours")
        self.shadow.take(2)
        self.shadow.keep(name)
        return self._memoised(pos + 1)

    def _stop(self, pos: int) -> int:
        if pos + 1 != len(self._stream):
            raise Forbidden("the stream goes on after its end")
        self._stopped = True
        return pos + 1

    HANDLERS: ClassVar[dict[int, Callable[[Opcodes, int], int]]] = {
        BINGET: _get,
        ord("j"): _long_get,
        0x8A: _long,
        0x8B: _long_counted,
        BINUNICODE: _counted,
        BINBYTES: _counted,
        BYTEARRAY8: _counted,
        0x93: _global,
        0x97: _buffer,
        ord("."): _stop,
    }
