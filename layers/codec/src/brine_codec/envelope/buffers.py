"""The content of an envelope of kind 1: a pickle and its out-of-band buffers.

The layout is a u32 count, then count+1 u64 lengths (of the pickle, then of each buffer), the pickle, and the buffers.
Zeros before each buffer align it to a multiple of 16 bytes from the start, so that an array can use the buffer without
a copy.
"""

from __future__ import annotations

from struct import Struct, error

from brine_codec.errors import Malformed, TooLarge

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pickle import PickleBuffer

    from brine_codec.envelope.compression import Chunk

ALIGNMENT = 16
_COUNT = Struct(">I")


def join(pickle: Sequence[bytes], buffers: list[PickleBuffer]) -> list[Chunk]:
    """Return the content in chunks. The buffers are not copied."""
    views = [buffer.raw() for buffer in buffers]
    lengths = [sum(map(len, pickle)), *(view.nbytes for view in views)]
    table = _COUNT.pack(len(views)) + Struct(f">{len(lengths)}Q").pack(*lengths)
    chunks: list[Chunk] = [table, *pickle]
    position = len(table) + lengths[0]
    for view in views:
        padding = -position % ALIGNMENT
        chunks += [bytes(padding), view]
        position += padding + view.nbytes
    return chunks


def split(content: bytes | memoryview, most: int) -> tuple[bytes, list[memoryview]]:
    """Return the pickle, and the buffers as read-only views of the content. Raises Malformed, TooLarge."""
    view = memoryview(content)
    try:
        (count,) = _COUNT.unpack_from(view)
        if count > most:
            raise TooLarge(f"the envelope has more than {most} buffers")
        pickle_length, *lengths = Struct(f">{count + 1}Q").unpack_from(view, 4)
    except error:
        raise Malformed("the table of buffers is cut short") from None
    position = 4 + 8 * (count + 1) + pickle_length
    pickle = bytes(view[position - pickle_length : position])
    buffers = []
    for length in lengths:
        start = position + -position % ALIGNMENT
        if any(view[position:start]):
            raise Malformed("the padding of the buffers is not zero")
        position = start + length
        buffers.append(view[start:position])
    if position != len(view):
        raise Malformed("the table of buffers does not add up")
    return pickle, buffers
