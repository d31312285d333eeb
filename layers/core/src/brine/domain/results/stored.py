"""What the cache keeps of a Python computation, and when it may be used."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.purging.stamps import AppliedStamps


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

    Its age counts from `began`, the beginning of its computation; purges are compared with that. `generation` is the
    fencing token of the computation's lease. `applied_stamps`: purges that were known before it began though their
    times are later. `stale_from`: the soft purge that ended its freshness, as the lookup found it; it is not stored.
    """

    value: object
    began: float
    fresh_until: float
    grace_until: float
    tags: tuple[str, ...] = ()
    generation: int = 0
    applied_stamps: AppliedStamps = ()
    stale_from: float = inf

    @property
    def confirmed(self) -> float:
        """A result is confirmed by nothing but its computation."""
        return self.began

    def is_fresh(self, now: float) -> bool:
        """Whether it may be served."""
        return now < self.fresh_until and self.stale_from == inf

    def is_usable(self, now: float) -> bool:
        """Whether it is fresh, or may be served stale while, or because, no newer one is to be had.

        Its grace begins when its freshness ends, be it by its time or by a soft purge.
        """
        grace = self.grace_until - self.fresh_until
        return self.is_fresh(now) or (grace > 0 and now < min(self.fresh_until, self.stale_from) + grace)
