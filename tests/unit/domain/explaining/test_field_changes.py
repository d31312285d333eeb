"""The fate of a field is what the origin gets, and each fate but "kept" has its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from brine.adapters.config.routes import parse_routes
from brine.domain.explaining.field_changes import HIDDEN, field_changes, shown_value
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.upstream import forwarded_request, upstream_request

if TYPE_CHECKING:
    from brine.domain.routing.route import Route

TEXT = """
[[route]]
name = "few"
prefix = "/few"
origin = "http://origin.test"
[[route]]
name = "all"
prefix = "/all"
origin = "https://origin.test"
forward_headers = "all"
origin_headers = { x-key = "secret:k" }
[[route]]
name = "trusting"
prefix = "/trusting"
origin = "http://origin.test"
trust_forwarded = true
request_directives = false
key_headers = ["x-region"]
"""
ROUTES = tuple(parse_routes(TEXT, {}))
LINES = st.sampled_from(
    [
        *[("accept", "a/b"), ("accept-language", "de,en"), ("cache-control", "max-age=0"), ("cache-control", "x=1")],
        *[("cookie", "a=1"), ("authorization", "Bearer x"), ("x-key", "k"), ("x-region", "eu"), ("x_region", "eu")],
        *[("host", "h"), ("te", "x"), ("connection", "x-region"), ("expect", "x"), ("user-agent", "curl")],
        *[
            ("x-forwarded-for", "1"),
            ("forwarded", "for=1"),
            ("traceparent", "bad"),
            ("range", "bad"),
            ("if-range", "x"),
        ],
        *[("if-none-match", '"1"'), ("content-type", "a/b"), ("cdn-loop", "x"), ("via", "1.1 x"), ("proxy", "x")],
    ]
)


@settings(max_examples=200)
@given(st.sampled_from(ROUTES), st.lists(LINES, max_size=6), st.sampled_from(["GET", "POST", "HEAD"]))
def test_the_fates_are_those_of_the_fields(route: Route, lines: list[tuple[str, str]], method: str) -> None:
    received = Fields(lines)
    request = upstream_request(Request(method=method, path="/x", fields=received), route)
    sent = forwarded_request(request, route, "brine-test").fields
    changes = field_changes(received, request.fields, sent, route)
    own = () if route.credentials is None else tuple(route.credentials.names)
    fates = {one.name: one.fate for one in changes if one.value != HIDDEN or one.name not in own or one.fate != "added"}
    assert {name for name, fate in fates.items() if fate != "dropped"} == set(sent.names)
    assert {name for name, fate in fates.items() if fate == "dropped"} == set(received.names) - set(sent.names)
    for one in changes:
        assert (one.reason is None) == (one.fate == "kept")
        assert one.reason != "the content is converted"  # no format is converted here


def test_values_of_credentials_are_hidden() -> None:
    for name in ("authorization", "cookie", "x-api-key", "x-amz-security-token", "proxy-authorization", "x-csrf-token"):
        assert shown_value(name, "hush") == HIDDEN
    for name in ("accept", "accept-encoding", "content-encoding", "if-none-match", "range", "x-region"):
        assert shown_value(name, "seen") == "seen"
