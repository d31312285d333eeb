"""A fetch of the model: the requests to the origin for one decision, and the meaning of the response for the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from brine.domain.caching.receive import receive
from brine.domain.caching.stale import ERRORS
from brine.service.http_cache.public_answer import addresses_of

if TYPE_CHECKING:
    from brine.domain.caching.decision import Forward, ResponseDecision, Validate
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Response
    from brine.service.http_cache.lookup import Lookup
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.model.attempts import Attempt
    from brine_cli.replay.model.plain.life import PlainLife
    from brine_cli.replay.rows import Row

FAILED = ERRORS | {429}
"""Statuses after which one of the requests that wait tries again, as in brine.service.http_cache.fetcher."""

type Turn = Literal["lead", "late", "alone"]
"""`lead`: others wait for this fetch. `late`: it stores if no other fetch did meanwhile. `alone`: it stores nothing."""


class Origins(Protocol):
    """Gives the responses of origins."""

    def response(
        self, row: Row, asked: AskedRequest, fields: Fields, validated: int | None, at: float
    ) -> tuple[Response, float]:
        """Return the response to a request at a time, and the seconds that it took. It may be asked again.

        fields: those that are sent. validated: the size of the stored response that the request validates.
        """


@dataclass(slots=True, kw_only=True)
class ModelFetch:
    """One fetch, from its beginning to the time when its response has arrived.

    `lookup`: the one before it. `response`, `reception`: None if the origin did not answer in time. `life`: that of the
    response to store, if it is that of a plain exchange.
    """

    attempt: Attempt
    decision: Validate | Forward
    lookup: Lookup
    turn: Turn
    began: float
    end: float
    response: Response | None = None
    reception: ResponseDecision | None = None
    life: PlainLife | None = None

    @property
    def is_failed(self) -> bool:
        """Whether one of the requests that wait tries again."""
        if self.response is None or self.reception is None:
            return True
        return self.response.status in FAILED and self.reception.keep is None

    def received(self, decision: Validate | Forward) -> ResponseDecision:
        """Return the decision of `receive` about the response, as if it had been fetched for `decision`."""
        if self.response is None:
            raise TypeError("the origin did not answer")
        transaction = self.attempt.asked.transaction
        request, route = transaction.request, transaction.route
        return receive(
            decision,
            request,
            self.response,
            route.policy,
            target=request.target,
            route=route.name,
            request_time=self.began,
            response_time=self.end,
            origin=route.origin,
            addresses=None if request.may_use_cache else addresses_of(transaction),
        )
