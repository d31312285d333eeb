"""What serving a request comes to: the response, and what happened, for metrics and the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.service.journal import Fault

type Result = Literal["hit", "stale", "collapsed", "miss", "validated", "pass", "refused", "problem"]
"""hit: from the store. stale: from the store though stale. collapsed: from what another request fetched just now.
validated: the origin confirmed what is stored. miss: from the origin, and the cache was asked. pass: from the origin,
not the cache's business. refused: the client asked for what cannot be had. problem: the gateway's own error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response and its story. `layer`: where a hit came from. `origin_time`: seconds of waiting for the origin.

    `retries`: how often it was asked once more in that time. `early_refresh`: whether a refresh was asked for though
    the response is fresh.
    """

    response: Response
    result: Result
    route: str | None = None
    layer: Literal["memory", "table"] | None = None
    stored: bool = False
    origin_time: float | None = None
    retries: int = 0
    early_refresh: bool = False
    problem: str | None = None
    faults: tuple[Fault, ...] = ()
