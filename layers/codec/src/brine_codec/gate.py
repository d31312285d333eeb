"""The third wall: read only what our writer can write.

A first reading of the pickle stream in which every value is a weight at most. It follows the C pickler's habits to the
byte (frames, batches of a thousand, MEMOIZE after all that can be shared), so an opcode, an order or a target that our
writer never produces is refused before the unpickler sees the stream, and so is what would take too much time or
memory: deep nesting, values shared into exponential size, keys made to collide.

Here are the frames; what is inside of them is read in `opcodes`, and understood in `shadow`.
"""

from __future__ import annotations

from struct import Struct

from brine_codec.errors import Forbidden
from brine_codec.opcodes import BINUNICODE, FRAME_TARGET, LARGE, MEMOIZE, Opcodes

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.limits import Limits

PROTOCOL = b"\x80\x05"
FRAME = 0x95
FRAME_SMALLEST = 4  # a frame below this goes without its opcode
FRAME_LARGEST = 2 * FRAME_TARGET + 1_024
WIDE = tuple(bytes([lead]) for lead in range(0xF0, 0xF5))  # leads of characters that make a text four bytes wide

_LENGTH = Struct("<Q").unpack_from


def check(stream: bytes, buffers: int, limits: Limits) -> None:
    """Raise Forbidden or TooLarge unless our writer could have written `stream` to go with this many buffers."""
    gate = _Gate(stream, limits)
    try:
        gate.read()
    except IndexError:
        raise Forbidden("the stream ends early") from None
    if gate.opcodes.shadow.buffers != buffers:
        raise Forbidden("the stream does not use each of its buffers once")


class _Gate:
    """One reading of one stream."""

    __slots__ = ("_stream", "_waiting", "opcodes")

    def __init__(self, stream: bytes, limits: Limits) -> None:
        self._stream = stream
        self._waiting = 0  # the opcode of a large text whose MEMOIZE opens what follows
        self.opcodes = Opcodes(stream, limits)

    def read(self) -> None:
        """The protocol, then frames; outside of them only large texts and scraps too short for a frame."""
        stream, size, pos = self._stream, len(self._stream), 2
        if not stream.startswith(PROTOCOL):
            raise Forbidden("the stream is not of protocol 5")
        while pos < size:
            if stream[pos] == FRAME:
                pos = self._frame(pos)
            elif stream[pos] in LARGE:
                pos = self._large(pos)
            else:
                pos = self._scrap(pos)
        self.opcodes.finish()

    def _frame(self, pos: int) -> int:
        """A frame, with tokens up to its very end: where it lies, unpicklers differ in what they read."""
        start = pos + 9
        if start > len(self._stream):
            raise IndexError
        (length,) = _LENGTH(self._stream, pos + 1)
        end: int = start + length
        if not FRAME_SMALLEST <= length <= FRAME_LARGEST or end > len(self._stream):
            raise Forbidden("the stream has a frame of a size that the writer never makes")
        if length < FRAME_TARGET and end < len(self._stream) and self._stream[end] not in LARGE:
            raise Forbidden("the stream has a frame that ends too early")
        wide = sum([self._stream.count(lead, start, end) for lead in WIDE])
        self.opcodes.shadow.charge(length + min(wide * 765, 3 * length))  # a short text has 255 bytes at most
        if self.opcodes.read(self._memoised(start), end) != end:
            raise Forbidden("the stream has an opcode that crosses the end of its frame")
        return end

    def _large(self, pos: int) -> int:
        """A text of at least 64 KiB, which stands outside of frames."""
        start, size = self.opcodes.content(pos)
        if size < FRAME_TARGET or self._waiting:
            raise Forbidden("the stream has opcodes outside of its frames")
        self._waiting = self._stream[pos]
        wide = self._waiting == BINUNICODE and not self._stream[start : start + size].isascii()
        self.opcodes.shadow.charge(4 * size if wide else size)
        return start + size

    def _scrap(self, pos: int) -> int:
        """At most three bytes without a frame, up to the end or a large text."""
        end = min(pos + FRAME_SMALLEST - 1, len(self._stream))
        pos = self._memoised(pos)
        while pos < end and self._stream[pos] not in LARGE:
            pos = self.opcodes.read(pos, pos + 1)
        if pos > end or (pos < len(self._stream) and self._stream[pos] not in LARGE):
            raise Forbidden("the stream has opcodes outside of its frames")
        return pos

    def _memoised(self, pos: int) -> int:
        if not self._waiting:
            return pos
        if self._stream[pos] != MEMOIZE:
            raise Forbidden("the stream does not memoise what it could share")
        self.opcodes.text(self._waiting)
        self._waiting = 0
        return pos + 1
