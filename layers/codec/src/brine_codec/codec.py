"""The codec: seals objects into envelopes and opens them, with the modules of this package in their order."""

from __future__ import annotations

from hmac import compare_digest

from brine_codec.classes.registry import Registry
from brine_codec.classes.vocabulary import Vocabulary
from brine_codec.envelope.buffers import join, split
from brine_codec.envelope.compression import Compressor, decompress
from brine_codec.envelope.context import encode_context
from brine_codec.envelope.header import (
    COMPRESSION_NONE,
    KIND_BUFFERS,
    KIND_TREE,
    LARGEST_U32,
    LAYOUT,
    MAGIC,
    SIZE,
    SUITE_HMAC_SHA256,
    Info,
)
from brine_codec.envelope.mac import TAG_SIZE
from brine_codec.errors import Expired, Forbidden, Malformed, Premature, SchemaMiss, Tampered, TooLarge, Unsupported
from brine_codec.gate import graph, tree
from brine_codec.gate.budget import Budget
from brine_codec.limits import DEFAULT_LIMITS
from brine_codec.pickling.garbage_collector import without_garbage_collection
from brine_codec.pickling.object_path import locate
from brine_codec.pickling.reader import read
from brine_codec.pickling.writer import GraphWriter, TreeWriter

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pickle import PickleBuffer
    from typing import Any

    from brine_codec.envelope.compression import Choice, Chunk
    from brine_codec.envelope.keyring import Keyring
    from brine_codec.envelope.keyring_source import KeyringSource
    from brine_codec.limits import Limits

    type Sealed = bytes | bytearray | memoryview

SMALLEST = SIZE + TAG_SIZE + 1
COPIED = 16_384  # below this, copying a slice costs less than a memoryview


def _unpacking(size: int, *, buffers: int) -> int:
    """Return the bytes that decompressing takes: content, window of the decompressor, and copies of the buffers."""
    return size * (3 if buffers else 2)


