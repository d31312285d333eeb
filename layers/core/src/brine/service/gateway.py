"""The way of a request: look up, decide, and serve or fetch, until there is an answer.

The rules are the domain's (RFC 9111); here is the order of calls. Everything that must happen has happened when `serve`
returns: Lambda freezes the process after that.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Any, Final, assert_never

from brine.domain.caching.decide import can_answer_followers, decide
from brine.domain.caching.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.caching.receive import receive_error
from brine.domain.routing.front_door import unknown_front_door
from brine.domain.routing.target import BadTargetError, upstream_target
from brine.domain.routing.tenant import NO_TENANT
from brine.errors import PartFailed
from brine.service import problems
from brine.service.admission import admit
from brine.service.flights.turns import Alone, Follow, GiveUp, Lead
from brine.service.http_cache.answer import Answer, answer
from brine.service.http_cache.fetcher import Late
from brine.service.transaction import Trace, Transaction
from brine.service.uses import current_uses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from brine.domain.caching.decision import Decision
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.front_door import FrontDoorReader
    from brine.domain.routing.route import Route, Routes
    from brine.ports.deadline import Deadline
    from brine.service.compression.content_coder import ContentCoder
    from brine.service.flights.turns import Turn
    from brine.service.http_cache.fetcher import Fetcher
    from brine.service.http_cache.lookup import Lookup
    from brine.service.http_cache.refresh_requests import RefreshRequests
    from brine.service.transcoding.transcoder import Transcoder

_COLLAPSED_REASONS: Final = frozenset({"uri-miss", "vary-miss", "stale"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Answers requests from the cache or from the origins of its routes. `clock` gives seconds since 1970.

    Without `refreshes`, a stale response is validated at once, and no fresh one is refreshed early. `transcoders`: the
    converters between formats, by route name. `finish`: the last step of each answer, after the cache. `coder`:
    compresses the finished answers; None compresses none. `names_routes`: whether the problem of a path without a route
    names the paths of all routes, as on an emulator.
    """

    routes: Routes
    fetcher: Fetcher
    clock: Callable[[], float]
    refreshes: RefreshRequests | None = None
    transcoders: Mapping[str, Transcoder] = field(default_factory=dict)
    finish: Callable[[Answer, Request], Answer] | None = None
    coder: ContentCoder | None = None
    names_routes: bool = False

    def serve(
        self,
        request: Request,
        deadline: Deadline,
        *,
        room: float = inf,
        account: str = "",
        front_door: FrontDoorReader = unknown_front_door,
    ) -> Answer:
        """Return the answer to a request. Never raises for what a client, an origin or a store does.

        room: bytes of a body that the answer can carry; a route may redirect the client to a larger one. account: the
        AWS account of the gateway; the names of other accounts' principals have theirs. front_door: where the request
        arrived.
        """
        coder, received = self.coder, request
        if coder is not None and request.fields.lines:
            request = coder.with_origin_tags(request)
        answer = self._serve(request, deadline, room, account, front_door)
        if self.finish is not None:
            answer = self.finish(answer, received)
        route = None if coder is None or answer.route is None else self.routes.named(answer.route)
        return answer if coder is None or route is None else coder.coded(answer, received, route, room)

    def _serve(
        self, request: Request, deadline: Deadline, room: float, account: str, front_door: FrontDoorReader
    ) -> Answer:
        admitted = admit(self.routes, request, self.fetcher.name, names_routes=self.names_routes)
        if isinstance(admitted, Answer):
            return admitted
        route, tenant, target = admitted.route, admitted.tenant, admitted.request
        if route.cache_preflights and target.method == "OPTIONS":
            permission = self._preflight(route, target, tenant, deadline)
            if permission is not None:
                return permission
        transcoder = self.transcoders.get(route.name)
        if transcoder is None:
            return self._answer(Transaction.begin(route, target, tenant, deadline, room=room, front_door=front_door))

        def upstream(converted: Request, *, anew: bool = False) -> Answer:
            converted = replace(converted, path=target.path, query=target.query)
            transaction = Transaction.begin(route, converted, tenant, deadline, front_door=front_door)
            return self._answer(transaction, ignores_stored=anew)

        return transcoder.serve(admitted.received, upstream, target.target, deadline=deadline, account=account)

    def _preflight(self, route: Route, request: Request, tenant: str, deadline: Deadline) -> Answer | None:
        """Answer a preflight of a browser; None for any other request. No refresher renews stored preflights."""
        from brine.service import preflights  # noqa: PLC0415 - only for routes that cache preflights

        if not preflights.is_cached_preflight(request):
            return None
        gateway = replace(self, fetcher=preflights.preflight_fetcher(self.fetcher), refreshes=None)
        transaction = preflights.preflight_transaction(route, request, tenant, deadline)
        return preflights.preflight_answer(gateway._answer(transaction))  # noqa: SLF001 - of this class

    @property
    def route_names(self) -> frozenset[str]:
        """The names of all routes, internal ones included."""
        return frozenset(route.name for route in self.routes)

    def route(self, name: str) -> Route | None:
        """Return the route of this name, or None."""
        return self.routes.named(name)

    def serve_part(
        self, route: Route, request: Request, whole: Transaction, deadline: Deadline
    ) -> tuple[Answer, Transaction]:
        """Return the answer for a part of a function's response, and the part's transaction.

        `request` has the path below the route's origin. A part belongs to the tenant of `whole`, if its route has
        tenants. A part of a refresh is never stale. Raises PartFailed for a path that the origin cannot get.
        """
        if not route.internal and route.pattern is None and route.prefix != "/":  # as a client names the path
            request = replace(request, path=route.prefix + request.path)
        if whole.cdn_loop:  # a part continues the chain of the request that it is for
            request = replace(request, fields=request.fields.replacing("cdn-loop", ", ".join(whole.cdn_loop)))
        try:
            path, query = upstream_target(self.routes, route, request)
        except BadTargetError as error:
            raise PartFailed(route.name, str(error)) from None
        transaction = Transaction.begin(
            route,
            replace(request, path=path, query=query),
            NO_TENANT if route.tenant is None else whole.resource.tenant,
            deadline,
            ancestors=(*whole.ancestors, whole.route.name),
            is_refresh=whole.is_refresh,
        )
        uses = current_uses.set(None)  # what hooks use for the part does not count for the whole
        try:
            return self._answer(transaction), transaction
        finally:
            current_uses.reset(uses)

    def decoded(self, route: Route, response: Response, target: str) -> Any:
        """Return the object that a response of this route stands for. Raises PartFailed."""
        from brine.service.functions.decoding import decoded_part  # noqa: PLC0415 - no hit of a client needs it

        return decoded_part(route, response, target, self.transcoders.get(route.name), self.clock())

    def _answer(self, transaction: Transaction, *, ignores_stored: bool = False) -> Answer:
        """Look up, decide, and act on the decision until that gives an answer.

        `turn` is this request's part in the single flight of the slot that it would fill, once it missed. If a fetch
        that it waited for shows another Vary, that is another slot, and the request has a turn there too.
        """
        trace = Trace(self.clock(), transaction.store_deadline)
        lookup, decision = self._look_up(transaction, trace)
        if ignores_stored:
            lookup, decision = self._without_stored(lookup, transaction, trace)
        turn: Turn | None = None
        had: set[str] = set()  # slots
        missed: Validate | Forward | None = None
        with ExitStack() as turns:
            while True:
                match decision:
                    case ServeStale() if turn is None and not self._is_refreshed(decision, lookup, transaction, trace):
                        decision = self._decide(lookup, transaction, trace, background_refresh=False)
                    case Serve() | ServeStale():
                        response = self.fetcher.responder.respond(
                            decision.stored, lookup, transaction, trace, decision.age
                        )
                        if response is not None:
                            return self._served(response, decision, lookup, turn, missed, transaction, trace)
                        lookup, decision = self._without_body(lookup, transaction, trace)
                        if turn == Follow(waited=False):  # it has nothing stale to serve any more, so it waits
                            turns.close()
                            turn = None
                            had.clear()
                    case Validate() | Forward() if (slot := lookup.slot_to_fill) not in had and may_follow(
                        decision, lookup, transaction
                    ):
                        missed = decision
                        self._leave(turn, turns, trace)
                        had.add(slot)
                        turn = turns.enter_context(self._turn(decision, slot, lookup, transaction, trace))
                        lookup, decision = self._after(turn, lookup, decision, transaction, trace)
                    case Validate() | Forward():
                        return self._fetched(decision, lookup, turn, transaction, trace)
                    case Refuse():
                        kind = problems.NOT_STORED
                        refused = problems.traced_answer(
                            kind, transaction, trace, text=decision.detail, detail="only-if-cached"
                        )
                        return replace(refused, result="refused")
                    case _:
                        assert_never(decision)

    def _look_up(self, transaction: Transaction, trace: Trace, *, consistent: bool = False) -> tuple[Lookup, Decision]:
        """Look in this process; if that does not settle the request, in the table. Returns the decision, too."""
        responses = self.fetcher.responses
        if not transaction.request.may_use_cache:
            lookup = responses.not_searched(transaction, trace)
            return lookup, self._decide(lookup, transaction, trace)
        lookup = responses.recall(transaction, trace)
        if lookup.is_uncollapsed:
            return lookup, self._decide(lookup, transaction, trace)
        if lookup.stored is not None:
            after = responses.after_known_purges(lookup, transaction, trace)
            # Reading the stamps is a call: only for a response that may be served if it was not purged
            if after is None and isinstance(self._decide(lookup, transaction, trace), Serve):
                after = responses.after_purges(lookup, transaction, trace)
            if after is not None:
                decision = self._decide(after, transaction, trace)
                if isinstance(decision, Serve):
                    trace.layer = "memory"
                    return after, decision
                if trace.faults.has("stamps"):  # the table's response could not be compared with its stamps either
                    return after, decision
        lookup = responses.find(transaction, trace, slot=lookup.slot, consistent=consistent)
        trace.layer = None if lookup.stored is None else "table"
        return lookup, self._decide(lookup, transaction, trace)

    def _without_stored(self, lookup: Lookup, transaction: Transaction, trace: Trace) -> tuple[Lookup, Decision]:
        """Decide as if nothing were stored."""
        trace.layer = None
        lookup = lookup.without_stored()
        return lookup, self._decide(lookup, transaction, trace)

    def _without_body(self, lookup: Lookup, transaction: Transaction, trace: Trace) -> tuple[Lookup, Decision]:
        """Decide after the body of the stored response was lost, or a part of it."""
        trace.layer = None
        lookup = lookup.without_lost(trace.lost_bodies)
        return lookup, self._decide(lookup, transaction, trace)

    def _decide(
        self, lookup: Lookup, transaction: Transaction, trace: Trace, *, background_refresh: bool | None = None
    ) -> Decision:
        """Return the decision. A refresh in the background needs a queue, or another request that fetches."""
        return decide(
            lookup.stored,
            transaction.request,
            transaction.route.policy,
            trace.now,
            vary_mismatch=lookup.vary_mismatch,
            background_refresh=not transaction.is_refresh
            and (self.refreshes is not None if background_refresh is None else background_refresh),
        )

    def _is_refreshed(self, decision: ServeStale, lookup: Lookup, transaction: Transaction, trace: Trace) -> bool:
        """Request the refresh of a stale response; False when the refresher may not make it."""
        return self.refreshes is not None and self.refreshes.enqueue(decision.stored, lookup, transaction, trace)

    def _turn(
        self, missed: Validate | Forward, slot: str, lookup: Lookup, transaction: Transaction, trace: Trace
    ) -> AbstractContextManager[Turn]:
        """Take part in the single flight of a slot, which is the one to fill."""
        has_stale = lookup.stored is not None and isinstance(
            self._decide(lookup, transaction, trace, background_refresh=True), ServeStale
        )
        return self.fetcher.single_flight.turn(
            self.fetcher.responses.lease_key(slot, transaction),
            lease_seconds=lambda: transaction.lease_seconds,
            wait_seconds=transaction.wait_seconds,
            has_stale=has_stale,
            may_store=lambda: self.fetcher.key_guard.may_store(lookup, transaction, trace),
            trace=trace,
            may_take_over=transaction.may_take_over,
            accepts_failure=missed.stored is not None
            and receive_error(missed, transaction.request, transaction.route.policy, trace.now) is not None,
        )

    def _leave(self, turn: Turn | None, turns: ExitStack, trace: Trace) -> None:
        """End the turn for another slot. That one is filled, so no caller need take over."""
        if isinstance(turn, Lead):
            self.fetcher.single_flight.give_back(turn, trace, "settled")
        turns.close()

    def _after(
        self, turn: Turn, lookup: Lookup, decision: Decision, transaction: Transaction, trace: Trace
    ) -> tuple[Lookup, Decision]:
        """Return the lookup and the decision once the turn is known: both anew if another request stored meanwhile."""
        match turn:
            case Lead() if turn.must_look_up(lookup.generation):
                consistent = True
            case Follow(waited=True):
                consistent = turn.remote
            case Follow():
                return lookup, self._decide(lookup, transaction, trace, background_refresh=True)
            case Lead() | Alone() | GiveUp():
                return lookup, decision
            case _:
                assert_never(turn)
        trace.now = self.clock()
        lookup, decision = self._look_up(transaction, trace, consistent=consistent)
        if isinstance(turn, Follow) and not isinstance(decision, Serve):  # what it waited for may have arrived stale
            decision = self._decide(lookup, transaction, trace, background_refresh=True)
        return lookup, decision

    def _fetched(
        self,
        decision: Validate | Forward,
        lookup: Lookup,
        turn: Turn | None,
        transaction: Transaction,
        trace: Trace,
    ) -> Answer:
        """Answer by a fetch, unless other requests' fetches left no time for it or have failed."""
        if isinstance(turn, GiveUp):
            return self.fetcher.give_up(turn, decision, lookup, transaction, trace)
        return self.fetcher.fetch(decision, lookup, _to_fetch(turn, lookup), transaction, trace)

    def _served(  # noqa: PLR0917 - the parts of one answer
        self,
        response: Response,
        decision: Serve | ServeStale,
        lookup: Lookup,
        turn: Turn | None,
        missed: Validate | Forward | None,
        transaction: Transaction,
        trace: Trace,
    ) -> Answer:
        """Answer from the store: a hit, or the response of another request that this one waited for."""
        ttl, source = decision.remaining_freshness, decision.stored
        if turn is not None and missed is not None and turn != Follow(waited=False):
            if isinstance(turn, Lead):
                self.fetcher.single_flight.give_back(turn, trace, "settled")
            return answer(
                response, "collapsed", transaction, trace, source=source, fwd=missed.reason, collapsed=True, ttl=ttl
            )
        if isinstance(decision, ServeStale):
            return answer(response, "stale", transaction, trace, source=source, hit=True, ttl=ttl)
        if self.refreshes is not None and not transaction.is_refresh:
            self.refreshes.enqueue_early(decision.stored, lookup, transaction, trace)
        return answer(response, "hit", transaction, trace, source=source, hit=True, ttl=ttl)


def may_follow(decision: Validate | Forward, lookup: Lookup, transaction: Transaction) -> bool:
    """Return whether another request's response may serve this one: not a part, nor one for another user.

    If the stored response was of use to no follower when it arrived, the next one is not expected to be.
    """
    request, stored = transaction.request, lookup.stored
    return (
        not lookup.is_uncollapsed
        and request.is_get
        and decision.reason in _COLLAPSED_REASONS
        and "range" not in request.fields
        and "authorization" not in request.fields
        and (stored is None or can_answer_followers(stored, request, transaction.route.policy))
    )


def _to_fetch(turn: Turn | None, lookup: Lookup) -> Lead | Late | Alone:
    """Return how this request fetches. One that followed in vain stores only a response that is not collapsed."""
    if turn is None or (isinstance(turn, Follow) and lookup.is_uncollapsed):
        return Late()
    return turn if isinstance(turn, Lead) else Alone()
