"""The writers: they write objects as pickle streams in which no class appears.

There are two kinds of streams. A graph stream is written by the pickler as usual: an object that is referenced twice is
written once, and opens as one object. A tree stream has no memo, so such an object is written twice. Tree streams are
for other parties, whose references cannot be trusted (see `brine_codec.gate.patterns`).
"""

from __future__ import annotations

from importlib import import_module
from pickle import Pickler, _Pickler

from brine_codec.errors import CodecError, TooLarge, Unsupported, not_registered, shown
from brine_codec.pickling import opcodes as op
from brine_codec.pickling.makers import Maker, Rebuild
from brine_codec.pickling.object_path import locate

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable
    from pickle import PickleBuffer
    from typing import Any

    from brine_codec.pickling.makers import Reduced, Reducer

    type Find = Callable[[type], Reducer | None]
    type Written = tuple[list[bytes], list[PickleBuffer]]

MOST_MAKERS = 256
"""Classes in one tree stream. The index of a maker in the memo is one byte."""


def _never(tag: str) -> Maker:
    raise NotImplementedError(tag)


rebuild = Rebuild(_never)
"""The object whose name the pickler writes. Each codec reads this name as its own Rebuild."""


def _introduced(maker: object) -> tuple[Rebuild, tuple[str]]:
    return rebuild, (maker.tag,)  # type: ignore[attr-defined]  # only called with makers


class Table(dict[type, "Callable[[object], object]"]):
    """The dispatch table of the pickler: the reducer of each type. A type without a reducer cannot be written."""

    def __init__(self, find: Find) -> None:
        super().__init__({Rebuild: lambda _: Rebuild.NAME})
        self._find = find
        self._edition = 0

    def renew(self, edition: int) -> None:
        """Forget all reducers if `edition` is not that of the last call: a reducer was replaced."""
        if edition != self._edition:
            self.clear()
            self[Rebuild] = lambda _: Rebuild.NAME
            self._edition = edition

    def __missing__(self, cls: type) -> Callable[[object], object]:
        reducer = _introduced if issubclass(cls, Maker) else self._find(cls)
        if reducer is None:
            raise not_registered(cls)
        self[cls] = reducer
        return reducer


class _ReusablePickler:
    """A pickler and its output. Making one takes a quarter of the time of sealing a small object."""

    __slots__ = ("buffers", "chunks", "pickler")

    def __init__(self, table: Table) -> None:
        self.chunks: list[bytes] = []
        self.buffers: list[PickleBuffer] = []
        file = _ChunkFile()
        file.write = self.chunks.append
        self.pickler = Pickler(file, 5, fix_imports=False, buffer_callback=self.buffers.append)
        self.pickler.dispatch_table = table  # type: ignore[assignment]  # typeshed wants exact result tuples


class _ChunkFile:
    """A file that keeps the chunks written to it, without copies."""

    __slots__ = ("write",)
    write: Callable[[bytes], None]


class GraphWriter:
    """Writes graph streams. Picklers are kept for the next object in a list, whose pop and append are atomic."""

    __slots__ = ("_idle", "table")

    def __init__(self, find: Find) -> None:
        self.table = Table(find)
        self._idle: list[_ReusablePickler] = []

    def write(self, obj: object) -> Written:
        """Return the object as chunks of a stream, and its buffers. Raises Unsupported with the path of the value."""
        try:
            tool = self._idle.pop()
        except IndexError:
            tool = _ReusablePickler(self.table)
        _dump(tool.pickler, obj, self.table)
        chunks, buffers = tool.chunks.copy(), tool.buffers.copy()
        for chunk in chunks:
            if _has_foreign_global(chunk) and (unsupported := locate(obj, self.table)):
                raise unsupported
        if len(chunks) == 1:  # after a large object, the pickler is dropped to free the memory of its memo
            tool.pickler.clear_memo()
            tool.chunks.clear()
            tool.buffers.clear()
            self._idle.append(tool)
        return chunks, buffers


class _BoundedFile:
    """A file that keeps the chunks written to it, without copies, up to a limit."""

    __slots__ = ("_left", "chunks")

    def __init__(self, most: int) -> None:
        self.chunks: list[bytes] = []
        self._left = most

    def write(self, chunk: bytes) -> None:
        """Keep a chunk. Raises TooLarge."""
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLarge("the object takes more bytes than the limit; a part that is referenced twice counts twice")
        self.chunks.append(chunk)


class TreeWriter:
    """Writes tree streams of at most `most` bytes."""

    __slots__ = ("_most", "table")

    def __init__(self, find: Find, most: int) -> None:
        self.table = Table(find)
        self._most = most

    def write(self, obj: object, *, as_calls: bool = False) -> Written:
        """Return the object as a stream in one chunk, and its buffers. Raises Unsupported with the path, TooLarge.

        as_calls: write dicts and sets whose keys may collide as calls of makers, which count the collisions.
        """
        if as_calls:
            return self._written(_TableCallPickler, obj)
        try:
            return self._written(Pickler, obj)
        except _PicklerDepthError:
            return self._written(_UnframedPickler, obj)

    def _written(self, kind: type[Pickler | _UnframedPickler], obj: object) -> Written:
        buffers: list[PickleBuffer] = []
        sink = _BoundedFile(self._most)
        pickler = kind(sink, 5, fix_imports=False, buffer_callback=buffers.append)
        pickler.fast = True
        makers = _Makers(pickler, self.table)
        pickler.dispatch_table = makers  # type: ignore[assignment]  # typeshed wants exact result tuples
        _dump(pickler, obj, self.table)
        chunks = _unframed(sink.chunks) if kind is Pickler else sink.chunks[1:]
        opcodes = b"".join((*makers.introductions(), *chunks))
        head = op.PROTOCOL + bytes((op.FRAME,)) + len(opcodes).to_bytes(8, "little")
        return [head + opcodes], buffers


