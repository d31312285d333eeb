"""RFC 9111 sections 4 and 5.2.1: the decision about a request, from the stored response and the request directives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.caching.decide import decide
from brine.domain.caching.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, request, response, stored_response

if TYPE_CHECKING:
    from brine.domain.caching.decision import Decision, ForwardReason
    from tests.support.gateway.miniature import Header

TAG: Header = ("ETag", '"v1"')


def after(
    seconds: float, response: str, wish: str = "", *, policy: Policy | None = None, background_refresh: bool = False
) -> Decision:
    """The decision so many seconds after a response with these directives and a validator was stored."""
    stored = stored_response(("Cache-Control", response), TAG)
    asked = request(*((("Cache-Control", wish),) if wish else ()))
    return decide(stored, asked, policy or Policy(), START + seconds, background_refresh=background_refresh)


@pytest.mark.parametrize(
    ("seconds", "response", "wish", "kind", "reason"),
    [
        (59, "max-age=60", "", Serve, None),
        (60, "max-age=60", "", Validate, "stale"),
        (0, "max-age=0", "", Validate, "stale"),
        (5, "max-age=60, no-cache", "", Validate, "stale"),
        (5, 'max-age=60, no-cache="x"', "", Serve, None),
        (5, "max-age=60, must-revalidate", "", Serve, None),
        # max-age
        (5, "max-age=60", "max-age=5", Serve, None),
        (5.5, "max-age=60", "max-age=5", Validate, "request"),
        (5, "max-age=60", "max-age=0", Validate, "request"),
        (5, "max-age=60", "max-age=x", Validate, "request"),
        (5, "max-age=60, immutable", "max-age=0", Serve, None),
        (61, "max-age=60, immutable", "max-age=0", Validate, "stale"),
        # min-fresh
        (5, "max-age=60", "min-fresh=55", Serve, None),
        (5, "max-age=60", "min-fresh=56", Validate, "request"),
        (5, "max-age=60", "min-fresh=x", Validate, "request"),
        # max-stale
        (90, "max-age=60", "max-stale=30", Serve, None),
        (90.5, "max-age=60", "max-stale=30", Validate, "stale"),
        (60.5, "max-age=60", "max-stale=1", Serve, None),
        (9000, "max-age=60", "max-stale", Serve, None),
        (90, "max-age=60", "max-stale, max-age=60", Validate, "stale"),
        (90, "max-age=60, must-revalidate", "max-stale", Validate, "stale"),
        (90, "s-maxage=60", "max-stale", Validate, "stale"),
        (5, "no-cache", "max-stale", Validate, "stale"),
        # no-cache
        (5, "max-age=60", "no-cache", Validate, "request"),
        (5, "max-age=60, immutable", "no-cache", Validate, "request"),
        (90, "max-age=60", "no-cache, max-stale", Validate, "stale"),
        # no-store
        (5, "max-age=60", "no-store", Forward, "request"),
        # only-if-cached
        (5, "max-age=60", "only-if-cached", Serve, None),
        (90, "max-age=60", "only-if-cached", Refuse, None),
        (90, "max-age=60", "only-if-cached, max-stale", Serve, None),
        (5, "max-age=60", "only-if-cached, no-cache", Refuse, None),
        (5, "max-age=60", "only-if-cached, no-store", Refuse, None),
        # unknown directives are ignored
        (5, "max-age=60", "stale-while-revalidate=5, foo", Serve, None),
    ],
)
def test_directives(
    seconds: float, response: str, wish: str, kind: type[Decision], reason: ForwardReason | None
) -> None:
    decision = after(seconds, response, wish)
    assert type(decision) is kind
    assert getattr(decision, "reason", None) == reason


@pytest.mark.parametrize(
    ("seconds", "response", "wish", "kind"),
    [
        (59, "max-age=60, stale-while-revalidate=30", "", Serve),
        (60, "max-age=60, stale-while-revalidate=30", "", ServeStale),
        (89, "max-age=60, stale-while-revalidate=30", "", ServeStale),
        (90, "max-age=60, stale-while-revalidate=30", "", Validate),
        (65, "max-age=60, stale-while-revalidate=30, must-revalidate", "", Validate),
        (65, "max-age=60, stale-while-revalidate=30", "no-cache", Validate),
        (65, "max-age=60, stale-while-revalidate=30", "max-age=10", Validate),
        (60, "max-age=60, stale-while-revalidate=30", "min-fresh=1", Validate),
        (5, "max-age=60, stale-while-revalidate=30", "max-age=1", Validate),
    ],
)
def test_stale_while_revalidate(seconds: float, response: str, wish: str, kind: type[Decision]) -> None:
    assert type(after(seconds, response, wish, background_refresh=True)) is kind


@pytest.mark.parametrize("wish", ["no-cache", "no-store", "max-age=0", "min-fresh=1000"])
def test_a_route_may_leave_wishes_unheard(wish: str) -> None:
    assert isinstance(after(5, "max-age=60", wish, policy=Policy(request_directives=False)), Serve)


def test_less_than_a_second_of_freshness_is_freshness() -> None:
    stored = stored_response()
    assert isinstance(decide(stored, request(), Policy(freshness_lifetime=0.5), START + 0.4), Serve)
    assert isinstance(decide(stored, request(), Policy(freshness_lifetime=0.5), START + 0.5), Forward)


def test_seconds_are_rounded_down() -> None:
    assert after(5.7, "max-age=60") == Serve(
        stored=stored_response(("Cache-Control", "max-age=60"), TAG), age=5, remaining_freshness=55
    )


def test_pragma_is_not_heard() -> None:
    stored = stored_response(("Cache-Control", "max-age=60"))
    assert isinstance(decide(stored, request(("Pragma", "no-cache")), Policy(), START), Serve)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY", "get", "M-SEARCH", ""])
def test_other_methods_go_to_the_origin_as_they_are(method: str) -> None:
    asked = request(("If-None-Match", '"x"'), ("Range", "bytes=0-1"), method=method)
    decision = decide(stored_response(("Cache-Control", "max-age=60")), asked, Policy(), START)
    assert decision == Forward(fields=asked.fields, reason="method")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_request_with_content_is_not_the_caches(method: str) -> None:
    asked = replace(request(method=method), body=b"x")
    stored = stored_response(("Cache-Control", "max-age=60"))
    assert decide(stored, asked, Policy(), START) == Forward(fields=asked.fields, reason="bypass")
    reception = ask(stored, asked, response(("Cache-Control", "max-age=60")))
    assert (reception.keep, reception.drop, reception.invalidate) == (None, False, ())


@pytest.mark.parametrize("name", ["If-Match", "If-Unmodified-Since"])
def test_conditions_of_the_origin_go_to_the_origin(name: str) -> None:
    asked = request((name, "x"), ("If-None-Match", '"y"'))
    decision = decide(stored_response(("Cache-Control", "max-age=60")), asked, Policy(), START)
    assert decision == Forward(fields=asked.fields, reason="request")


def test_misses() -> None:
    asked = request(("Accept", "a"), ("If-None-Match", '"x"'), ("If-Modified-Since", "y"), ("Range", "bytes=0-1"))
    sent = asked.fields.only({"accept", "range"})
    assert decide(None, asked, Policy(), START) == Forward(fields=sent, reason="uri-miss")
    assert decide(None, asked, Policy(), START, vary_mismatch=True) == Forward(fields=sent, reason="vary-miss")


def test_a_stored_whole_is_validated_without_a_range() -> None:
    asked = request(("Range", "bytes=0-1"), ("If-Range", '"v1"'), ("If-None-Match", '"x"'))
    validated = stored_response(("Cache-Control", "max-age=1"), TAG)
    decision = decide(validated, asked, Policy(), START + 5)
    assert decision == Validate(stored=validated, fields=request(("If-None-Match", '"v1"')).fields, reason="stale")
    bare = stored_response(("Cache-Control", "max-age=1"))
    decision = decide(bare, asked, Policy(), START + 5)
    assert decision == Forward(fields=request().fields, reason="stale", stored=bare)


def test_head_is_like_get() -> None:
    stored = stored_response(("Cache-Control", "max-age=60"), TAG)
    assert isinstance(decide(stored, request(method="HEAD"), Policy(), START), Serve)
    assert isinstance(decide(stored, request(method="HEAD"), Policy(), START + 90), Validate)
