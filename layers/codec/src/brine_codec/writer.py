"""Objects to pickle streams in which no class appears."""

from __future__ import annotations

import datetime as dt
from operator import methodcaller
from pickle import Pickler

from brine_codec.errors import Unsupported, shown
from brine_codec.opcodes import MODULE_NAME, REBUILD_NAME, TYPE_NAMES
from brine_codec.token import Maker, Rebuild
from brine_codec.trail import locate

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable
    from pickle import PickleBuffer

    from brine_codec.token import Reducer


def _never(tag: str) -> Maker:
    raise NotImplementedError(tag)


rebuild = Rebuild(_never)
"""What the pickler writes the name of. Each codec reads that name as a Rebuild of its own."""


def _timezone(zone: object) -> tuple[type, tuple[object, ...]]:
    return dt.timezone, zone.__getinitargs__()  # type: ignore[attr-defined]  # called for timezone alone


def _maker(maker: object) -> tuple[Rebuild, tuple[str]]:
    return rebuild, (maker.tag,)  # type: ignore[attr-defined]  # called for makers alone


_EXACT = methodcaller("__reduce_ex__", 5)  # keeps `fold`, which __reduce__ drops


class Table(dict[type, "Callable[[object], object]"]):
    """The pickler's dispatch table: what each type is written as. A type that is in no table cannot be written."""

    def __init__(self, find: Callable[[type], Reducer | None]) -> None:
        super().__init__(
            {
                Rebuild: lambda _: Rebuild.NAME,
                dt.date: _EXACT,
                dt.datetime: _EXACT,
                dt.time: _EXACT,
                dt.timedelta: _EXACT,
                dt.timezone: _timezone,
            }
        )
        self._find = find

    def __missing__(self, cls: type) -> Callable[[object], object]:
        reducer = _maker if issubclass(cls, Maker) else self._find(cls)
        if reducer is None:
            raise Unsupported(f"type {cls.__qualname__} is not registered")
        self[cls] = reducer
        return reducer


class _Sink:
    """A file that keeps what it is given, uncopied."""

    __slots__ = ("write",)
    write: Callable[[bytes], None]


class _Tool:
    """A pickler and where it puts things. Making one costs a quarter of sealing a small object."""

    __slots__ = ("buffers", "chunks", "pickler")

    def __init__(self, table: Table) -> None:
        self.chunks: list[bytes] = []
        self.buffers: list[PickleBuffer] = []
        sink = _Sink()
        sink.write = self.chunks.append
        self.pickler = Pickler(sink, 5, fix_imports=False, buffer_callback=self.buffers.append)
        self.pickler.dispatch_table = table  # type: ignore[assignment]  # typeshed wants exact result tuples


class Writer:
    """Writes by one table. Tools that did well are kept for the next object; a list's ends are atomic."""

    __slots__ = ("_idle", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self._idle: list[_Tool] = []

    def write(self, obj: object) -> tuple[list[bytes], list[PickleBuffer]]:
        """The object as chunks of a stream, and its buffers. Raises Unsupported with the path inside."""
        try:
            tool = self._idle.pop()
        except IndexError:
            tool = _Tool(self.table)
        try:
            tool.pickler.dump(obj)
        except RecursionError:
            raise Unsupported("the object contains itself, or is nested too deeply") from None
        except Exception as error:  # whatever the caller's pack raises, or the pickler for a class or function
            raise Unsupported(locate(obj, self.table) or f"{type(error).__name__}: {shown(str(error))}") from error
        chunks, buffers = tool.chunks.copy(), tool.buffers.copy()
        for chunk in chunks:
            if _has_foreign_global(chunk) and (place := locate(obj, self.table)):
                raise Unsupported(place)
        if len(chunks) == 1:  # after a large object, the memo's memory is better given back
            tool.pickler.clear_memo()
            tool.chunks.clear()
            tool.buffers.clear()
            self._idle.append(tool)
        return chunks, buffers


def _has_foreign_global(chunk: bytes) -> bool:
    """Whether a class or function may have been written: the pickler asks no table about these.

    Looks for STACK_GLOBAL and MEMOIZE after a memoised text; data can look like that, so this is no proof.
    """
    at = chunk.find(0x93)
    while at >= 0:
        if (
            chunk[at + 1 : at + 2] == b"\x94"
            and (chunk[at - 1] == 0x94 or chunk[at - 2 : at - 1] == b"h" or chunk[at - 5 : at - 4] == b"j")
            and not chunk.endswith((MODULE_NAME + REBUILD_NAME, *TYPE_NAMES), 0, at)
        ):
            return True
        at = chunk.find(0x93, at + 1)
    return False
