"""Handles the refresh events of a Lambda function: its own refresh requests from SQS, and schedules of EventBridge."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial, wraps
from math import inf
from typing import TYPE_CHECKING, Any, Final, Protocol

from brine.domain.results.refresh_request import is_result_refresh, read
from brine.errors import RefreshFailed
from brine.ports.deadline import Deadline
from brine.service.diagnostics import Fault, Faults
from brine.service.results.call import CacheEvent
from brine.service.results.refreshes.renewal import place_of
from brine_codec import CodecError, KeyringUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from brine.domain.results.refresh_request import ResultRefresh
    from brine.service.results.refreshes.functions import CachedFunctions, Refreshable
    from brine.service.results.refreshes.sealing import RefreshSealer

RESERVE: Final = 0.5
"""Seconds of the invocation that are left for its answer."""
LEAST: Final = 1.0
"""Seconds that must be left of the invocation to begin another refresh."""

type LambdaHandler = Callable[[Any, Any], Any]


class RefreshingCache(Protocol):
    """A results cache, as far as refresh events need it."""

    name: str
    functions: CachedFunctions

    @property
    def sealer(self) -> RefreshSealer:
        """It opens the refresh requests of the cache."""

    def report(self, event: CacheEvent) -> None:
        """Pass an event to the observer of the cache."""

    def now(self) -> float:
        """Return the time in seconds since 1970."""


class RefreshEvents:
    """The refresh events for these caches. `monotonic`: a clock in seconds, for the time left of an invocation."""

    def __init__(self, caches: Sequence[RefreshingCache], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._caches = {cache.name: cache for cache in caches}
        self._monotonic = monotonic

    def wrap(self, handler: LambdaHandler) -> LambdaHandler:
        """Return a handler that handles refresh events itself and passes every other event to `handler`.

        If a batch of SQS has other messages too, `handler` gets a batch with these, and its failures are added.
        """

        @wraps(handler)
        def handle(event: Any, context: Any) -> Any:
            if not self.handles(event):
                return handler(event, context)
            others = [record for record in event.get("Records", ()) if not is_result_refresh(record.get("body"))]
            if not others:
                return self.handle(event, context)
            own = [record for record in event["Records"] if record not in others]
            answer = handler({**event, "Records": others}, context)  # if it raises, SQS delivers all of them again
            failed = (answer or {}).get("batchItemFailures", []) if isinstance(answer, dict | None) else []
            done = self.handle({**event, "Records": own}, context)
            return {"batchItemFailures": [*done["batchItemFailures"], *failed]}

        return handle

    def handles(self, event: object) -> bool:
        """Return whether an event is a batch of refresh requests, or a schedule for cached functions."""
        match event:
            case {"Records": [{"eventSource": "aws:sqs"}, *_] as records}:
                return any(is_result_refresh(record.get("body")) for record in records)
            case {"brine": "refresh"}:
                return True
            case {"source": "aws.events", "detail-type": "Scheduled Event"}:
                return next(self._scheduled(), None) is not None
        return False

    def handle(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Refresh what the event names, one result after the other.

        For SQS, return the messages to deliver again. Raises RefreshFailed if a scheduled refresh failed: Lambda
        repeats the invocation, and then passes the event to the dead-letter queue.
        """
        deadline = self._deadline(context)
        if "Records" not in event:
            return self._handle_schedule(deadline)
        failed = [record["messageId"] for record in event["Records"] if not self._handle_record(record, deadline)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    def _handle_schedule(self, deadline: Deadline) -> dict[str, Any]:
        done = [self._renew_scheduled(cache, function, args, deadline) for cache, function, args in self._scheduled()]
        if not all(done):
            raise RefreshFailed(
                f"{done.count(False)} of {len(done)} scheduled refreshes failed: the log gives the causes"
            )
        return {"refreshed": len(done)}

    def _scheduled(self) -> Iterator[tuple[RefreshingCache, Refreshable, tuple[object, ...]]]:
        for cache in self._caches.values():
            for function, args in cache.functions.scheduled():
                yield cache, function, args

    def _renew_scheduled(
        self, cache: RefreshingCache, function: Refreshable, args: tuple[object, ...], deadline: Deadline
    ) -> bool:
        """Return whether a scheduled refresh is done."""
        if deadline.remaining() < LEAST:
            cache.report(_failure(cache, "no-time"))
            return False
        return self._executed(cache, lambda: function.renew(args, {}, deadline=deadline)) is not False

    def _executed(self, cache: RefreshingCache, renew: Callable[[], CacheEvent | None]) -> bool | None:
        """Return whether a refresh is done, or None if the function has another key for the arguments."""
        try:
            event = renew()
        except Exception as error:  # noqa: BLE001 - the function of tags may raise; the other refreshes must still be made
            cache.report(replace(_failure(cache, "failed"), faults=(Fault("refresh", "failed", place_of(error)),)))
            return False
        return None if event is None else event.outcome != "refresh-failed"

    def _handle_record(self, record: dict[str, Any], deadline: Deadline) -> bool:
        """Return whether a message is done. One that cannot be read is dropped: a retry would fail too."""
        body = record.get("body")
        request = read(body) if is_result_refresh(body) and isinstance(body, str) else None
        cache = None if request is None else self._caches.get(request.cache)
        if request is None:
            first = next(iter(self._caches.values()))
            first.report(_failure(first, "malformed", outcome="refresh-malformed"))
            return True
        if cache is None:
            first = next(iter(self._caches.values()))
            first.report(_failure(first, "unknown-cache", request))
            return False
        if deadline.remaining() < LEAST:
            cache.report(_failure(cache, "no-time", request))
            return False
        return self._renew(request, cache, deadline)

    def _renew(self, request: ResultRefresh, cache: RefreshingCache, deadline: Deadline) -> bool:
        """Return whether a refresh request is done."""
        functions = cache.functions.named(request.function)
        for function in functions:
            function.prepare()
        try:
            args, kwargs, renews = cache.sealer.open(request.sealed, request.function, request.key, cache.now())
        except CodecError as error:
            faults = Faults()
            faults.envelope_failed(error)
            is_retried = isinstance(error, KeyringUnavailable)
            outcome = "refresh-failed" if is_retried else "refresh-malformed"
            cache.report(replace(_failure(cache, "malformed", request, outcome=outcome), faults=tuple(faults)))
            return not is_retried
        if not functions:  # it exists in newer code only, during a deployment; or its module is not imported
            fault = Fault("refresh", "unknown-function")
            cache.report(
                CacheEvent(outcome="refresh-failed", cache=cache.name, function=request.function, faults=(fault,))
            )
            return False
        for function in functions:
            renew = partial(function.renew, args, kwargs, key=request.key, renews=renews, deadline=deadline)
            is_done = self._executed(cache, renew)
            if is_done is not None:
                return is_done
        cache.report(CacheEvent(outcome="not-needed", cache=cache.name, function=request.function))
        return True

    def _deadline(self, context: object) -> Deadline:
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        seconds = inf if remaining is None else remaining() / 1000
        return Deadline(self._monotonic() + seconds, self._monotonic).within(inf, reserve=RESERVE)


def _failure(
    cache: RefreshingCache, what: str, request: ResultRefresh | None = None, *, outcome: Any = "refresh-failed"
) -> CacheEvent:
    # The name of a function is reported only if it is known: the message is not verified yet
    function = None if request is None or not cache.functions.named(request.function) else request.function
    return CacheEvent(outcome=outcome, cache=cache.name, function=function, faults=(Fault("refresh", what),))
