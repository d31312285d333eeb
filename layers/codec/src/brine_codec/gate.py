"""The third wall: read only what our writer can write.

A first reading of the pickle stream in which every value is a weight at most. It follows the C pickler's habits to the
byte (frames, batches of a thousand, MEMOIZE after all that can be shared), so an opcode, an order or a target that our
writer never produces is refused before the unpickler sees the stream, and so is what would take too much time or
memory: deep nesting, values shared into exponential size, keys made to collide.
"""

from __future__ import annotations

from struct import Struct

from brine_codec.errors import Forbidden, TooLarge
from brine_codec.shadow import (
    BATCH,
    BIG_INTEGER,
    BUFFER,
    DICT,
    EMPTY_TUPLE,
    LIST,
    NOT_A_KEY,
    REBUILD,
    SET,
    TYPE,
    Shadow,
)

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.limits import Limits

PROTOCOL = b"\x80\x05"
FRAME, MEMOIZE, STOP = 0x95, 0x94, 0x2E
SHORT_BINUNICODE, SHORT_BINBYTES, BINUNICODE, BINBYTES, BYTEARRAY8 = 0x8C, 0x43, 0x58, 0x42, 0x96
BINGET, LONG_BINGET, BININT1, MARK = 0x68, 0x6A, 0x4B, 0x28
FIXED = {0x4E: 1, 0x88: 1, 0x89: 1, 0x4D: 3, 0x4A: 5, 0x47: 9}  # NONE NEWTRUE NEWFALSE BININT2 BININT BINFLOAT

LARGE = (BINUNICODE, BINBYTES, BYTEARRAY8)

FRAME_TARGET = 65_536  # the pickler closes a frame once it has this size, and puts texts this large outside of frames
FRAME_SMALLEST = 4  # a frame below this goes without its opcode
FRAME_LARGEST = 2 * FRAME_TARGET + 1_024
ASTRAL = tuple(bytes([lead]) for lead in range(0xF0, 0xF5))  # leads of characters that make a text four bytes wide

_U32 = Struct("<I").unpack_from
_U64 = Struct("<Q").unpack_from


def _short(text: bytes) -> bytes:
    return bytes([SHORT_BINUNICODE, len(text)]) + text + bytes([MEMOIZE])


REBUILD_NAME = _short(b"brine_codec") + _short(b"rebuild")
TYPE_NAMES = tuple(map(_short, (b"date", b"datetime", b"time", b"timedelta", b"timezone")))


def check(stream: bytes, buffers: int, limits: Limits) -> None:
    """Raise Forbidden or TooLarge unless our writer could have written `stream` to go with this many buffers."""
    gate = _Gate(stream, limits)
    try:
        gate.read()
    except IndexError:
        raise Forbidden("the stream ends early, or takes what is not there") from None
    if gate.buffers != buffers:
        raise Forbidden("the stream does not use each of its buffers once")


