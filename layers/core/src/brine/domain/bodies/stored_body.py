"""References to bodies in the body store, and bodies that are stored in parts (RFC 9111 sections 3.3 and 3.4)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

MAX_PARTS: Final = 128
"""Parts of one body. A further part replaces another one, so the index of the parts stays small."""


@dataclass(frozen=True, slots=True)
class BodyReference:
    """Reference to a body in the body store: its SHA-256, which is its address there, and its length in bytes."""

    digest: bytes
    size: int


@dataclass(frozen=True, slots=True)
class ZstdFrame:
    """A body as a frame of zstd, for clients that accept it so. `body`: the object that it was made from."""

    body: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class StoredPart:
    """The bytes of a representation from position `first` on, or the reference to them.

    `loaded`: the bytes of a reference, once they were read. They are not sealed with the response.
    """

    first: int
    body: bytes | BodyReference
    loaded: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.body.size if isinstance(self.body, BodyReference) else len(self.body)

    @property
    def stop(self) -> int:
        """The position after the last byte."""
        return self.first + self.size

    @property
    def data(self) -> bytes | None:
        """The bytes; None while they are only in the body store."""
        return self.loaded if isinstance(self.body, BodyReference) else self.body


@dataclass(frozen=True, slots=True)
class PartialBody:
    """Bytes of a representation of `size` bytes: its stored parts, by position. No two of them overlap."""

    size: int
    parts: tuple[StoredPart, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether no byte is missing."""
        return not self.missing

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """The gaps: the position of the first byte of each, and the position after its last."""
        return tuple(self._gaps(0, self.size))

    def covers(self, start: int, stop: int) -> bool:
        """Return whether all bytes from `start` up to `stop` are stored."""
        return next(self._gaps(start, stop), None) is None

    def within(self, spans: Iterable[tuple[int, int]]) -> tuple[StoredPart, ...]:
        """Return the parts that have bytes of these spans, each a start and a stop."""
        wanted = tuple(spans)
        return tuple(part for part in self.parts if any(part.first < b and a < part.stop for a, b in wanted))

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to `stop`. Raises ValueError when one is missing or not loaded."""
        pieces = []
        for part in self.within([(start, stop)]):
            if part.data is None:
                raise ValueError(f"the part from byte {part.first} is in the body store: load it first")
            pieces.append(part.data[max(start - part.first, 0) : stop - part.first])
        data = b"".join(pieces)
        if len(data) != stop - start:
            raise ValueError(f"of the bytes from {start} to {stop}, only {len(data)} are stored")
        return data

    def with_bytes(self, first: int, data: bytes) -> PartialBody:
        """Return the body with the bytes from `first` on. Stored bytes stay as they are.

        The new part begins and ends with a missing byte, and replaces the parts between them. It takes up neighbours
        that are not in the body store. If it is one too many, it replaces the part that its digest points to: a client
        that reads a long body again and again then still finds many parts, which "the oldest" would not give it.
        """
        gaps = list(self._gaps(first, first + len(data)))
        if not gaps:
            return self
        start, stop = gaps[0][0], gaps[-1][1]
        begin, new = start, data[start - first : stop - first]
        others = []
        for part in self.parts:
            if part.stop == start and isinstance(part.body, bytes):
                begin, new = part.first, part.body + new
            elif part.first == stop and isinstance(part.body, bytes):
                new += part.body
            elif part.stop <= start or stop <= part.first:
                others.append(part)
        if len(others) == MAX_PARTS:
            del others[int.from_bytes(sha256(new).digest()[:4]) % MAX_PARTS]
        return replace(self, parts=tuple(sorted((*others, StoredPart(begin, new)), key=lambda part: part.first)))

    def without(self, digests: Collection[bytes]) -> PartialBody:
        """Return the body without the parts at these addresses in the body store."""
        lost = [part for part in self.parts if isinstance(part.body, BodyReference) and part.body.digest in digests]
        return replace(self, parts=tuple(part for part in self.parts if part not in lost)) if lost else self

    def unloaded(self) -> PartialBody:
        """Return the body without the loaded bytes of references."""
        return replace(self, parts=tuple(StoredPart(part.first, part.body) for part in self.parts))

    @property
    def loaded_size(self) -> int:
        """The number of bytes in this object."""
        return sum(len(part.data) for part in self.parts if part.data is not None)

    def is_valid(self) -> bool:
        """Return whether each part has bytes within the representation, and the next part begins after its end."""
        return all(0 <= part.first < part.stop <= self.size for part in self.parts) and all(
            one.stop <= other.first for one, other in pairwise(self.parts)
        )

    def _gaps(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the gaps between `start` and `stop`."""
        for part in self.parts:
            if part.first >= stop:
                break
            if part.first > start:
                yield start, part.first
            start = max(start, part.stop)
        if start < stop:
            yield start, stop
