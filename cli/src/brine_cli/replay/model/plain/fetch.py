"""A fetch of the shortcut, which then stands for the stored response. Both are made in full if the rules need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.service.http_cache.lookup import MAIN, Lookup
from brine_cli.replay.model.attempts import Attempt, OwnFetch
from brine_cli.replay.model.fetches import ModelFetch
from brine_cli.replay.model.key_state import MadeLater
from brine_cli.replay.model.plain.copies import copy_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.bodies.stored_body import BodyReference, PartialBody
    from brine.domain.caching.decision import Forward, Validate
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Response
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.model.attempts import ModelFlights
    from brine_cli.replay.model.fetches import Turn
    from brine_cli.replay.model.plain.decided import DecidedExchange
    from brine_cli.replay.rows import Row


@dataclass(slots=True, eq=False)
class PlainFetch(MadeLater):
    """A plain request that was sent to the origin, and its response.

    `turn`, `attempt`: see ModelFetch; the turn is never `alone`, and the attempt is made when the rules need it.
    `decision`: the request without its stored response, which is `before`. `seen`: the generations that the lookup saw.
    `decided`: the decision to copy about the response. `request_time` to `generation` are those of the response to
    store.
    """

    asked: AskedRequest
    row: Row
    turn: Turn
    decision: Validate | Forward
    before: StoredResponse | MadeLater | None
    seen: Mapping[str, int]
    response: Response
    decided: DecidedExchange
    request_time: float
    response_time: float
    fetch_started: float
    status: int
    body: bytes | BodyReference | PartialBody
    size: int
    generation: int = 0
    attempt: Attempt | None = None

    @property
    def fields(self) -> Fields:
        """The fields of the stored response."""
        return self._copied.fields

    @property
    def _copied(self) -> StoredResponse:
        copied = self.decided.decision.keep
        assert copied is not None  # noqa: S101 - for the checker of types
        return copied

    def stored(self) -> StoredResponse:
        """Return the stored response in full."""
        return copy_of(
            self._copied,
            target=self.asked.transaction.request.target,
            status=self.status,
            body=self.body,
            request_time=self.request_time,
            response_time=self.response_time,
            fetch_started=self.fetch_started,
            generation=self.generation,
        )

    def lead(self, flights: ModelFlights) -> Attempt:
        """Let other requests wait for this fetch."""
        if self.attempt is None:
            self.attempt = self._attempt()
            flights.begin(self.attempt, MAIN, OwnFetch())
        return self.attempt

    def _attempt(self) -> Attempt:
        return Attempt(asked=self.asked, row=self.row, since=self.request_time, now=self.request_time)

    def in_full(self, flights: ModelFlights) -> ModelFetch:
        """Return the fetch as the rules know it, without its reception."""
        attempt = self.lead(flights) if self.turn == "lead" else self._attempt()
        before, decision = self.before, self.decision
        stored = before.stored() if isinstance(before, MadeLater) else before
        if stored is None:
            lookup = Lookup(seen=self.seen)
        else:
            lookup = Lookup(stored, stored, seen=self.seen)
            decision = type(decision)(stored=stored, fields=decision.fields, reason=decision.reason)
        return ModelFetch(
            attempt=attempt,
            decision=decision,
            lookup=lookup,
            turn=self.turn,
            began=self.request_time,
            end=self.response_time,
            response=self.response,
        )
