"""What a route may settle about caching where the RFCs leave a choice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One route's choices. Durations are seconds. The defaults are plain RFC 9111: nothing the origin did not say.

    freshness_lifetime: for a response with neither explicit freshness nor a directive against storing.
    grace: how long past its freshness a response may be served stale on an error, where the origin says nothing.
    keep: how long past freshness and grace a response with a validator is kept to be validated.
    background_refresh: whether something refreshes what is served stale; without it, it is validated at once.
    show_key: whether Cache-Status may name the cache key.
    """

    freshness_lifetime: float | None = None
    grace: float = 0.0
    keep: float = 86_400.0
    background_refresh: bool = False
    show_key: bool = False
