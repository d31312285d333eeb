"""What the cache keeps of a Python computation, and when it may be used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception in place of a result: the name of its class, and its arguments."""

    name: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An envelope in place of a result: it lies in the body store, under its SHA-256, and has `size` bytes."""

    digest: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResult:
    """A result, and its windows in seconds since 1970.

    It is as old as the beginning of its computation. `generation` is the fencing token of the computation's lease.
    """

    value: object
    fresh_until: float
    grace_until: float
    generation: int = 0

    def is_fresh(self, now: float) -> bool:
        """Whether it may be served."""
        return now < self.fresh_until

    def is_usable(self, now: float) -> bool:
        """Whether it is fresh, or may be served stale while, or because, no newer one is to be had."""
        return now < max(self.fresh_until, self.grace_until)