class _Gate:
    """One reading of one stream. Each handler takes the place of its opcode and returns that of the next."""

    __slots__ = ("_handlers", "_limits", "_shadow", "_stopped", "_stream", "_unmemoised", "buffers")

    def __init__(self, stream: bytes, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._shadow = Shadow(limits)
        self._stopped = False
        self._unmemoised = False  # a large text waits for its MEMOIZE, which opens the next frame
        self.buffers = 0
        self._handlers: dict[int, Callable[[int], int]] = {
            ord("]"): self._empty_list,
            ord("}"): self._empty_dict,
            0x8F: self._empty_set,
            ord("a"): self._append,
            ord("e"): self._appends,
            ord("s"): self._setitem,
            ord("u"): self._setitems,
            0x90: self._additems,
            ord(")"): self._empty_tuple,
            ord("t"): self._tuple,
            0x85: self._tuple_of_few,
            0x86: self._tuple_of_few,
            0x87: self._tuple_of_few,
            0x91: self._frozenset,
            0x93: self._global,
            ord("R"): self._reduce,
            0x8A: self._long,
            0x8B: self._long_counted,
            BINUNICODE: self._counted,
            BINBYTES: self._counted,
            BYTEARRAY8: self._counted,
            0x97: self._buffer,
            STOP: self._stop,
        }

    def read(self) -> None:
        """The protocol, then frames; outside of them only large texts and scraps too short for a frame."""
        stream, size, pos = self._stream, len(self._stream), 2
        if not stream.startswith(PROTOCOL):
            raise Forbidden("the stream is not of protocol 5")
        while pos < size:
            if stream[pos] == FRAME:
                end = self._frame_end(pos)
                pos = self._memoised(pos + 9)
                self._tokens(pos, end)
                pos = end
            elif stream[pos] in LARGE:
                pos = self._large(pos)
            else:
                pos = self._scrap(pos, min(pos + FRAME_SMALLEST - 1, size))
        if not self._stopped:
            raise Forbidden("the stream has no end")
        self._shadow.finish()

    def _frame_end(self, pos: int) -> int:
        """Where the frame ends. One that lies about it is read differently by different unpicklers."""
        if pos + 9 > len(self._stream):
            raise IndexError
        (length,) = _U64(self._stream, pos + 1)
        end: int = pos + 9 + length
        if not FRAME_SMALLEST <= length <= FRAME_LARGEST or end > len(self._stream):
            raise Forbidden("the stream has a frame of a size that the writer never makes")
        astral = sum(self._stream.count(lead, pos + 9, end) for lead in ASTRAL)
        self._shadow.charge(length + min(astral * 765, 3 * length))
        return end

    def _large(self, pos: int) -> int:
        """A text of at least 64 KiB, outside of frames; its MEMOIZE opens what follows."""
        start, size = self._content(pos)
        if size < FRAME_TARGET or self._unmemoised:
            raise Forbidden("the stream has opcodes outside of its frames")
        wide = self._stream[pos] == BINUNICODE and not self._stream[start : start + size].isascii()
        self._shadow.charge(4 * size if wide else size)
        self._unmemoised = True
        return start + size

    def _memoised(self, pos: int) -> int:
        if self._unmemoised:
            self._unmemoised = False
            self._shadow.keep(0)
            if self._stream[pos] != MEMOIZE:
                raise Forbidden("the stream does not memoise what it could share")
            return pos + 1
        return pos

    def _scrap(self, pos: int, end: int) -> int:
        """At most three bytes without a frame, up to the end or a large text."""
        pos = self._memoised(pos)
        while pos < end and self._stream[pos] not in LARGE:
            pos = self._tokens(pos, pos + 1, exact=False)
        if pos > end or (pos < len(self._stream) and self._stream[pos] not in LARGE):
            raise Forbidden("the stream has opcodes outside of its frames")
        return pos

    def _tokens(self, pos: int, end: int, *, exact: bool = True) -> int:  # noqa: C901 - a call per token would double it
        """Read tokens up to `end`, where one must end. The frequent ones are read here, the others by their handler."""
        stream, shadow, handlers = self._stream, self._shadow, self._handlers
        push, memoise, memo = shadow.stack.append, shadow.memo.append, shadow.memo
        while pos < end:
            op = stream[pos]
            if op in (SHORT_BINUNICODE, SHORT_BINBYTES):
                pos += 3 + stream[pos + 1]
                if stream[pos - 1] != MEMOIZE:
                    raise Forbidden("the stream does not memoise what it could share")
                push(0)
                memoise(0)
            elif op == BINGET:
                entry = memo[stream[pos + 1]]
                push(entry) if entry.__class__ is not list else shadow.share(entry)
                pos += 2
            elif op == BININT1:
                push(0)
                pos += 2
            elif op in FIXED:
                push(0)
                pos += FIXED[op]
            elif op == LONG_BINGET:
                entry = memo[_U32(stream, pos + 1)[0] if pos + 5 <= len(stream) else -1]
                push(entry) if entry.__class__ is not list else shadow.share(entry)
                pos += 5
            elif op == MARK:
                shadow.mark()
                pos += 1
            elif op in handlers:
                pos = handlers[op](pos)
            else:
                raise Forbidden(f"the stream has opcode 0x{op:02x}, which the writer never writes")
        if exact and pos != end:
            raise Forbidden("the stream has an opcode that crosses the end of its frame")
        return pos

    def _content(self, pos: int) -> tuple[int, int]:
        """Where a counted text begins, and its size."""
        wide = self._stream[pos] == BYTEARRAY8
        start = pos + (9 if wide else 5)
        if start > len(self._stream):
            raise IndexError
        (size,) = (_U64 if wide else _U32)(self._stream, pos + 1)
        if start + size > len(self._stream):
            raise IndexError
        if size < 256 and not wide:
            raise Forbidden("the stream has a short text in its long form")
        return start, size

    def _after_memoise(self, pos: int) -> int:
        if self._stream[pos] != MEMOIZE:
            raise Forbidden("the stream does not memoise what it could share")
        return pos + 1

    def _counted(self, pos: int) -> int:
        start, size = self._content(pos)
        if size >= FRAME_TARGET:
            raise Forbidden("the stream has a large text inside of a frame")
        self._shadow.keep((NOT_A_KEY, 0, 1) if self._stream[pos] == BYTEARRAY8 else 0)
        return self._after_memoise(start + size)

    def _long(self, pos: int) -> int:
        size = self._stream[pos + 1]
        self._shadow.stack.append(BIG_INTEGER if size > 8 else 0)
        return pos + 2 + size

    def _long_counted(self, pos: int) -> int:
        if pos + 5 > len(self._stream):
            raise IndexError
        (size,) = _U32(self._stream, pos + 1)
        if size * 8 > self._limits.integer_bits + 8:  # a sign may take one byte more
            raise TooLarge(f"the object has an integer of more than {self._limits.integer_bits} bits")
        self._shadow.stack.append(BIG_INTEGER)
        return pos + 5 + int(size)

    def _buffer(self, pos: int) -> int:
        """NEXT_BUFFER, and READONLY_BUFFER where it applies."""
        self.buffers += 1
        self._shadow.stack.append(BUFFER)
        return pos + (2 if self._stream[pos + 1] == 0x98 else 1)

    def _global(self, pos: int) -> int:
        """STACK_GLOBAL: rebuild, or a type of datetime. The reader looks at the names again."""
        if self._stream.endswith(REBUILD_NAME, 0, pos):
            name = REBUILD
        elif self._stream.endswith(TYPE_NAMES, 0, pos):
            name = TYPE
        else:
            raise Forbidden("the stream asks for a global that is not ours")
        self._shadow.pop(2)
        self._shadow.keep(name)
        return self._after_memoise(pos + 1)

    def _reduce(self, pos: int) -> int:
        self._shadow.reduce()
        return self._after_memoise(pos + 1)

    def _empty_list(self, pos: int) -> int:
        self._shadow.open(LIST)
        return self._after_memoise(pos + 1)

    def _empty_dict(self, pos: int) -> int:
        self._shadow.open(DICT)
        return self._after_memoise(pos + 1)

    def _empty_set(self, pos: int) -> int:
        self._shadow.open(SET)
        return self._after_memoise(pos + 1)

    def _append(self, pos: int) -> int:
        self._shadow.add(LIST, self._shadow.pop(1))
        return pos + 1

    def _appends(self, pos: int) -> int:
        self._shadow.add(LIST, self._shadow.pop_mark(BATCH))
        return pos + 1

    def _setitem(self, pos: int) -> int:
        self._shadow.add(DICT, self._shadow.pop(2))
        return pos + 1

    def _setitems(self, pos: int) -> int:
        self._shadow.add(DICT, self._shadow.pop_mark(2 * BATCH))
        return pos + 1

    def _additems(self, pos: int) -> int:
        self._shadow.add(SET, self._shadow.pop_mark(BATCH))
        return pos + 1

    def _empty_tuple(self, pos: int) -> int:
        self._shadow.stack.append(EMPTY_TUPLE)
        return pos + 1

    def _tuple(self, pos: int) -> int:
        self._shadow.close_tuple(self._shadow.pop_mark(len(self._stream)))
        return self._after_memoise(pos + 1)

    def _tuple_of_few(self, pos: int) -> int:
        self._shadow.close_tuple(self._shadow.pop(self._stream[pos] - 0x84))
        return self._after_memoise(pos + 1)

    def _frozenset(self, pos: int) -> int:
        self._shadow.close_frozenset(self._shadow.pop_mark(len(self._stream)))
        return self._after_memoise(pos + 1)

    def _stop(self, pos: int) -> int:
        if pos + 1 != len(self._stream):
            raise Forbidden("the stream goes on after its end")
        self._stopped = True
        return pos + 1
