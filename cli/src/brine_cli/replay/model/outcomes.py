"""The outcome of one request of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from brine.domain.caching.freshness import freshness
from brine.domain.caching.receive import receive_error
from brine_cli.replay.model.answer_sizes import relayed, served

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.caching.decision import Forward, ForwardReason, StorageRefusal, Validate
    from brine.domain.caching.stored import StoredResponse
    from brine.service.http_cache.answer import Result
    from brine_cli.replay.model.attempts import Attempt
    from brine_cli.replay.model.fetches import ModelFetch
    from brine_cli.replay.rows import Row


class Outcome(NamedTuple):
    """The answer to a request, by the words of `brine.service.http_cache.answer.Answer`.

    `size`: the bytes of its body. `reason`: why it went to the origin. `refusal`: why its response was not stored.
    `age`: of the stored response that answered, in whole seconds. `staleness`: for how long that was stale, in seconds.
    """

    result: Result
    status: int
    size: int
    reason: ForwardReason | None = None
    stored: bool = False
    refusal: StorageRefusal | None = None
    age: int | None = None
    staleness: int = 0


type Observer = Callable[[Row, Outcome], None]
"""Called with each request and its outcome, in the order of the answers."""


def fetched(fetch: ModelFetch, *, kept: bool) -> Outcome:
    """Return the outcome of a request that was sent to the origin. `kept`: whether its response is stored now."""
    reception, response, attempt = fetch.reception, fetch.response, fetch.attempt
    if reception is None or response is None:
        return without_origin(fetch.decision, attempt, 504)
    request, now = attempt.asked.transaction.request, fetch.end
    result: Result = "miss" if request.may_use_cache else "pass"
    if reception.reuse is None:
        status, size = relayed(response, request, now)
    else:
        result = "stale" if reception.stale else "validated"
        status, size = served(reception.reuse, request, now)
    return Outcome(
        result=result,
        status=status,
        size=size,
        reason=fetch.decision.reason,
        stored=kept,
        refusal=reception.refusal,
        staleness=_staleness(reception.reuse, attempt, now) if reception.stale else 0,
    )


def without_origin(decision: Validate | Forward, attempt: Attempt, status: int) -> Outcome:
    """Return the outcome of a request that got no response: a stale one, or a problem with this status."""
    transaction, now = attempt.asked.transaction, attempt.now
    request, policy = transaction.request, transaction.route.policy
    stale = receive_error(decision, request, policy, now)
    if stale is None:
        return Outcome(result="problem", status=status, size=0, reason=decision.reason)
    of_stale, size = served(stale, request, now)
    return Outcome(
        result="stale",
        status=of_stale,
        size=size,
        reason=decision.reason,
        staleness=_staleness(stale, attempt, now),
    )


def _staleness(stored: StoredResponse | None, attempt: Attempt, now: float) -> int:
    """Return for how many whole seconds a response has been stale."""
    if stored is None:
        return 0
    transaction = attempt.asked.transaction
    return max(0, -freshness(stored, transaction.route.policy, now, transaction.request).remaining)
