"""The rehearsal of a request: the gateway's own code, on views that only read, up to the request to the origin.

So an explanation cannot differ from the gateway: the gateway's code makes the decision. Where that would wait for
another request's fetch, or send a request, the rehearsal ends.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from brine.service.admin.explain.read_only import ReadLog, read_only
from brine.service.compression.content_coder import ContentCoder
from brine.service.flights.turns import Follow, Lead
from brine.service.gateway import Gateway
from brine.service.http_cache.key_guard import KeyGuard
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.http_cache.responder import Responder
from brine.service.single_flight import SingleFlight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from _typeshed import DataclassInstance

    from brine.domain.caching.decision import Decision, Forward, Validate
    from brine.domain.http.messages import Request, Response
    from brine.domain.refreshing.request import RefreshRequest
    from brine.ports.caching import Held, RefreshQueue
    from brine.ports.deadline import Deadline
    from brine.service.flights.turns import Turn
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.lookup import Lookup
    from brine.service.origins.origin_state import OriginState
    from brine.service.origins.routed import Upstreams
    from brine.service.transaction import Trace, Transaction
    from brine.service.transcoding.transcoder import Transcoder


class OriginReached(Exception):
    """The rehearsal would send the request to the origin now."""


class FetchAwaited(Exception):
    """The rehearsal would wait for another request's fetch now."""


@dataclass(slots=True)
class Rehearsed:
    """The findings of a rehearsal. Members that it did not get to are None.

    `answer`: the answer, unless the origin gives it. `sent`: the request to the origin, without the route's
    credentials. `origin`: the state of its circuit and budget. `decision`: the last one, which is the one that counts.
    `is_capped`: whether the limit of new keys in a minute keeps the response from being stored.
    `fetched_by`: where the fetch runs that the request would wait for. `held`: the lease of that fetch.
    `refresh`: whether a refresh is requested, or was a moment ago.
    """

    log: ReadLog = field(default_factory=ReadLog)
    transaction: Transaction | None = None
    trace: Trace | None = None
    lookup: Lookup | None = None
    decision: Decision | None = None
    answer: Answer | None = None
    sent: Request | None = None
    origin: OriginState | None = None
    is_capped: bool = False
    fetched_by: Literal["process", "environment"] | None = None
    held: Held | None = None
    refresh: Literal["requested", "paused"] | None = None


@dataclass(frozen=True, slots=True)
class _UnsentOrigins:
    """Ends the rehearsal in the place of a request, unless the circuit or the budget of the origin forbids that."""

    origins: Upstreams
    rehearsed: Rehearsed
    by_store: bool

    def fetch(
        self,
        transaction: Transaction,
        request: Request,
        deadline: Deadline,  # noqa: ARG002 - as in Upstreams
        trace: Trace,
    ) -> Response:
        """Raise OriginReached, or the OriginPaused of the circuit or budget."""
        state = self.state(transaction, trace, trace.now, by_store=self.by_store)
        self.rehearsed.sent, self.rehearsed.origin = request, state
        raise OriginReached if state.refusal is None else state.refusal

    def state(self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool) -> OriginState:
        """Return the state of the origin."""
        return self.origins.state(transaction, trace, now, by_store=by_store)


class _NoQueue:
    """The RefreshQueue port, for a rehearsal that sends no request."""

    def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> NoReturn:  # noqa: ARG002 - as in the port
        """Raise AssertionError."""
        raise AssertionError("an explanation requests no refresh")


class _UnsentRefreshes(RefreshRequests):
    """Notes a refresh that would be requested. No hit requests an early one: that is up to chance."""

    def __init__(self, refreshes: RefreshRequests, rehearsed: Rehearsed) -> None:
        queue: RefreshQueue = _NoQueue()
        super().__init__(queue, draw=lambda: 1.0)
        self._real = refreshes
        self._rehearsed = rehearsed

    def _send(self, request: RefreshRequest, slot: str, transaction: Transaction, trace: Trace) -> bool:  # noqa: ARG002 - as in the base
        is_paused = self._real.is_paused(request, slot, trace.now)
        self._rehearsed.refresh = "paused" if is_paused else "requested"
        return not is_paused


