"""Stored results of Python computations, and the times when they may be used."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.purging.dependency import AppliedStamps


@dataclass(frozen=True, slots=True)
class StoredException:
    """An exception that is stored instead of a result: the name of its class, and its arguments."""

    name: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class EnvelopeReference:
    """Reference to a result's envelope in the body store: its SHA-256, which is its address, and its size in bytes."""

    digest: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResult:
    """A result with its freshness and grace in seconds since 1970.

    Its age counts from the beginning of its computation, `began`; purges are compared with it. `generation` is the
    fencing token of the computation's lease. `applied_stamps`: purges that were known before it began but have a later
    time.
    `took`: seconds that the computation took.
    `cache`, `function` and `tenant_digest`: its cache, its function and its tenant, for operators. No lookup uses them.
    `stale_from`: the time of the soft purge that ended its freshness. The lookup sets it; it is not stored.
    """

    value: object
    began: float
    fresh_until: float
    grace_until: float
    took: float = 0.0
    tags: tuple[str, ...] = ()
    generation: int = 0
    applied_stamps: AppliedStamps = ()
    cache: str = ""
    function: str = ""
    tenant_digest: str = ""
    stale_from: float = inf

    @property
    def confirmed(self) -> float:
        """When its computation began: a result cannot be validated."""
        return self.began

    def is_fresh(self, now: float) -> bool:
        """Return whether the result is fresh at `now`."""
        return now < self.fresh_until and self.stale_from == inf

    def is_usable(self, now: float) -> bool:
        """Return whether the result is fresh, or may be served stale because no newer one is available.

        Its grace begins when its freshness ends, by time or by a soft purge.
        """
        grace = self.grace_until - self.fresh_until
        return self.is_fresh(now) or (grace > 0 and now < min(self.fresh_until, self.stale_from) + grace)
