"""The request target: rewritten by the route, byte for byte otherwise, and never out of the route."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.cache_key import cache_key
from brine.domain.messages import Request
from brine.domain.origin import OriginAddress
from brine.domain.route import QueryRule, Route, Routes
from brine.domain.target import BadTargetError, normalised, upstream_target

ORIGIN = OriginAddress(scheme="http", host="o.test", port=80)
QUERY = st.text("ab=&%26+c*~", max_size=20)


def route(prefix: str = "/p", base_path: str = "", query: QueryRule | None = None, name: str = "r") -> Route:
    return Route(name=name, prefix=prefix, origin=ORIGIN, base_path=base_path, query=query or QueryRule())


@pytest.mark.parametrize(
    ("prefix", "base", "path", "upstream"),
    [
        ("/p", "", "/p", "/"),
        ("/p", "", "/p/", "/"),
        ("/p", "/v2", "/p", "/v2"),
        ("/p", "/v2", "/p/", "/v2/"),
        ("/p", "/v2", "/p/x/", "/v2/x/"),
        ("/", "", "/x//y/", "/x//y/"),
        ("/", "", "/a/../b", "/a/../b"),
        ("/p", "", "/p/%C3%A9%2f~%7e", "/%C3%A9%2f~%7e"),
        ("/p", "", "/p/...", "/..."),
        ("/p", "", "/p/a.b/.c", "/a.b/.c"),
    ],
)
def test_the_path_keeps_its_bytes(prefix: str, base: str, path: str, upstream: str) -> None:
    alone = route(prefix, base)
    confined = Routes((alone,)).confines(alone)
    assert upstream_target(alone, Request(method="GET", path=path), confined=confined) == (upstream, None)


@pytest.mark.parametrize(
    "rest",
    [
        "/..",
        "/.",
        "/../x",
        "/a/../../x",
        "/%2e%2e/x",
        "/%2E./x",
        "/.%2e",
        "/..;a=b/x",
        "/..%2fx",
        "/a%5c..%5cx",
        "/..\\x",
    ],
)
def test_a_path_cannot_leave_its_route(rest: str) -> None:
    with pytest.raises(BadTargetError, match="segment"):
        upstream_target(route(), Request(method="GET", path=f"/p{rest}"), confined=True)


@pytest.mark.parametrize(
    ("routes", "confined"),
    [
        ((route("/"),), False),
        ((route("/p"),), True),
        ((route("/", "/v2"),), True),
        ((route("/"), route("/admin", name="admin")), True),
    ],
)
def test_paths_may_climb_only_where_nothing_is_beside_or_above(routes: tuple[Route, ...], confined: bool) -> None:
    assert Routes(routes).confines(routes[0]) is confined


@pytest.mark.parametrize("path", ["/p/ü", "/p/a b", "/p/\x00", "/p/a\r\nx", "/p/\x7f"])
def test_bytes_that_no_request_line_holds_are_refused(path: str) -> None:
    with pytest.raises(BadTargetError, match="percent-encoded"):
        upstream_target(route(), Request(method="GET", path=path), confined=False)
    with pytest.raises(BadTargetError, match="percent-encoded"):
        upstream_target(route(), Request(method="GET", path="/p", query=path), confined=False)


@pytest.mark.parametrize(
    ("rule", "query", "upstream"),
    [
        (QueryRule(), "b=2&a=1&a=3&&c", "b=2&a=1&a=3&&c"),
        (QueryRule(), "", ""),
        (QueryRule(sort=True), "b=2&a=3&a=1&c", "a=3&a=1&b=2&c"),
        (QueryRule(drop=("utm_*", "x")), "utm_source=1&x=2&xy=3&utm%5Fmedium=4", "xy=3"),
        (QueryRule(drop=("x",)), "x=1", None),
        (QueryRule(keep=frozenset({"a"})), "a=1&b=2&a=%32", "a=1&a=%32"),
        (QueryRule(keep=frozenset({"a b"})), "a+b=1&a%20b=2&ab=3", "a+b=1&a%20b=2"),
        (QueryRule(keep=frozenset({"a", "ab"}), drop=("ab",)), "a=1&ab=2", "a=1"),
    ],
)
def test_query_rules(rule: QueryRule, query: str, upstream: str | None) -> None:
    request = Request(method="GET", path="/p", query=query)
    assert upstream_target(route(query=rule), request, confined=True) == ("/", upstream)


@given(QUERY, st.text("ab", max_size=2).map(lambda name: (name,)), st.booleans())
def test_a_query_rule_only_removes_and_reorders(query: str, drop: tuple[str, ...], sort: bool) -> None:
    _, upstream = upstream_target(
        route(query=QueryRule(drop=drop, sort=sort)), Request(method="GET", path="/p", query=query), confined=True
    )
    left = [] if upstream is None else upstream.split("&")
    expected = [part for part in query.split("&") if unquote(part.split("=")[0].replace("+", " ")) != drop[0]]
    assert sorted(left) == sorted(expected) or (left == [] and "".join(expected) == "")


@given(QUERY, st.text("ab", max_size=2), st.booleans())
def test_a_target_that_the_origin_names_is_normalised_like_a_request(query: str, drop: str, sort: bool) -> None:
    rule = route("/", query=QueryRule(drop=(drop,), sort=sort))
    path, upstream = upstream_target(rule, Request(method="GET", path="/x", query=query), confined=True)
    target = Request(method="GET", path=path, query=upstream).target
    assert normalised(rule, f"/x?{query}") == target
    assert normalised(rule, target) == target


def test_a_target_without_a_query_has_none_afterwards() -> None:
    assert normalised(route(query=QueryRule(sort=True)), "/x") == "/x"


PART = st.text("ab/?&=|:0123456789", max_size=6)


@given(PART, PART, PART, PART, PART, PART)
def test_the_key_is_injective(t1: str, n1: str, p1: str, t2: str, n2: str, p2: str) -> None:
    one = cache_key(tenant=t1, route=route(name=n1), method="GET", target=p1)
    two = cache_key(tenant=t2, route=route(name=n2), method="GET", target=p2)
    assert (one == two) is ((t1, n1, p1) == (t2, n2, p2))


def test_head_shares_the_key_of_get_and_no_other_method_does() -> None:
    keys = {
        method: cache_key(tenant="", route=route(), method=method, target="/") for method in ("GET", "HEAD", "POST")
    }
    assert keys["GET"] == keys["HEAD"] != keys["POST"]


def test_the_origin_is_in_the_key() -> None:
    other = Route(name="r", prefix="/p", origin=OriginAddress(scheme="https", host="o.test", port=80))
    assert cache_key(tenant="", route=route(), method="GET", target="/") != cache_key(
        tenant="", route=other, method="GET", target="/"
    )