class Codec:
    """Seals objects into envelopes and opens them, for one purpose.

    keyring: a Keyring or a KeyringSource.
    purpose: the use of the envelopes and its owner (service, tenant). The codec derives its key from the purpose, so an
    envelope of one purpose does not verify for another.
    schema: a number that the caller chooses. An envelope with another schema is a miss.
    gate: pass True if other parties hold the keys. The codec then writes objects as trees, and checks each stream
    before it unpickles it. With False, an object that is referenced twice opens as one object. The codec then checks
    that the stream ends where it should. If the registry has objects that the whole process shares, `gate.graph.check`
    also refuses opcodes that could change them.
    compression: the compression for sealing; "auto" is zstd from 2 KiB on. `open` reads every compression.

    Every method takes `now` in seconds since 1970 and raises only CodecErrors. Threads may share a codec.
    """

    def __init__(
        self,
        keyring: Keyring | KeyringSource,
        *,
        purpose: str,
        registry: Registry | None = None,
        limits: Limits = DEFAULT_LIMITS,
        schema: int = 0,
        gate: bool = True,
        compression: Choice = "auto",
    ) -> None:
        if not 0 <= schema <= LARGEST_U32:
            raise ValueError(f"schema {schema} is not between 0 and {LARGEST_U32}")
        self._keyring = keyring
        self._purpose = purpose
        self._limits = limits
        self._schema = schema
        self._gated = gate
        vocabulary = Vocabulary(Registry() if registry is None else registry, limits)
        self._vocabulary = vocabulary
        self._writer = TreeWriter(vocabulary.reducer, limits.size) if gate else GraphWriter(vocabulary.reducer)
        self._compressor = Compressor(compression)

    def seal(self, obj: object, *, context: Iterable[str | bytes] = (), now: float, expires_at: float = 0) -> bytes:
        """Return an envelope of `obj` that is bound to `context`. It expires at `expires_at`; 0 means never.

        Raises Unsupported with the path of a value that cannot be written, TooLarge, or UnknownKey if no key may seal
        yet.
        """
        key = self._keyring.sealing_key(now)
        kind, size, compression, chunks = self._content(obj)
        if not (0 <= now <= LARGEST_U32 and (expires_at == 0 or 1 <= expires_at <= LARGEST_U32)):
            raise Unsupported("a time is not between 1970 and 2106")
        header = LAYOUT.pack(
            MAGIC,
            SUITE_HMAC_SHA256,
            compression,
            kind,
            0,
            key.id,
            int(now),
            int(expires_at),
            self._schema,
            size,
            0,
        )
        tag = key.mac(self._purpose).tag(header + encode_context(context), *chunks)
        sealed = b"".join((header, *chunks, tag))
        if len(sealed) > self._limits.sealed_size:
            raise TooLarge(f"the envelope takes {len(sealed)} bytes, more than {self._limits.sealed_size}")
        return sealed

    def _content(self, obj: object) -> tuple[int, int, int, Sequence[Chunk]]:
        """Return the kind, the uncompressed size, the compression and the chunks of the content of an envelope."""
        self._writer.table.renew(self._vocabulary.edition)
        if isinstance(self._writer, GraphWriter):
            pickle, buffers = self._writer.write(obj)
            chunks, size = self._joined(pickle, buffers)
            return KIND_BUFFERS if buffers else 0, size, *self._compressor.compress(chunks, size)
        chunks, size, has_buffers, costs = self._tree(obj, self._writer)
        kind = KIND_TREE | (KIND_BUFFERS if has_buffers else 0)
        compression, packed = self._compressor.compress(chunks, size)
        unpacking = 0 if compression == COMPRESSION_NONE else _unpacking(size, buffers=has_buffers)
        try:
            Budget(self._limits, sum(map(len, packed))).spend(costs[0] + unpacking, costs[1])
        except TooLarge:
            return kind, size, COMPRESSION_NONE, chunks
        return kind, size, compression, packed

    def _joined(self, pickle: list[bytes], buffers: list[PickleBuffer]) -> tuple[Sequence[Chunk], int]:
        chunks: Sequence[Chunk] = join(pickle, buffers) if buffers else pickle
        size = len(chunks[0]) if len(chunks) == 1 else sum(map(len, chunks))
        if size > self._limits.size:
            raise TooLarge(f"the object takes {size} bytes, more than the limit of {self._limits.size}")
        return chunks, size

    def _tree(
        self, obj: object, writer: TreeWriter, *, as_calls: bool = False
    ) -> tuple[Sequence[Chunk], int, bool, tuple[float, float]]:
        """Return the chunks of a tree stream, their size, whether they have buffers, and the cost of reading it.

        The cost is memory and steps. The gate checks the stream here too, so that every sealed object can be opened.
        Raises Unsupported, and TooLarge for an object that could not be opened even without compression.
        """
        pickle, buffers = writer.write(obj, as_calls=as_calls)
        chunks, size = self._joined(pickle, buffers)
        stream, budget = pickle[0], Budget(self._limits, size)
        memory, steps = budget.memory, budget.steps
        try:
            arguments = stream, len(buffers), self._limits, budget, self._vocabulary.maker
            without_garbage_collection(len(stream), tree.check, *arguments)
        except Forbidden as error:
            reason = f"the object is built in a way that cannot be sealed: {error}"
            raise locate(obj, writer.table) or Unsupported(reason) from None
        except TooLarge:
            if as_calls or budget.steps >= 0:  # calls can only save time, not memory
                raise
            return self._tree(obj, writer, as_calls=True)
        return chunks, size, bool(buffers), (memory - budget.memory, steps - budget.steps)

    def open(self, sealed: Sealed, *, context: Iterable[str | bytes] = (), now: float) -> Any:
        """Return the object of an envelope that was sealed for this purpose and context.

        Raises a Miss (Expired, SchemaMiss, UnknownKey) or an Alarm (Tampered, Malformed, TooLarge, Forbidden,
        Undecodable). When it raises Tampered, only the MAC has processed the content.
        """
        info, content = self._verify(sealed, context, now)
        if info.expires_at and not now < info.expires_at:  # also true if `now` is NaN
            ago = f"{now - info.expires_at:.0f} s ago, at {info.expires_at} s since 1970"
            raise Expired(f"the envelope expired {ago}", info.expires_at)
        if not info.issued_at <= now + self._limits.clock_skew:
            ahead = f"{info.issued_at - now:.0f} s in the future, at {info.issued_at} s since 1970"
            raise Premature(f"the envelope was issued {ahead}: a clock is wrong", info.expires_at)
        if info.schema != self._schema:
            raise SchemaMiss(f"the envelope has schema {info.schema}, not {self._schema}")
        if info.size > self._limits.size:
            raise TooLarge(f"the content takes {info.size} bytes, more than the limit of {self._limits.size}")
        if self._gated and not info.kind & KIND_TREE:
            raise Forbidden("the envelope holds a graph stream, and a codec with a gate opens only tree streams")
        budget = Budget(self._limits, len(sealed))
        content, views = self._unpacked(info, content, budget)
        stream = content if type(content) is bytes else bytes(content)
        return without_garbage_collection(len(stream), self._read, stream, views, budget)

    def _unpacked(
        self, info: Info, content: bytes | memoryview, budget: Budget
    ) -> tuple[bytes | memoryview, list[memoryview]]:
        """Return the decompressed stream of a verified envelope, and its buffers."""
        if info.compression:
            if self._gated:
                budget.spend(_unpacking(info.size, buffers=info.kind & KIND_BUFFERS), 0)
            content = decompress(info.compression, content, info.size)
        elif len(content) != info.size:
            raise Malformed("the content does not have the size in its header")
        return split(content, self._limits.buffers) if info.kind & KIND_BUFFERS else (content, [])

    def peek(self, sealed: Sealed, *, context: Iterable[str | bytes] = (), now: float) -> Info:
        """Return the header of an envelope with a valid seal, even if it has expired. The content is not read."""
        info, _ = self._verify(sealed, context, now)
        return info

    def _verify(self, given: Sealed, context: Iterable[str | bytes], now: float) -> tuple[Info, bytes | memoryview]:
        """Verify the seal. Before it is verified, only the magic, the suite and the key id are read."""
        if not isinstance(given, (bytes, bytearray, memoryview)):
            raise Malformed(f"this is not an envelope but a {type(given).__name__}")
        sealed = given if type(given) is bytes else bytes(given)  # a copy, which cannot change while it is read
        if len(sealed) < SMALLEST or not sealed.startswith(MAGIC):
            raise Malformed("this is not an envelope")
        if len(sealed) > self._limits.sealed_size:
            raise TooLarge(f"the envelope takes {len(sealed)} bytes, more than {self._limits.sealed_size}")
        if sealed[4] != SUITE_HMAC_SHA256:
            raise Malformed("the envelope has a suite that this version does not support")
        key = self._keyring.opening_key(int.from_bytes(sealed[8:12]), now)
        content = sealed[SIZE:-TAG_SIZE] if len(sealed) < COPIED else memoryview(sealed)[SIZE:-TAG_SIZE]
        tag = key.mac(self._purpose).tag(sealed[:SIZE] + encode_context(context), content)
        if not compare_digest(tag, sealed[-TAG_SIZE:]):
            raise Tampered("the seal does not verify")
        return Info(sealed), content

    def _read(self, stream: bytes, views: list[memoryview], budget: Budget) -> object:
        """Check the stream and unpickle it."""
        if self._gated:
            tree.check(stream, len(views), self._limits, budget, self._vocabulary.maker)
        elif self._vocabulary.shares:
            graph.check(stream)
        return read(stream, views, self._vocabulary.rebuild)
