"""RFC 9111 section 3: which responses may be stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.domain.caching.freshness import freshness
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, date, request, response

if TYPE_CHECKING:
    from brine.domain.caching.decision import ResponseDecision
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.policy import SetCookieRule
    from tests.support.gateway.miniature import Header

MODIFIED: Header = ("Last-Modified", date(-86_400))
COOKIE: Header = ("Set-Cookie", "a=b")
KEYED: dict[str, Any] = {"key_headers": frozenset({"cookie"})}


def fetch(answer: Response, asked: Request | None = None, policy: Policy | None = None) -> ResponseDecision:
    """The decision about an answer to a request without a stored response."""
    return ask(None, asked or request(), answer, policy)


def cached(directives: str, *headers: Header, status: int = 200) -> Response:
    return response(("Cache-Control", directives), *headers, status=status)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (cached("max-age=60"), None),
        (cached("max-age=60", status=599), None),
        (response(MODIFIED), None),
        (response(MODIFIED, status=404), None),
        (cached("public", MODIFIED, status=599), None),
        (cached("no-cache", ("ETag", '"a"')), None),
        (cached("max-age=0", ("ETag", '"a"')), None),
        (cached('max-age=60, private="x"'), None),
        (cached('max-age=60, no-cache="x"'), None),
        (cached("max-age=60", ("Vary", "Accept, Foo")), None),
        (cached("no-store, must-understand, max-age=60"), None),
        (cached("max-age=60", ("Content-Length", "4")), None),
        (cached("max-age=60", ("Content-Length", "4, 4")), None),
        (response(), "no-freshness"),
        (cached("public"), "no-freshness"),
        (cached("no-cache"), "no-freshness"),
        (cached("max-age=0"), "no-freshness"),
        (cached("max-age=60", ("Age", "60")), "no-freshness"),
        (cached("max-age=tomorrow"), "no-freshness"),
        (response(MODIFIED, status=201), "no-freshness"),
        (response(MODIFIED, status=403), "no-freshness"),
        (response(("ETag", '"a"'), status=503), "no-freshness"),
        (cached("no-store"), "no-store"),
        (cached("No-StOrE"), "no-store"),
        (cached("max-age=60, no-store"), "no-store"),
        (cached("max-age=60, private"), "private"),
        (cached('max-age=60, private=""'), "private"),
        (cached('max-age=60, private="content-security-policy"'), "private"),
        (cached('max-age=60, private="x, X-Frame-Options"'), "private"),
        (cached('max-age=60, no-cache="content-encoding"'), "private"),
        (cached("max-age=60", ("CDN-Cache-Control", 'max-age=60, private="content-type"')), "private"),
        (cached("no-store, must-understand, max-age=60", status=599), "must-understand"),
        (cached("must-understand, max-age=60", status=599), "must-understand"),
        (cached("max-age=60", ("Vary", "*")), "vary"),
        (cached("max-age=60", ("Vary", ", *")), "vary"),
        (cached("max-age=60", ("Vary", "Foo, *")), "vary"),
        (cached("max-age=60", ("Vary", ""), ("Vary", "*")), "vary"),
        (cached("max-age=60", ("Vary", "not a name")), "vary"),
        (cached("max-age=60", ("Content-Length", "5")), "length"),
        (cached("max-age=60", ("Content-Length", "4, 5")), "length"),
        (cached("max-age=60", status=400), None),
        (cached("max-age=60", status=600), "status"),
        (cached("max-age=60", status=206), "partial"),
        (cached("max-age=60", ("CDN-Cache-Control", "private")), "private"),
        (cached("max-age=60", ("CDN-Cache-Control", "no-store")), "no-store"),
        (cached("max-age=60", ("CDN-Cache-Control", "no-cache")), "no-freshness"),
        (cached("no-store", ("CDN-Cache-Control", "max-age=60")), None),
        (cached("no-store", ("CDN-Cache-Control", "max-age=60, &")), "no-store"),
    ],
)
def test_what_may_be_stored(answer: Response, refusal: str | None) -> None:
    reception = fetch(answer)
    assert (reception.refusal, reception.keep is None) == (refusal, refusal is not None)


def test_which_statuses_are_kept_and_which_are_understood() -> None:
    statuses = range(200, 1000)
    kept = {status for status in statuses if fetch(cached("max-age=60", status=status)).keep is not None}
    of_one_request = {406, 412, 413, 415, 416, 417, 431, 508}
    assert kept == set(range(200, 600)) - {206, 304} - of_one_request
    understood = {
        status for status in statuses if fetch(cached("no-store, must-understand, max-age=60", status=status)).keep
    }
    successes, redirects, server_errors = range(200, 206), {300, 301, 302, 303, 305, 307, 308}, range(500, 506)
    client_errors = {*range(400, 418), 421, 422, 426}
    assert understood == {*successes, *redirects, *client_errors, *server_errors} - of_one_request


@pytest.mark.parametrize(
    ("directives", "is_kept"),
    [
        ("max-age=60", False),
        ("max-age=60, public", True),
        ("s-maxage=60", True),
        ("max-age=60, must-revalidate", True),
        ("max-age=60, proxy-revalidate", False),
    ],
)
def test_answers_to_credentials_need_permission(directives: str, is_kept: bool) -> None:
    reception = fetch(cached(directives), request(("Authorization", "Basic x")))
    assert (reception.keep is not None) is is_kept


def test_a_request_may_forbid_storing() -> None:
    asked = request(("Cache-Control", "no-store"))
    assert fetch(cached("max-age=60"), asked).refusal == "request-no-store"
    assert fetch(cached("max-age=60"), asked, Policy(request_directives=False)).keep is not None


@pytest.mark.parametrize("name", ["Range", "If-Range", "If-Match", "If-Unmodified-Since"])
def test_an_error_to_odd_request_fields_is_not_stored(name: str) -> None:
    asked = request((name, "odd"))
    assert fetch(cached("max-age=60", status=400), asked).refusal == "request-fields"
    assert fetch(cached("max-age=60", status=500), asked).refusal == "request-fields"
    for status in (200, 302, 404, 410):
        is_kept = fetch(cached("max-age=60", status=status), asked).keep is not None
        assert is_kept is (name == "Range" or (name == "If-Range" and status == 200))


@pytest.mark.parametrize(
    ("rule", "directives", "kept_with"),
    [
        ("shared", "max-age=60", None),
        ("shared", "max-age=60, must-revalidate", None),
        ("shared", "max-age=60, public", ("a=b",)),
        ("shared", "s-maxage=60", ("a=b",)),
        ("shared", 'max-age=60, no-cache="Set-Cookie"', ()),
        ("strip", "max-age=60", ()),
        ("refuse", "max-age=60, public", None),
        ("refuse", 'max-age=60, private="set-cookie"', ()),
        ("keep", "max-age=60", ("a=b",)),
    ],
)
def test_cookies(rule: SetCookieRule, directives: str, kept_with: tuple[str, ...] | None) -> None:
    reception = fetch(cached(directives, COOKIE), policy=Policy(set_cookie=rule))
    assert (None if reception.keep is None else reception.keep.fields.all("set-cookie")) == kept_with


def test_a_targeted_field_is_meant_for_shared_caches() -> None:
    assert fetch(response(("CDN-Cache-Control", "max-age=60"), COOKIE)).keep is not None
    assert fetch(response(("CDN-Cache-Control", "must-revalidate"), COOKIE, MODIFIED)).refusal == "set-cookie"


@pytest.mark.parametrize("forwarded", [{"forward_headers": frozenset({"cookie"})}, {"forward_headers": "all"}, KEYED])
def test_a_function_s_response_to_a_cookie_is_not_stored_for_a_heuristic_lifetime(forwarded: dict[str, Any]) -> None:
    """A function runs to confirm a response, so a response that is never fresh is of no use."""
    policy = Policy(**forwarded, refreshes_in_grace=True)
    asked = request(("Cookie", "sid=A"))
    assert fetch(response(MODIFIED), asked, policy).refusal == "no-freshness"
    assert fetch(cached("public", MODIFIED), asked, policy).refusal == "no-freshness"
    assert fetch(cached("max-age=60", MODIFIED), asked, policy).keep is not None
    assert fetch(response(MODIFIED), asked, replace(policy, freshness_lifetime=60)).keep is not None
    assert fetch(response(MODIFIED), request(), policy).keep is not None


@pytest.mark.parametrize("forwarded", [{"forward_headers": frozenset({"cookie"})}, {"forward_headers": "all"}, KEYED])
def test_an_origin_s_response_to_a_cookie_is_stored_to_be_validated(forwarded: dict[str, Any]) -> None:
    policy, asked = Policy(**forwarded), request(("Cookie", "sid=A"))
    reception = fetch(response(MODIFIED), asked, policy)
    assert reception.keep is not None
    assert "cookie" in reception.keep.vary
    assert freshness(reception.keep, policy, START, asked).lifetime == 0


def test_a_lifetime_from_the_route_permits_storing() -> None:
    policy = Policy(freshness_lifetime=60, negative_lifetimes={503: 1})
    assert fetch(response(), policy=policy).keep is not None
    assert fetch(response(status=503), policy=policy).keep is not None
    assert fetch(response(status=500), policy=policy).refusal == "no-freshness"
    assert fetch(cached("no-store"), policy=policy).refusal == "no-store"


@pytest.mark.parametrize(
    ("headers", "status", "is_kept"),
    [
        ([("Expires", date(60)), ("Content-Location", "/a")], 200, True),
        ([("Expires", date(60)), ("Content-Location", "")], 200, True),
        ([("Expires", date(60)), ("Content-Location", "http://origin.test/a")], 200, True),
        ([("Expires", date(60)), ("Content-Location", "http://other.test/a")], 200, False),
        ([("Expires", date(60)), ("Content-Location", "/b")], 200, False),
        ([("Expires", date(60))], 200, False),
        ([("Expires", date(60)), ("Content-Location", "/a")], 201, False),
        ([MODIFIED, ("Content-Location", "/a")], 200, False),
        ([("Cache-Control", "private, max-age=60"), ("Content-Location", "/a")], 200, False),
    ],
)
def test_post_responses(headers: list[Header], status: int, is_kept: bool) -> None:
    asked = request(method="POST")
    reception = fetch(response(*headers, status=status), asked, Policy(store_post=True))
    assert (reception.keep is not None) is is_kept
    assert reception.invalidate[0] == "/a"
    assert fetch(response(*headers, status=status), asked).keep is None


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY", "M-SEARCH"])
def test_responses_to_other_methods_are_not_stored(method: str) -> None:
    headers: list[Header] = [("Expires", date(60)), ("Content-Location", "/a")]
    assert fetch(response(*headers), request(method=method), Policy(store_post=True)).keep is None