@dataclass(frozen=True, kw_only=True)
class _PeekedFlights(SingleFlight):
    """Gives the turn that the request would have, without a lease and without a flight of its own."""

    rehearsed: Rehearsed

    @contextmanager
    def turn(
        self,
        key: str,
        *,
        lease_seconds: Callable[[], float],  # noqa: ARG002 - as in the base, and so are the next ones
        wait_seconds: float,  # noqa: ARG002 - as the port has it
        has_stale: bool,
        may_store: Callable[[], bool],
        trace: Trace,
        may_take_over: Callable[[], bool] = lambda: True,  # noqa: ARG002 - as the port has it
        accepts_failure: bool = False,  # noqa: ARG002 - as the port has it
    ) -> Iterator[Turn]:
        """Give the caller its turn. Raises FetchAwaited if it would wait."""
        now, rehearsed = self.clock(), self.rehearsed
        flight = self.in_flight.current(key)
        if flight is not None and not flight.is_over and now < flight.expires_at:
            rehearsed.fetched_by = "process"
        elif not may_store():
            rehearsed.is_capped = True
        else:
            rehearsed.held = held = self.leases.holder(key, trace)
            if held is not None and held.expires_at > now:
                rehearsed.fetched_by = "environment"
        if rehearsed.fetched_by is None:
            yield Lead(None)
        elif has_stale:
            yield Follow(waited=False)
        else:
            raise FetchAwaited


@dataclass(frozen=True, kw_only=True)
class Rehearsal(Gateway):
    """A gateway that neither sends nor stores, and notes its decisions in `rehearsed`."""

    rehearsed: Rehearsed
    in_process: bool

    def run(self, request: Request, deadline: Deadline, **options: Any) -> Rehearsed:
        """Rehearse one request, once. Options as in `serve`."""
        with suppress(OriginReached, FetchAwaited):
            self.rehearsed.answer = self.serve(request, deadline, **options)
        return self.rehearsed

    def _look_up(self, transaction: Transaction, trace: Trace, *, consistent: bool = False) -> tuple[Lookup, Decision]:  # noqa: ARG002 - as in the base
        # Consistent, because the lease would tell the request of a newer fill, and it would look up again
        return super()._look_up(transaction, trace, consistent=True)

    def _decide(
        self, lookup: Lookup, transaction: Transaction, trace: Trace, *, background_refresh: bool | None = None
    ) -> Decision:
        decision = super()._decide(lookup, transaction, trace, background_refresh=background_refresh)
        noted = self.rehearsed
        noted.decision, noted.lookup, noted.transaction, noted.trace = decision, lookup, transaction, trace
        return decision

    def _turn(
        self, missed: Validate | Forward, slot: str, lookup: Lookup, transaction: Transaction, trace: Trace
    ) -> AbstractContextManager[Turn]:
        turn = super()._turn(missed, slot, lookup, transaction, trace)
        self.rehearsed.decision = missed  # and not the one about a stale response
        return turn


def rehearsal_of(gateway: Gateway, *, in_process: bool) -> Rehearsal:
    """Return the rehearsal of one request to a gateway, which stays as it is.

    in_process: rehearse with the memory of this process. Otherwise, rehearse as a new process that knows the shared
    state: that is right if the requests reach other processes.
    """
    rehearsed, fetcher = Rehearsed(), gateway.fetcher
    responses = read_only(fetcher.responses, rehearsed.log, in_process=in_process)
    flights = fetcher.single_flight
    unsent = replace(
        fetcher,
        responses=responses,
        responder=Responder(responses),
        origins=_UnsentOrigins(fetcher.origins, rehearsed, by_store=not in_process),
        single_flight=_PeekedFlights(**_members(flights) | {"leases": responses.store.leases}, rehearsed=rehearsed),
        key_guard=fetcher.key_guard.copied() if in_process else KeyGuard(),
        hooks=None,
    )
    return Rehearsal(
        **_members(gateway)
        | {
            "fetcher": unsent,
            "refreshes": None if gateway.refreshes is None else _UnsentRefreshes(gateway.refreshes, rehearsed),
            "transcoders": {name: _unmarked(transcoder) for name, transcoder in gateway.transcoders.items()},
            "finish": None,  # the hooks of answers are functions of users
            "coder": None if gateway.coder is None else ContentCoder(responses.compressor),
        },
        rehearsed=rehearsed,
        in_process=in_process,
    )


def _members(value: DataclassInstance) -> dict[str, Any]:
    """Return the members by which a dataclass is made, also those that are new since this module was written."""
    return {one.name: getattr(value, one.name) for one in fields(value) if one.init}


class _NoMarks:
    """The SingleUseStore port, for a rehearsal: each envelope is as if it were not used yet."""

    def begin(self, *_: object, **__: object) -> None:
        """Return None: the envelope may be used."""


def _unmarked(transcoder: Transcoder) -> Transcoder:
    """Return the transcoder without marks of used envelopes: a rehearsal uses none up."""
    envelopes = transcoder.converter.client_envelopes
    if envelopes is None:
        return transcoder
    unmarked = replace(envelopes, marks=_NoMarks())  # type: ignore[arg-type]  # only its `begin` is called
    return replace(transcoder, converter=replace(transcoder.converter, client_envelopes=unmarked))
