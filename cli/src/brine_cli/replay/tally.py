"""The counts of a replay for one route, which processes add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from brine_cli.costs.prices import HIT_SECONDS, TABLE_SECONDS
from brine_cli.replay.bill import (
    LEASE,
    LEASE_COMMIT,
    STAMP_READ,
    api_requests,
    expected_table_reads,
    item_size,
    looks,
    renewals,
)

if TYPE_CHECKING:
    from brine.service.http_cache.answer import Result
    from brine_cli.replay.bill import ItemSize


@dataclass(slots=True)
class RouteTally:
    """The outcomes of the requests of a route, and their units.

    `results`: answers by the results of `brine.service.http_cache.answer`. `sizes`: bytes of the answers by result.
    `reasons`: why requests went to the origin. `refusals`: why responses were not stored. `staleness`, `ages`: answers
    by their whole seconds. `calls_at`: requests to the origin by second. `new_keys_at`: new keys by minute.

    `compared`: hits that have a size in the log. `changed`: those with another size there. `calls`: requests to the
    origin, including the refreshes. `reads`, `writes`: units. `function_seconds`: the time of all invocations.
    `api_units`: the requests that an HTTP API bills. `lookups`: requests that needed purge times.
    """

    results: Counter[Result] = field(default_factory=Counter)
    sizes: Counter[Result] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    staleness: Counter[int] = field(default_factory=Counter)
    ages: Counter[int] = field(default_factory=Counter)
    calls_at: Counter[int] = field(default_factory=Counter)
    new_keys_at: Counter[int] = field(default_factory=Counter)
    changed: int = 0
    compared: int = 0
    calls: int = 0
    refreshes: int = 0
    call_bytes: int = 0
    reads: float = 0.0
    writes: float = 0.0
    gets: float = 0.0
    puts: float = 0.0
    messages: float = 0.0
    invocations: float = 0.0
    function_seconds: float = 0.0
    origin_seconds: float = 0.0
    api_units: float = 0.0
    lookups: float = 0.0

    def add(self, other: RouteTally) -> None:
        """Add the counts of another tally."""
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def requests(self) -> int:
        """All requests."""
        return self.results.total()

    @property
    def hits(self) -> int:
        """Requests that were answered from the store without a wait for the origin."""
        return self.results["hit"] + self.results["stale"]

    def answered(self, result: Result, size: int, seconds: float) -> None:
        """Count one answer. seconds: how long the function took."""
        self.results[result] += 1
        self.sizes[result] += size
        self.invocations += 1
        self.function_seconds += seconds
        self.api_units += api_requests(size)

    def called(self, at: float, size: int, seconds: float) -> None:
        """Count one request to the origin."""
        self.calls += 1
        self.call_bytes += size
        self.origin_seconds += seconds
        self.calls_at[int(at)] += 1

    def looked_up(self, item: ItemSize) -> None:
        """Count the read of an item in the table, with the purge time of its key."""
        self.lookups += 1
        self.reads += item.read_units + STAMP_READ

    def stored(self, item: ItemSize, seconds: float) -> None:
        """Count the writes of a response, after a fetch of so many seconds."""
        self.writes += LEASE + LEASE_COMMIT + item.write_units + renewals(seconds)
        self.puts += item.is_large

    def not_stored(self, seconds: float, *, has_lease: bool, is_marked: bool) -> None:
        """Count the writes of a fetch without a stored response."""
        if has_lease:
            self.writes += LEASE + renewals(seconds)
            self.writes += LEASE_COMMIT + item_size(0).write_units if is_marked else LEASE

    def followed(self, item: ItemSize, seconds: float) -> None:
        """Count the calls of a request that waited for the fetch of another environment."""
        self.looked_up(item_size(0))
        self.writes += LEASE
        self.reads += looks(seconds) + 2 * item.read_units

    def hit_often(self, uses: int, cold: int, item: ItemSize, environments: int) -> None:
        """Count the reads of the hits of one stored response.

        cold: the hits at which no environment knows the purges of the key, because its last read is too long ago.
        """
        from_table = expected_table_reads(uses, environments) if environments > 1 else 0.0
        from_memory = uses - from_table
        known = (uses - cold) / environments  # the environment that answered within the purge delta
        self.lookups += uses
        self.reads += from_table * item.read_units + STAMP_READ * (uses - min(known, from_memory))
        self.gets += from_table * item.is_large
        self.function_seconds += from_memory * HIT_SECONDS + from_table * TABLE_SECONDS


_COUNTERS = tuple(one.name for one in fields(RouteTally) if str(one.type).startswith("Counter"))
_NUMBERS = tuple(one.name for one in fields(RouteTally) if one.name not in _COUNTERS)
