"""The answer to a request: the response, and what happened, for Cache-Status, metrics and the log."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from brine.domain.http.cache_status import CacheStatus

if TYPE_CHECKING:
    from brine.domain.caching.decision import ForwardReason
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Response
    from brine.service.diagnostics import Fault
    from brine.service.transaction import PartReport, Trace, Transaction

type Result = Literal["hit", "stale", "collapsed", "miss", "validated", "pass", "refused", "problem"]
"""How the response came about.

- `hit`: from the store. `stale`: from the store, though stale.
- `collapsed`: from the store, where another request's fetch had put it while this one waited.
- `validated`: the origin confirmed the stored response. `miss`: the origin sent it, after the cache was asked.
- `pass`: the origin sent it, and the cache may not answer such requests.
- `refused`: the client accepts only a stored response, and there is none.
- `problem`: an error of the gateway itself.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response, and what happened on the way to it. The members are those of `Trace`, and these:

    `stored`: whether the origin's response was stored. `fwd` and `detail`: as in Cache-Status. `problem`: the kind of
    problem that the response describes.
    `source`: the stored form of the response, for a function that makes another one from it; None if it has none.
    `error`: what a function raised, for the log.
    """

    response: Response
    result: Result
    route: str | None = None
    layer: Literal["memory", "table"] | None = None
    stored: bool = False
    fwd: ForwardReason | None = None
    detail: str | None = None
    origin_time: float | None = None
    retries: int = 0
    early_refresh: bool = False
    problem: str | None = None
    faults: tuple[Fault, ...] = ()
    parts: tuple[PartReport, ...] = ()
    cause: str | None = None
    error: BaseException | None = field(default=None, repr=False)
    source: StoredResponse | None = field(default=None, repr=False)


def answer(
    response: Response,
    result: Result,
    transaction: Transaction,
    trace: Trace,
    *,
    problem: str | None = None,
    source: StoredResponse | None = None,
    detail: str | None = None,
    **members: Any,
) -> Answer:
    """Return the answer with this response, explained by a Cache-Status of these members (RFC 9211).

    Without a `detail`, the last fault is it.
    """
    faults = tuple(trace.faults)
    if detail is None and faults:
        detail = str(faults[-1])
    key = transaction.resource.key if transaction.route.policy.show_key else None
    status = CacheStatus(key=key, detail=detail, **members)
    fields = response.fields
    if trace.parts and transaction.route.policy.show_parts:
        fields = fields.with_line("cache-status", ", ".join(map(str, trace.parts)))
    return Answer(
        response=replace(response, fields=status.added_to(fields)),
        result=result,
        route=transaction.route.name,
        layer=trace.layer,
        stored=status.stored,
        fwd=status.fwd,
        detail=detail,
        origin_time=trace.origin_time,
        retries=trace.retries,
        early_refresh=trace.early_refresh,
        problem=problem,
        faults=faults,
        parts=tuple(trace.parts),
        cause=trace.cause,
        error=trace.error,
        source=source,
    )
