"""Path patterns: the paths that a rule covers, its arguments, and the rules that are none."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.patterns import BadArgumentError, PathPattern
from brine.domain.routing.route import Route, Routes


def in_code(name: str, rule: str) -> Route:
    return Route(name=name, prefix=rule, pattern=PathPattern(rule), origin=OriginAddress("function", name, 0))


def behind(name: str, prefix: str, *, internal: bool = False) -> Route:
    return Route(name=name, prefix=prefix, origin=OriginAddress("http", "x.test", 80), internal=internal)


@pytest.mark.parametrize(
    ("rule", "path", "arguments"),
    [
        ("/", "/", {}),
        ("/orders", "/orders", {}),
        ("/orders/<id>", "/orders/17", {"id": "17"}),
        ("/orders/<id>/lines/<line>", "/orders/a%20b/lines/%C3%BC", {"id": "a b", "line": "ü"}),
        ("/<name>.<kind>", "/a.tar.gz", {"name": "a.tar", "kind": "gz"}),
        ("/v1.0/<id>", "/v1.0/x", {"id": "x"}),
        ("/a:b@c;d=e,f!g&h~i'/<id>", "/a:b@c;d=e,f!g&h~i'/x", {"id": "x"}),
        ("/orders/<id>", "/orders/%252e%252e", {"id": "%2e%2e"}),
        ("/orders/<id>", "/orders/a%3Fb%23c", {"id": "a?b#c"}),
        ("/orders/<id>", "/orders/..a", {"id": "..a"}),
    ],
)
def test_a_rule_covers_a_path_with_arguments(rule: str, path: str, arguments: dict[str, str]) -> None:
    pattern = PathPattern(rule)
    assert pattern.covers(path)
    assert pattern.arguments(path) == arguments
    assert pattern.names == tuple(arguments)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("/orders", "/orders/"),
        ("/orders", "/order"),
        ("/orders", "/orders\n"),
        ("/orders", "/Orders"),
        ("/orders/<id>", "/orders/"),
        ("/orders/<id>", "/orders/a/b"),
        ("/orders/<id>", "/x/orders/a"),
        ("/orders/<id>", ""),
        ("/v1.0/<id>", "/v1x0/a"),
        ("/<a>.<b>", "/ab"),
        ("/<a>.<b>", "/.b"),
        ("/orders/<id>", "/%6frders/a"),
    ],
)
def test_a_rule_covers_no_other_path(rule: str, path: str) -> None:
    assert not PathPattern(rule).covers(path)
    with pytest.raises(BadArgumentError, match="the path is not /"):
        PathPattern(rule).arguments(path)


@pytest.mark.parametrize(
    "text",
    [
        "..",
        ".",
        "...",
        "%2e%2e",
        "%2E.",
        "a%2Fb",
        "%2f",
        "a%5Cb",
        "\\",
        "%00",
        "a%0D%0Ab",
        "%7f",
        "%FF",
        "%C0%AE",
    ],
)
def test_an_argument_that_may_be_read_as_another_path_is_refused(text: str) -> None:
    with pytest.raises(BadArgumentError, match=r"^id in the path "):
        PathPattern("/orders/<id>").arguments(f"/orders/{text}")


@given(st.text(min_size=1))
def test_every_argument_is_the_text_that_was_encoded_or_is_refused(text: str) -> None:
    try:
        path = "/orders/" + quote(text, safe="")
    except UnicodeEncodeError:
        return
    try:
        assert PathPattern("/orders/<id>").arguments(path) == {"id": text}
    except BadArgumentError:
        assert set(text) & {"/", "\\"} or not text.strip(".") or any(not one.isprintable() for one in text)


@pytest.mark.parametrize(
    "rule",
    [
        *(
            "",
            "orders",
            "/a//b",
            "//",
            "/<id>/<id>",
            "/<>",
            "/<1>",
            "/<a-b>",
            "/<a",
            "/a>",
            "/<int:id>",
            "/a?b",
            "/a#b",
        ),
        *(
            "/ü",
            "/a b",
            "/%41",
            "/a\n",
            "/<a><b>",
            "/<a>-<b>-<c>",
            "/x/<a>.<b>.<c>/y",
            "/<.*>",
            "/a\\b",
            "/{id}",
            "/a(b",
            "/a)",
            "/a*",
            "/a+",
            "/$",
        ),
    ],
)
def test_a_rule_that_is_no_pattern_is_refused_with_the_rule(rule: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the text is compared below
        PathPattern(rule)
    assert f'"{rule}" ' in str(raised.value)


def test_several_arguments_are_no_problem_between_slashes() -> None:
    assert PathPattern("/<a>-<b>/<c>-<d>/<e>").arguments("/1-2/3-4/5")["e"] == "5"


def test_a_long_path_that_fits_in_many_ways_ends() -> None:
    pattern = PathPattern("/<a>.<b>/end")
    assert not pattern.covers("/" + "." * 5_000 + "/other")


def test_the_prefix_of_a_server_does_not_hide_a_function_and_a_rule_without_arguments_wins() -> None:
    routes = Routes(
        (
            behind("all", "/"),
            in_code("any", "/orders/<id>"),
            in_code("new", "/orders/new"),
            in_code("late", "/orders/<other>"),
            behind("orders", "/orders"),
            behind("secret", "/secret", internal=True),
        )
    )
    found = {
        path: route.name
        for path in ("/orders/new", "/orders/1", "/orders", "/orders/1/2", "/x", "/secret")
        if (route := routes.match(path))
    }
    assert found == {
        "/orders/new": "new",
        "/orders/1": "any",
        "/orders": "orders",
        "/orders/1/2": "orders",
        "/x": "all",
        "/secret": "all",
    }
