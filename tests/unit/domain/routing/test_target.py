"""The request target: the route rewrites it, keeps all other bytes, and never lets it leave the route."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.caching.cache_key import cache_key
from brine.domain.http.messages import Request
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.route import QueryRule, Route, Routes
from brine.domain.routing.target import BadTargetError, normalised_target, upstream_target

ORIGIN = OriginAddress(scheme="http", host="o.test", port=80)
QUERY = st.text("ab=&%26+c*~", max_size=20)


def route(prefix: str = "/p", base_path: str = "", query: QueryRule | None = None, name: str = "r") -> Route:
    return Route(name=name, prefix=prefix, origin=ORIGIN, base_path=base_path, query=query or QueryRule())


def target_of(alone: Route, request: Request) -> tuple[str, str | None]:
    return upstream_target(Routes((alone,)), alone, request)


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
        ("/p", "", "/p/a...b", "/a...b"),
        ("/p", "", "/p/a.b/.c", "/a.b/.c"),
    ],
)
def test_the_path_keeps_its_bytes(prefix: str, base: str, path: str, upstream: str) -> None:
    alone = route(prefix, base)
    assert upstream_target(Routes((alone,)), alone, Request(method="GET", path=path)) == (upstream, None)


DOTS = [
    *("..", ".", "%2e%2e", "%2E.", ".%2e", "%2e", "%252e%252e", "%25252e.", "%252525252e.", "..%00", "..%00x", "%00.."),
    *(".%00.", "..%09", "..%0a", "..%0d%0ax", "..%7f", "..%20", "%20..", ".%20.", "..%C2%A0", "..;a=b", "..;", ".;"),
    *("..%3b", "..%253Bx", "..%3fx", "..%23x", "..%253Fx", "%c0%ae%c0%ae", "%c0%ae.", "%e0%80%ae.", "%f0%80%80%ae."),
    *("%25c0%25ae.", "%u002e%u002e", "%U002E.", "%uff0e.", "%EF%BC%8E%EF%BC%8E", "%E2%80%A4.", "%E2%80%A5"),
    *("%EF%B9%92.", "..%c0%80", "..%e0%80%80x", "..%u0000"),
    # overlong forms of five and six bytes, and continuation bytes of which a decoder looks at six bits alone
    *("%f8%80%80%80%ae.", "%fc%80%80%80%80%ae.", "%c0%2e.", "%c0%6e.", "%c0%ee.", "..%ff", "..%ad", "%f5%80%80%ae."),
    # invisible characters, which are dropped
    *("..%e2%80%8b", ".%e2%80%8b.", "..%c2%ad", "..%ef%bb%bf", "..%e2%81%a0", "..%c2%85", "..%ef%b8%8f", "..%cc%80"),
    *(
        "..%ef%bf%bd",
        "..%e1%85%9f",
        "..%e3%85%a4",
        "..%f3%a0%80%a0",
        "..+",
        "...",
        "%E2%80%A6",
        "..%20.",
        "..%e3%80%82",
    ),
    *("..::$DATA", "..:$i30:$INDEX_ALLOCATION"),
]
SLASHES = [
    "/",
    "%2f",
    "%5c",
    "\\",
    "%252f",
    "%255C",
    "%c0%af",
    "%c1%9c",
    "%e0%80%af",
    "%u002f",
    "%EF%BC%8F",
    "%EF%BC%BC",
    *("%e2%81%84", "%e2%88%95", "%e2%88%96", "%e2%a7%b5", "%e2%a7%b8", "%e2%a7%b9"),
    *("%c2%a5", "%e2%82%a9", "%ef%bf%a5", "%ef%bf%a6", "%f8%80%80%80%af", "%c0%2f", "%c1%1c"),
]


@pytest.mark.parametrize("dots", DOTS)
@pytest.mark.parametrize("before", ["/", "/a/", "/a%2f", "/a\\", "//"])
@pytest.mark.parametrize("after", ["", "/x", "%2fx", "\\x", "/"])
def test_a_path_cannot_leave_its_route(before: str, dots: str, after: str) -> None:
    alone = route()
    with pytest.raises(BadTargetError, match=r"segment|control character|not UTF-8"):
        upstream_target(Routes((alone,)), alone, Request(method="GET", path=f"/p{before}{dots}{after}"))


@pytest.mark.parametrize("slash", SLASHES)
def test_a_path_cannot_leave_its_route_by_another_slash(slash: str) -> None:
    alone = route()
    for rest in (f"/a{slash}..{slash}x", f"/a{slash}..", f"/..{slash}x"):
        with pytest.raises(BadTargetError, match=r"segment|not UTF-8"):
            upstream_target(Routes((alone,)), alone, Request(method="GET", path=f"/p{rest}"))


@pytest.mark.parametrize("path", ["/p/%00", "/p/a%0d%0ab", "/p/%1fx", "/p/x%7F", "/p/%2500", "/p/a%09"])
def test_an_encoded_control_character_is_refused_where_it_could_end_a_path(path: str) -> None:
    alone = route()
    with pytest.raises(BadTargetError, match="control character"):
        upstream_target(Routes((alone,)), alone, Request(method="GET", path=path))
    everything = route("/")
    assert upstream_target(Routes((everything,)), everything, Request(method="GET", path=path)) == (path, None)


@pytest.mark.parametrize("path", ["/p/caf%E9", "/p/%c0%80", "/p/%25ff", "/p/%ed%a0%80"])
def test_a_path_that_is_not_utf_8_is_refused_where_a_route_confines_it(path: str) -> None:
    alone = route()
    with pytest.raises(BadTargetError, match="not UTF-8"):
        upstream_target(Routes((alone,)), alone, Request(method="GET", path=path))
    everything = route("/")
    assert upstream_target(Routes((everything,)), everything, Request(method="GET", path=path)) == (path, None)


def test_a_path_that_would_be_decoded_for_ever_is_refused() -> None:
    alone = route()
    with pytest.raises(BadTargetError, match="too many times"):
        upstream_target(Routes((alone,)), alone, Request(method="GET", path=f"/p/%{'25' * 20}2e"))


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/%61dmin",
            "/%61dmin/x",
            "//admin/x",
            "/admin%2fx",
            "/admin;v=1/x",
            "/admin%3bv/x",
            "/%2561dmin",
            "/\\admin",
        ),
        *("/admin%5cx", "/adm%69n%2Fx", "/ad%20min", "/%u0061dmin", "/admin%3fx", "/%EF%BD%81dmin", "/admin%23"),
        *("/;x/admin", "/;/admin/x", "/%3b/admin", "/%3f/admin", "/%23/admin", "/+/admin", "/%20/admin"),
        *("/ADMIN", "/Admin/x", "/%41dmin", "/adm%c4%b1n", "/admi%c5%84", "/%c3%a0dmin", "/%e2%93%90dmin"),
        *("/admin.", "/admin%2e", "/admin../x", "/admin.;x", "/admin%20.", "/admin.%20", "/admin%c2%a0", "/admin+"),
        *("/admin%e2%80%8b", "/%ef%bb%bfadmin", "/%e2%88%95admin", "/%c2%a5admin", "/admin::$INDEX_ALLOCATION/x"),
        *("/api%2fv2", "/api//v2/x", "/api/%76%32", "/api/v2;x", "/api;/v2"),
    ],
)
def test_a_path_is_refused_that_a_server_may_read_as_another_route_s(path: str) -> None:
    every = Routes(tuple(route(prefix, name=f"r{prefix}") for prefix in ("/", "/admin", "/api", "/api/v2")))
    taken = every.match(path)
    assert taken is not None
    with pytest.raises(BadTargetError, match="another route"):
        upstream_target(every, taken, Request(method="GET", path=path))


@pytest.mark.parametrize(
    "path",
    [
        "/admin",
        "/admin/",
        "/admin//x",
        "/admin/%61",
        "/api/v2%2fx",
        "/administrator",
        "/x%2fadmin",
        "/x;a/admin",
        "/caf%C3%A9",
        "/%25",
    ],
)
def test_a_path_that_all_read_as_of_one_route_goes_on_as_it_is(path: str) -> None:
    every = Routes(tuple(route(prefix, name=f"r{prefix}") for prefix in ("/", "/admin", "/api", "/caf%C3%A9")))
    taken = every.match(path)
    assert taken is not None
    sent, _ = upstream_target(every, taken, Request(method="GET", path=path))
    assert path.endswith(sent.rstrip("/"))


@pytest.mark.parametrize("prefix", ["/Shop", "/shop"])
def test_routes_that_differ_only_in_case_keep_their_paths(prefix: str) -> None:
    every = Routes((route("/Shop", name="upper"), route("/shop", name="lower")))
    taken = every.match(f"{prefix}/x")
    assert taken is not None
    assert taken.prefix == prefix
    assert upstream_target(every, taken, Request(method="GET", path=f"{prefix}/x")) == ("/x", None)


@given(st.text(st.sampled_from("/%2e5cfu0.;\\ab"), max_size=16))
def test_no_decoding_of_a_path_that_passes_climbs(rest: str) -> None:
    alone = route()
    try:
        upstream_target(Routes((alone,)), alone, Request(method="GET", path=f"/p/{rest}"))
    except BadTargetError:
        return
    for _ in range(10):
        assert ".." not in rest.replace("\\", "/").split("/")
        rest = unquote(rest)


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
    assert Routes(routes).is_confined(routes[0]) is confined


@pytest.mark.parametrize("path", ["/p/ü", "/p/a b", "/p/\x00", "/p/a\r\nx", "/p/\x7f", "/p#x"])
def test_bytes_that_no_request_line_holds_are_refused(path: str) -> None:
    with pytest.raises(BadTargetError, match="percent-encoded"):
        upstream_target(Routes((route("/"),)), route("/"), Request(method="GET", path=path))
    with pytest.raises(BadTargetError, match="percent-encoded"):
        upstream_target(Routes((route("/"),)), route("/"), Request(method="GET", path="/p", query=path))


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
    assert target_of(route(query=rule), request) == ("/", upstream)


@given(QUERY, st.text("ab", max_size=2).map(lambda name: (name,)), st.booleans())
def test_a_query_rule_only_removes_and_reorders(query: str, drop: tuple[str, ...], sort: bool) -> None:
    _, upstream = target_of(route(query=QueryRule(drop=drop, sort=sort)), Request(method="GET", path="/p", query=query))
    left = [] if upstream is None else upstream.split("&")
    expected = [part for part in query.split("&") if unquote(part.split("=")[0].replace("+", " ")) != drop[0]]
    assert sorted(left) == sorted(expected) or (left == [] and "".join(expected) == "")


@given(QUERY, st.text("ab", max_size=2), st.booleans())
def test_a_target_that_the_origin_names_is_normalised_like_a_request(query: str, drop: str, sort: bool) -> None:
    rule = route("/", query=QueryRule(drop=(drop,), sort=sort))
    path, upstream = target_of(rule, Request(method="GET", path="/x", query=query))
    target = Request(method="GET", path=path, query=upstream).target
    assert normalised_target(rule, f"/x?{query}") == target
    assert normalised_target(rule, target) == target


def test_a_target_without_a_query_has_none_afterwards() -> None:
    assert normalised_target(route(query=QueryRule(sort=True)), "/x") == "/x"


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