class _PicklerDepthError(Exception):
    """Works around a bug of the C pickler: in fast mode its depth counter is not reset after a frozenset.

    After fifty frozensets it may raise KeyError, or on Python 3.14 SystemError, or report a cycle where there is none.
    Newer patch versions of Python do not have the bug: https://github.com/python/cpython/issues/146059.
    """


class _UnframedPickler(_Pickler):
    """The Python pickler without frames. It is slow, but counts the depth correctly."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.framer.start_framing = lambda: None  # type: ignore[attr-defined]  # typeshed has no framer


class _TableCallPickler(_UnframedPickler):
    """Writes a dict or set with enough keys that may collide as a call of a maker."""

    def reducer_override(self, obj: Any) -> Any:
        """Return the call that makes `obj`, or NotImplemented to write it as usual."""
        tables = import_module("brine_codec.standard.hash_tables")  # rarely needed
        if not tables.may_collide(obj):
            return NotImplemented
        try:
            return self.dispatch_table[type(obj)](obj)
        except TooLarge:  # its keys do collide, so the gate decides
            return NotImplemented


class _Makers(dict[type, "Callable[[object], object]"]):
    """The dispatch table of one tree stream. It puts each maker into the memo of the pickler at its first use."""

    def __init__(self, pickler: Pickler | _UnframedPickler, table: Table) -> None:
        super().__init__()
        self._pickler = pickler
        self._table = table
        self._places: dict[Maker, int] = {}

    def __missing__(self, cls: type) -> Callable[[object], object]:
        reducer: Callable[[object], Reduced] = self._table[cls]  # type: ignore[assignment]  # cls is not a Maker
        places = self._places

        def memoised(value: object) -> Reduced:
            reduced = reducer(value)
            if reduced[0] not in places:
                self._memoise(reduced[0])
            return reduced

        self[cls] = memoised
        return memoised

    def get(self, cls: type, default: object = None) -> Callable[[object], object]:  # noqa: ARG002 - as pickle calls it
        """Return the reducer of `cls`. The Python pickler calls `get`, which ignores `__missing__`."""
        return self[cls]

    def _memoise(self, maker: Maker) -> None:
        if len(self._places) == MOST_MAKERS:
            raise Unsupported(f"the object holds more than {MOST_MAKERS} classes")
        self._places[maker] = len(self._places)
        memo = {id(maker): (place, maker) for maker, place in self._places.items()}
        self._pickler.memo = memo  # type: ignore[union-attr]  # typeshed has no memo for _Pickler

    def introductions(self) -> list[bytes]:
        """Return the opcodes that put the makers into the memo."""
        return [op.introduction(place, maker.tag) for maker, place in self._places.items()]


def _dump(pickler: Pickler | _UnframedPickler, obj: object, table: Table) -> None:
    try:
        pickler.dump(obj)
    except RecursionError:
        raise Unsupported("the object contains itself, or is nested too deeply") from None
    except TooLarge:
        raise
    except Exception as error:  # `pack` raises any type, and so does the pickler for a class or function
        if isinstance(pickler, Pickler) and pickler.fast and type(error) in (KeyError, SystemError, ValueError):
            raise _PicklerDepthError from None
        reason = str(error) if isinstance(error, CodecError) else type(error).__name__
        raise (locate(obj, table) or Unsupported(shown(reason))) from error


def _unframed(chunks: list[bytes]) -> list[bytes]:
    """Return the opcodes without frames.

    A chunk is a frame, or opcodes that are too short for a frame. After these, or alone, the header of a large text may
    follow. Then the next chunk is the text.
    """
    chunks[0] = chunks[0].removeprefix(op.PROTOCOL)
    opcodes, is_text = [], False
    for chunk in chunks:
        rest = chunk
        if not is_text and chunk[:1] == bytes((op.FRAME,)):
            end = 9 + int.from_bytes(chunk[1:9], "little")
            opcodes.append(chunk[9:end])
            rest = chunk[end:]
        opcodes.append(rest)
        is_text = bool(rest) and not is_text
    return opcodes


def _has_foreign_global(chunk: bytes) -> bool:
    """Return whether the chunk may name a class or function, for which the pickler does not use the table.

    It looks for STACK_GLOBAL and MEMOIZE after a memoised text. Data can look like that too, so this is no proof.
    """
    at = chunk.find(0x93)
    while at >= 0:
        if (
            chunk[at + 1 : at + 2] == b"\x94"
            and (chunk[at - 1] == 0x94 or chunk[at - 2 : at - 1] == b"h" or chunk[at - 5 : at - 4] == b"j")
            and not chunk.endswith(_OUR_GLOBAL, 0, at)
        ):
            return True
        at = chunk.find(0x93, at + 1)
    return False


_OUR_GLOBAL = b"\x8c\x0bbrine_codec\x94\x8c\x07rebuild\x94"
