"""The decision how to handle the origin's response, or its failure (RFC 9111 sections 3, 4.2.4, 4.3.3, 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.domain.caching.decide import is_usable, obeyed_directives
from brine.domain.caching.decision import ResponseDecision, Validate
from brine.domain.caching.freshen import receive_head, receive_not_modified, retry_without_conditions
from brine.domain.caching.freshness import explicit_lifetime, freshness
from brine.domain.caching.origin_exchange import OriginExchange
from brine.domain.caching.partial import PARTIAL, has_requested_bytes, receive_partial, retry_without_range
from brine.domain.caching.stale import ERRORS, error_window
from brine.domain.caching.storing import SPARING_REFUSALS, shows_current_state
from brine.domain.http.cache_control import parse_response_directives
from brine.domain.http.hop_by_hop import end_to_end
from brine.domain.purging.invalidation import invalidated_targets, referenced_targets

if TYPE_CHECKING:
    from brine.domain.caching.decision import Forward
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.addresses import Addresses
    from brine.domain.routing.origin import OriginAddress
    from brine.domain.routing.policy import Policy


def receive(
    decision: Validate | Forward,
    request: Request,
    response: Response,
    policy: Policy,
    *,
    target: str,
    route: str,
    request_time: float,
    response_time: float,
    origin: OriginAddress | None = None,
    addresses: Addresses | None = None,
) -> ResponseDecision:
    """Decide how to handle the origin's response.

    `request` is the client's request; `decision.fields` are the fields that were sent. `target` is the request target
    sent to the origin. `origin`, if known, identifies absolute URIs of the same origin. `addresses`: finds the targets
    that the response names by their public addresses.
    """
    exchange = OriginExchange(
        decision=decision,
        request=request,
        response=response,
        fields=end_to_end(response.fields),
        policy=policy,
        request_directives=obeyed_directives(request, policy),
        target=target,
        route=route,
        request_time=request_time,
        response_time=response_time,
    )
    if not request.may_use_cache:
        return _receive_uncached(exchange, origin, addresses)
    if response.status in ERRORS:
        stale = receive_error(decision, request, policy, response_time)
        if stale is not None:
            return ResponseDecision(reuse=stale, stale=True)
    if response.status == 304:
        return receive_not_modified(exchange, decision.stored) if isinstance(decision, Validate) else ResponseDecision()
    if request.method == "HEAD":
        return receive_head(exchange)
    if response.status == PARTIAL:
        return receive_partial(exchange)
    if response.status == 412 and isinstance(decision, Validate) and request.content_query is not None:
        return retry_without_conditions(exchange)
    if response.status == 416 and "range" in decision.fields and "range" not in request.fields:
        return retry_without_range(exchange)
    return _receive_whole(exchange)


def receive_error(decision: Validate | Forward, request: Request, policy: Policy, now: float) -> StoredResponse | None:
    """Return the stored response that may be served instead of an error, or None.

    A response that is still usable, because it was to be refreshed early, may always be served.
    """
    stored = decision.stored
    if stored is None or not has_requested_bytes(stored, request):
        return None
    state, request_directives = freshness(stored, policy, now, request), obeyed_directives(request, policy)
    if is_usable(state, request_directives):
        return stored
    window = error_window(state.directives, request_directives, policy)
    return stored if window > 0 and state.staleness < window else None


def _receive_whole(exchange: OriginExchange) -> ResponseDecision:
    keep, refusal = exchange.storable(exchange.candidate())
    outdated = exchange.stored is not None and exchange.response.status not in ERRORS
    is_current = shows_current_state(exchange.response.status)
    drop = keep is None and outdated and is_current and refusal not in _KEEPING_STORED
    unlimited = None
    if refusal in {"no-freshness", "slow-origin"} and exchange.response.status < 300:
        unlimited = exchange.tagged_candidate()
    return ResponseDecision(keep=keep, drop=drop, refusal=refusal, unlimited=unlimited)


_KEEPING_STORED: Final = SPARING_REFUSALS | {"graphql-errors"}


def _receive_uncached(
    exchange: OriginExchange, origin: OriginAddress | None, addresses: Addresses | None
) -> ResponseDecision:
    request, response, target = exchange.request, exchange.response, exchange.target
    refusal = None if request.content_query is None else request.content_query.refusal
    if request.is_safe_query:
        return ResponseDecision(refusal=refusal)
    targets = invalidated_targets(request.method, target, response, origin, addresses)
    keep = None
    if request.method == "POST" and exchange.policy.store_post and _is_get_response(exchange, origin, addresses):
        keep, _ = exchange.storable(exchange.candidate())
    return ResponseDecision(keep=keep, invalidate=targets, refusal=refusal if keep is None else None)


def _is_get_response(exchange: OriginExchange, origin: OriginAddress | None, addresses: Addresses | None) -> bool:
    """Return whether a POST response equals the response to a GET of the same target (RFC 9110 section 9.3.3)."""
    fields = exchange.fields
    explicit = explicit_lifetime(fields, parse_response_directives(fields), exchange.response_time)
    named = referenced_targets(fields, "content-location", exchange.target, origin, addresses)
    return exchange.response.status == 200 and bool(explicit) and exchange.target in named
