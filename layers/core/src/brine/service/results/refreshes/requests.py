"""Refresh requests for results, sent before a stale result is returned: Lambda freezes the process after the answer."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from brine.domain.refreshing.early import is_drawn
from brine.domain.results.refresh_request import ResultRefresh, write
from brine.errors import StoreError
from brine.service.refresh_pauses import RefreshPauses
from brine_codec import CodecError, TooLarge, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.results.cached_call import CachedCall
    from brine.domain.results.stored import StoredResult
    from brine.ports.caching import TextQueue
    from brine.service.results.refreshes.sealing import RefreshSealer
    from brine.service.transaction import Trace


class ResultRefreshes:
    """Puts refresh requests of one cache into the function's own queue, at most one for each key in a pause.

    `draw` gives random numbers of [0, 1), which pick the hits that request early refreshes. Threads may share it.
    """

    def __init__(
        self,
        cache: str,
        queue: TextQueue,
        sealer: RefreshSealer,
        *,
        pauses: RefreshPauses | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._cache = cache
        self._queue = queue
        self._sealer = sealer
        self._pauses = pauses or RefreshPauses()
        self._draw = draw

    def enqueue(self, cached_call: CachedCall, key: str, trace: Trace, *, renews: int | None = None) -> bool | None:
        """Request a refresh. Return True if a message was sent.

        None: no message can be made of this call, so the caller must compute. False: a message was sent a moment ago,
        or the queue failed. Then the next attempt comes after the pause, because a hit waits for each attempt.
        """
        try:
            sealed = self._sealer.seal(cached_call, key, renews, trace.now)
        except (Unsupported, TooLarge):
            return None
        except CodecError as error:
            trace.faults.envelope_failed(error)
            return None
        text = write(ResultRefresh(self._cache, cached_call.function, key, sealed))
        if text is None:
            return None
        if not self._pauses.is_over(key, trace.now):
            return False
        try:
            self._queue.send(text, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("queue", error)
            return False
        return True

    def enqueue_early(self, cached_call: CachedCall, key: str, stored: StoredResult, trace: Trace) -> bool:
        """Request the refresh of a fresh result, if chance picks this hit for it. Return whether a message was sent."""
        beta = cached_call.early_refresh
        if beta <= 0 or stored.took <= 0:
            return False
        remaining = stored.fresh_until - trace.now
        if not is_drawn(self._draw(), took=stored.took, beta=beta, remaining=remaining):
            return False
        return self.enqueue(cached_call, key, trace, renews=stored.generation) is True
