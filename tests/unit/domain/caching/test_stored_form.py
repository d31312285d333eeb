"""RFC 9111 section 3.1: the form in which a response is stored, and the time until it is evicted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.caching.storing import evict_at
from brine.domain.http.hop_by_hop import end_to_end
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, date, request, response, stored_response

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request
    from tests.support.gateway.miniature import Header

MODIFIED: Header = ("Last-Modified", date(-86_400))


def keep_of(directives: str, *headers: Header, asked: Request | None = None) -> StoredResponse:
    """The stored form of a response with these directives and fields."""
    keep = ask(None, asked or request(), response(("Cache-Control", directives), *headers)).keep
    assert keep is not None
    return keep


@pytest.mark.parametrize(
    "name",
    [
        *("Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"),
        *("Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization"),
    ],
)
def test_fields_of_the_connection_are_not_stored(name: str) -> None:
    assert name not in keep_of("max-age=60", (name, "x")).fields


@pytest.mark.parametrize(
    "name",
    [
        *("Test-Header", "X-Test-Header", "Content-Foo", "Content-Encoding", "Content-Location", "Content-MD5"),
        *("Content-Range", "Content-Security-Policy", "Content-Type", "Clear-Site-Data", "ETag", "Expires"),
        *("Public-Key-Pins", "Set-Cookie2", "X-Frame-Options", "X-XSS-Protection", "Pragma", "Warning", "Age"),
    ],
)
def test_all_other_fields_are(name: str) -> None:
    assert keep_of("max-age=60", (name, "x")).fields.get(name) == "x"


def test_fields_named_in_connection_are_not_stored_but_what_a_cache_judges_by_is() -> None:
    lines = (("Connection", "A, b, vary"), ("a", "1"), ("B", "2"), ("c", "3"), ("Vary", "Foo"))
    names = [name for name, _ in keep_of("max-age=60", *lines).fields]
    assert names == ["cache-control", "c", "vary", "date"]


def test_fields_for_one_client_are_not_stored() -> None:
    keep = keep_of('max-age=60, private="A", no-cache="b, Date"', ("a", "1"), ("b", "2"), ("c", "3"))
    assert [name for name, _ in keep.fields] == ["cache-control", "c", "date"]


@pytest.mark.parametrize("dates", [[], ["nonsense"], [date(-100), date(-100)]])
def test_a_date_is_given_to_what_has_none(dates: list[str]) -> None:
    assert keep_of("max-age=60", *(("Date", value) for value in dates)).fields.all("date") == (date(),)


def test_the_stored_form_has_its_request_and_response() -> None:
    keep = keep_of("max-age=60", ("Vary", "Foo, bar"), asked=request(("Foo", " 1,  2 "), target="/a?b=c"))
    assert (keep.method, keep.target, keep.route, keep.status, keep.body) == ("GET", "/a?b=c", "r", 200, b"body")
    assert keep.vary == ("bar", "foo")
    assert keep.request_time == keep.response_time == keep.fetch_started == START


@pytest.mark.parametrize(
    ("headers", "key_headers", "names"),
    [
        ([], None, ["accept", "accept-charset", "accept-encoding", "accept-language"]),
        ([("Vary", "Foo")], None, ["accept", "accept-charset", "accept-encoding", "accept-language", "foo"]),
        ([("Cache-Control", "max-age=9")], None, []),
        ([("Cache-Control", "max-age=9"), ("Vary", "Foo")], None, ["foo"]),
        ([], frozenset(), []),
        ([("Vary", "Foo")], frozenset({"bar"}), ["bar", "foo"]),
        ([("Cache-Control", "max-age=9")], frozenset({"bar"}), ["bar"]),
    ],
)
def test_with_a_lifetime_from_the_route_negotiation_fields_select(
    headers: list[Header], key_headers: frozenset[str] | None, names: list[str]
) -> None:
    policy = Policy(freshness_lifetime=60, key_headers=key_headers)
    keep = ask(None, request(), response(*headers), policy).keep
    assert keep is not None
    assert list(keep.vary) == names


@pytest.mark.parametrize("status", [400, 403, 405, 429, 500, 501, 503])
def test_an_error_is_selected_by_every_field_that_may_have_caused_it(status: int) -> None:
    for policy in (Policy(), Policy(key_headers=frozenset()), Policy(negative_lifetimes={status: 9})):
        answer = response(("Cache-Control", "max-age=9"), status=status)
        keep = ask(None, request(), answer, replace(policy, forward_headers=NAMING)).keep
        assert keep is not None
        assert list(keep.vary) == [*NEGOTIATED, "cookie", "x-user"]
    assert keep_of("max-age=9").vary == ()


NAMING = frozenset({"accept", "cookie", "x-user"})
NEGOTIATED = ["accept", "accept-charset", "accept-encoding", "accept-language"]


@pytest.mark.parametrize(
    ("headers", "policy", "names"),
    [
        ([MODIFIED], Policy(forward_headers=NAMING), ["cookie", "x-user"]),
        ([MODIFIED, ("Vary", "Foo")], Policy(forward_headers=NAMING), ["cookie", "foo", "x-user"]),
        ([MODIFIED], Policy(forward_headers=NAMING, key_headers=frozenset()), ["cookie", "x-user"]),
        ([("Cache-Control", "no-cache"), MODIFIED], Policy(forward_headers=NAMING), ["cookie", "x-user"]),
        ([("Cache-Control", "public"), MODIFIED], Policy(forward_headers="all"), ["cookie"]),
        ([MODIFIED], Policy(), []),
        ([], Policy(forward_headers=NAMING, freshness_lifetime=9), [*NEGOTIATED, "cookie", "x-user"]),
        ([], Policy(forward_headers="all", freshness_lifetime=9), [*NEGOTIATED, "cookie"]),
        ([], Policy(forward_headers=NAMING, freshness_lifetime=9, key_headers=frozenset({"foo"})), ["foo"]),
        ([("Cache-Control", "max-age=9")], Policy(forward_headers=NAMING, freshness_lifetime=9), []),
        ([("Expires", date(9))], Policy(forward_headers=NAMING), []),
        ([("Cache-Control", "max-age=0"), MODIFIED], Policy(forward_headers=NAMING), ["cookie", "x-user"]),
        ([("Cache-Control", "max-age=0"), ("ETag", '"v"')], Policy(forward_headers=NAMING), ["cookie", "x-user"]),
        ([("Cache-Control", "max-age=0, must-revalidate"), MODIFIED], Policy(forward_headers=NAMING), []),
        ([("Cache-Control", "max-age=0, stale-if-error=9"), MODIFIED], Policy(forward_headers=NAMING), []),
    ],
)
def test_other_forwarded_fields_select_unless_the_origin_gives_a_lifetime(
    headers: list[Header], policy: Policy, names: list[str]
) -> None:
    keep = ask(None, request(("Cookie", "a=b")), response(*headers), policy).keep
    assert keep is not None
    assert list(keep.vary) == names


@pytest.mark.parametrize("said", [(), (("Vary", "Foo"),)])
def test_an_update_without_a_lifetime_of_its_own_is_selected_by_what_the_route_forwards(
    said: tuple[Header, ...],
) -> None:
    stored = stored_response(("Cache-Control", "max-age=9"), MODIFIED)
    answer = response(MODIFIED, *said, status=304)
    keep = ask(stored, request(), answer, Policy(forward_headers=NAMING), START + 99).keep
    assert keep is not None
    assert {"cookie", "x-user"} <= set(keep.vary)


@pytest.mark.parametrize(
    ("headers", "policy", "seconds"),
    [
        ([("Cache-Control", "max-age=60")], Policy(), 60),
        ([("Cache-Control", "max-age=60"), ("Age", "20")], Policy(), 40),
        ([("Cache-Control", "max-age=60")], Policy(grace=100), 160),
        ([("Cache-Control", "max-age=60, must-revalidate")], Policy(grace=100), 60),
        ([("Cache-Control", "max-age=60, stale-if-error=7, stale-while-revalidate=9")], Policy(grace=100), 69),
        ([("Cache-Control", "max-age=60"), ("ETag", '"a"')], Policy(grace=100, keep=1000), 1160),
        ([("Cache-Control", "no-cache"), ("ETag", '"a"')], Policy(keep=1000), 1000),
        ([("Cache-Control", "max-age=60"), ("Age", "90"), MODIFIED], Policy(keep=1000), 1000),
        ([("Cache-Control", "max-age=99999999999")], Policy(), 2**31),
    ],
)
def test_eviction_comes_after_freshness_grace_and_keep(headers: list[Header], policy: Policy, seconds: int) -> None:
    assert evict_at(stored_response(*headers), policy) == START + seconds


def test_eviction_is_rounded_up() -> None:
    assert evict_at(stored_response(("Cache-Control", "max-age=60"), at=START + 0.25), Policy()) == START + 61


def test_end_to_end_leaves_fields_without_a_connection_alone() -> None:
    fields = response(("a", "1")).fields
    assert end_to_end(fields) is fields
