"""Random stories in which each request is explained first: the explanation comes true, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from tests.support.gateway.explained import Server, get, played
from tests.support.gateway.media import noise

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from tests.support.gateway.explained import Story


PATHS = (
    *(
        "/api/x",
        "/api/x",
        "/api/x",
        "/api/x?b=2&a=1",
        "/open/x",
        "/timed/x",
        "/keyed/x",
        "/cookies/x",
        "/cookies-timed/x",
    ),
    *("/ours/x", "/sorted/x?utm_a=1&b=2&a=1", "/loud/x?q=1&z=2", "/fragile/x", "/metered/x", "/graphql", "/few/x"),
    *("/search", "/guarded/x", "/nothing", "/api/%2e%2e/x"),
)
DIRECTIVES = (
    *("max-age=0", "no-cache", "no-store", "max-age=5", "min-fresh=9", "max-stale", "max-stale=5", "only-if-cached"),
    *("max-stale, only-if-cached", "no-transform", "max-age=x", "stale-if-error=20"),
)
LINES = st.one_of(
    st.tuples(st.just("cache-control"), st.sampled_from(DIRECTIVES)),
    st.sampled_from(
        [
            *[("accept-language", "de"), ("accept-language", "en, de;q=0.5"), ("cookie", "a=1"), ("x-region", "eu")],
            *[("x-tenant", "acme"), ("x-tenant", "a, b"), ("if-none-match", '"1"'), ("if-none-match", '"1~gzip"')],
            *[("if-match", '"1"'), ("range", "bytes=0-1"), ("range", "x"), ("authorization", "Bearer secret")],
            *[("connection", "x-region"), ("te", "trailers"), ("user-agent", "curl"), ("x_region", "us")],
            *[
                ("traceparent", "bad"),
                ("x-forwarded-for", "9.9.9.9"),
                ("via", "1.1 brine"),
                ("accept-encoding", "gzip"),
            ],
            *[("origin", "http://a.test"), ("access-control-request-method", "GET"), ("host", "h"), ("expect", "x")],
        ]
    ),
)


def requests(paths: list[str]) -> SearchStrategy[Request]:
    """Requests for these paths, most of them by GET and with few fields."""
    return st.builds(
        lambda method, path, lines, body: Request(
            method=method,
            path=path.partition("?")[0],
            query=path.partition("?")[2] or None,
            fields=Fields([*lines, *([("content-type", "application/json")] if body else [])]),
            body=body,
        ),
        st.sampled_from([*["GET"] * 8, "HEAD", "POST", "OPTIONS", "QUERY", "get"]),
        st.sampled_from(paths),
        st.one_of(st.just([]), st.lists(LINES, max_size=1), st.lists(LINES, max_size=3)),
        st.sampled_from([*[b""] * 6, b'{"query":"{a}"}', b'{"a":1}', b"x" * 11]),
    )


RESPONSE_LINES = st.sampled_from(
    [
        *[("cache-control", text) for text in ("max-age=10", "max-age=60", "no-cache", "no-store", "private")],
        ("cache-control", "max-age=10, stale-while-revalidate=30"),
        ("cache-control", "max-age=10, stale-if-error=30"),
        ("cache-control", "max-age=10, must-revalidate"),
        ("cache-control", "s-maxage=10"),
        ("cache-control", "max-age=60, immutable"),
        *[("vary", "accept-language"), ("vary", "x-region, accept-language"), ("vary", "*"), ("surrogate-key", "t")],
        *[("set-cookie", "a=1"), ("last-modified", "Mon, 07 Sep 2026 10:00:00 GMT"), ("content-language", "de")],
    ]
)
LIFETIMES = st.sampled_from(
    [
        *[("cache-control", text) for text in ("max-age=10", "max-age=10", "max-age=60", "s-maxage=10", "no-cache")],
        ("cache-control", "max-age=10, stale-while-revalidate=30"),
        ("cache-control", "max-age=10, stale-if-error=30"),
    ]
)
SERVERS = st.builds(
    Server,
    status=st.sampled_from([*[200] * 8, 404, 503]),
    lines=st.one_of(LIFETIMES.map(lambda line: (line,)), st.lists(RESPONSE_LINES, max_size=3).map(tuple)),
    body=st.sampled_from([b"hello", b"hello", b"", noise(3_000)]),
    has_tag=st.booleans(),
    fails=st.sampled_from([False, False, False, True]),
)


@st.composite
def stories(draw: DrawFn) -> Story:
    """A server at first, whether there is a refresh queue, and steps: most of them are requests for one or two URLs."""
    paths = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=2))
    asked = requests(paths)
    steps = st.one_of(
        *[asked] * 5,
        SERVERS,
        st.sampled_from([0.5, 2.0, 6.0, 11.0, 11.0, 40.0, 130.0]),
        st.tuples(st.just("purge"), st.sampled_from(["url", "tag", "route", "everything"]), st.booleans()),
        st.sampled_from(["restart", "refresh", "spoil", "lose"]),
    )
    return draw(SERVERS), draw(st.booleans()), draw(st.lists(steps, min_size=5, max_size=16))


FRESH = ("cache-control", "max-age=10")
OTHER_VARY: Story = (Server(503, (FRESH,)), False, [get(), Server(200, (FRESH,)), get(accept_language="de")])
"""More fields select an error than a success, which so replaces it instead of becoming a variant beside it."""

PURGED_MAIN: Story = (
    Server(200, (("cache-control", "no-cache"),), has_tag=True),
    False,
    [get("/cookies-timed/x"), 1.5, ("purge", "everything", False), get("/cookies-timed/x", accept_language="de")],
)
"""A purged response in the main slot is not there for a lookup, so the next one does not become a variant beside it."""


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories())
@example(OTHER_VARY)
@example(PURGED_MAIN)
def test_what_an_explanation_says_comes_true_and_it_changes_nothing(story: Story) -> None:
    assert played(story).violations == []
