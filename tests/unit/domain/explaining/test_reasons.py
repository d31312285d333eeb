"""Reasons agree with the decisions that they are about, for any request and stored response."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from brine.domain.caching.decide import decide, is_usable, obeyed_directives
from brine.domain.caching.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.caching.freshness import explicit_lifetime, freshness, lifetime_source, route_lifetime
from brine.domain.caching.receive import receive_error
from brine.domain.explaining.decision_reasons import reasons_of
from brine.domain.explaining.reasons import failure_reason
from tests.unit.domain.caching.test_properties import POLICIES, REQUESTS, STORED, TIMES

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy

SERVED = {"fresh", "lifetime", "max-stale", "immutable", "soft-purged", "stale", "ignored"}
OF_REQUEST = {"request-no-store", "condition", "request-max-age", "request-no-cache", "request-min-fresh"}


@settings(max_examples=300)
@given(st.none() | STORED, REQUESTS, POLICIES, TIMES, st.booleans(), st.booleans())
def test_the_reasons_lead_to_the_decision(
    stored: StoredResponse | None, request: Request, policy: Policy, now: float, mismatch: bool, background: bool
) -> None:
    decision = decide(stored, request, policy, now, vary_mismatch=mismatch, background_refresh=background)
    reasons = reasons_of(stored, request, policy, now, vary_mismatch=mismatch, background_refresh=background)
    codes = [reason.code for reason in reasons]
    assert all(reason.text and "None" not in reason.text for reason in reasons)
    match decision:
        case Serve():
            assert set(codes) <= SERVED
        case ServeStale():
            assert codes[-1] == "stale-while-revalidate"
        case Refuse():
            assert codes[-1] == "only-if-cached"
        case Validate():
            assert codes[-1] == "validator"
        case Forward(reason="method"):
            assert codes[0] in {"method", "query-mutation", "query-not-json"}
        case Forward(reason="uri-miss" | "vary-miss" | "partial" as reason):
            assert codes[-1] == reason
        case Forward(reason="request"):
            assert set(codes) & OF_REQUEST
        case Forward(reason="stale"):
            assert codes[-1] == "no-validator"
        case Forward(reason=reason):
            assert codes == [reason]


@settings(max_examples=200)
@given(st.none() | STORED, REQUESTS, POLICIES, TIMES)
def test_the_reason_of_a_failure_agrees_with_what_is_served(
    stored: StoredResponse | None, request: Request, policy: Policy, now: float
) -> None:
    decision = Forward(fields=request.fields, reason="stale", stored=stored)
    is_served = receive_error(decision, request, policy, now) is not None
    code = failure_reason(stored, request, policy, now).code
    assert (code in {"still-usable", "stale-if-error"}) == is_served


@given(STORED, REQUESTS, POLICIES, TIMES)
def test_the_source_of_a_lifetime_is_where_it_comes_from(
    stored: StoredResponse, request: Request, policy: Policy, now: float
) -> None:
    state = freshness(replace(stored), policy, now, request)
    source = lifetime_source(stored, state.directives, policy, request)
    explicit = explicit_lifetime(stored.fields, state.directives, stored.response_time)
    of_route = route_lifetime(stored.status, policy)
    assert (source in {"s-maxage", "max-age", "expires"}) == (explicit is not None)
    assert (source in {"freshness_lifetime", "negative_lifetimes"}) == (explicit is None and of_route is not None)
    assert source != "none" or state.lifetime <= 0


@given(STORED, REQUESTS, POLICIES, TIMES)
def test_a_served_response_is_usable(stored: StoredResponse, request: Request, policy: Policy, now: float) -> None:
    decision = decide(stored, request, policy, now)
    if isinstance(decision, Serve):
        assert is_usable(freshness(stored, policy, now, request), obeyed_directives(request, policy))
