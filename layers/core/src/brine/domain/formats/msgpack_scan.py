"""A scan of MessagePack before it is read: its completeness, the position of an error, and the memory to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.errors import ContentTooCostly, FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_codec import Limits

NUMBER, TEXT, BYTES, EXTENSION, ARRAY, MAP = range(6)

# The most bytes that Python takes for each kind, and for each element: a slot, a byte, a pair. A wide text may take
# four bytes for each of its own.
_COSTS = {NUMBER: (40, 0), TEXT: (72, 4), BYTES: (72, 1), EXTENSION: (200, 1), ARRAY: (80, 8), MAP: (96, 120)}


def _shapes() -> Iterator[tuple[int, int, int] | None]:
    """Yield for each first byte: its kind, the width of the count that follows it, and the count without one.

    The count is of bytes, of items or of pairs; the count of an extension includes its type.
    """
    numbers = {0xCA: 4, 0xCB: 8} | {0xCC + n: 2 ** (n % 4) for n in range(8)}
    counted = {0xC4: BYTES, 0xC7: EXTENSION, 0xD9: TEXT}
    for first in range(256):
        if first < 0x80 or first >= 0xE0 or first in {0xC0, 0xC2, 0xC3}:
            yield NUMBER, 0, 0
        elif first < 0xC0:
            yield (TEXT, 0, first - 0xA0) if first >= 0xA0 else (ARRAY if first >= 0x90 else MAP, 0, first % 16)
        elif first in numbers:
            yield NUMBER, 0, numbers[first]
        elif 0xD4 <= first <= 0xD8:
            yield EXTENSION, 0, 2 ** (first - 0xD4) + 1
        elif first >= 0xDC:
            yield (ARRAY if first < 0xDE else MAP), 2 + 2 * (first % 2), 0
        else:
            begin = max((known for known in counted if known <= first), default=None)
            yield None if begin is None else (counted[begin], 2 ** (first - begin), 0)


_SHAPES = tuple(_shapes())
_SINGLE = tuple(_COSTS[shape[0]][0] if shape is not None and shape[1:] == (0, 0) else 0 for shape in _SHAPES)
"""Bytes of memory for a value of a single byte, by that byte; 0 for a longer value."""
_SHORT = range(32)
"""Lengths of texts that the first byte encodes."""


def scan(data: bytes, limits: Limits) -> int:
    """Return the bytes of memory that reading `data` takes.

    Raises FormatError or ContentTooCostly with the byte position.
    """
    pos = memory = 0
    missing = 1  # values that are still to come in the innermost container
    outer: list[int] = []
    while missing:
        start = pos
        pos, missing, taken = _skim(data, pos, missing)
        if missing:
            start = pos
            kind, count, pos = _head(data, start)
            missing -= 1
            fixed, each = _COSTS[kind]
            if kind >= ARRAY:
                outer.append(missing)
                missing = count * (kind - ARRAY + 1)
                if len(outer) > limits.depth:
                    raise ContentTooCostly(f"byte {start}: it is nested deeper than {limits.depth}")
            else:
                pos += count
                if kind == TEXT and _is_narrow(data, pos - count, pos):
                    each = 1
            taken += fixed + each * count
        memory += taken
        if memory > limits.memory:
            raise ContentTooCostly(f"byte {pos}: it would take more than {limits.memory} bytes of memory")
        while not missing and outer:
            missing = outer.pop()
    if pos < len(data):
        raise FormatError(f"byte {pos}: it goes on after its end")
    return memory


def _skim(data: bytes, pos: int, missing: int) -> tuple[int, int, int]:
    """Skip values of one byte and short ASCII texts, which most content consists of; return their memory too."""
    memory, size = 0, len(data)
    while missing and pos < size:
        first = data[pos]
        if single := _SINGLE[first]:
            memory += single
            pos += 1
        elif first - 0xA0 in _SHORT and (end := pos + first - 0x9F) <= size and data[pos + 1 : end].isascii():
            memory += _COSTS[TEXT][0] + first - 0xA0
            pos = end
        else:
            break
        missing -= 1
    return pos, missing, memory


def _head(data: bytes, start: int) -> tuple[int, int, int]:
    """Return the kind of the value that begins here, its count, and the position of its content."""
    if start >= len(data):
        raise FormatError(f"byte {start}: it ends too early")
    shape = _SHAPES[data[start]]
    if shape is None:
        raise FormatError(f"byte {start}: 0x{data[start]:02x} begins nothing")
    kind, width, count = shape
    pos = start + 1 + width
    if width:
        count = int.from_bytes(data[start + 1 : pos]) + (kind == EXTENSION)
    if pos + count > len(data):
        raise FormatError(f"byte {start}: it is longer than all that comes")
    return kind, count, pos


def _is_narrow(data: bytes, start: int, end: int) -> bool:
    """Return whether a text is ASCII. Raises FormatError when it is not valid UTF-8."""
    content = data[start:end]
    if content.isascii():
        return True
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise FormatError(f"byte {start + error.start}: not UTF-8") from None
    return False
