"""The parts of a request that go into its refresh request, and which requests are refreshed in place."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from brine.adapters.sqs.refresh_message import write
from brine.domain.caching.cache_key import Resource
from brine.domain.caching.stored import Selection, StoredResponse
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.queries.as_query import as_query
from brine.domain.refreshing.request import MAX_CHARACTERS, MAX_CONTENT, RefreshRequest
from brine.domain.refreshing.request import refresh_request as of_request_as_sent
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.patterns import PathPattern
from brine.domain.routing.policy import DEFAULT_FORWARD_HEADERS, Policy
from brine.domain.routing.route import QueryBody, QueryRule, Route
from brine.domain.routing.upstream import upstream_request

RESOURCE = Resource("k", "api")
ORIGIN = OriginAddress(scheme="https", host="origin.test", port=443)
PLAIN = Route(name="api", prefix="/", origin=ORIGIN)
NAMING = Route(
    name="api", prefix="/", origin=ORIGIN, policy=Policy(forward_headers=DEFAULT_FORWARD_HEADERS | {"x-version"})
)
KEYED = Route(name="api", prefix="/", origin=ORIGIN, policy=Policy(key_headers=frozenset({"x-version"})))
OPEN = Route(name="api", prefix="/", origin=ORIGIN, policy=Policy(forward_headers="all"))


def stored(*vary: str, status: int = 200) -> StoredResponse:
    return StoredResponse(
        method="GET",
        target="/x?page=1",
        route="api",
        status=status,
        fields=Fields(),
        body=b"",
        request_time=0.0,
        response_time=0.0,
        fetch_started=0.0,
        vary=vary,
        selection=Selection(1, tuple(None for _ in vary)),
    )


def refresh_request(
    route: Route, request: Request, response: StoredResponse, resource: Resource
) -> RefreshRequest | None:
    return of_request_as_sent(route, upstream_request(request, route), response, resource)


def asking(*lines: tuple[str, str], method: str = "GET", query: str | None = "page=1") -> Request:
    return Request(method=method, path="/x", query=query, fields=Fields(lines))


def test_the_request_is_a_get_for_the_same_target() -> None:
    for query, target in (("page=1", "/x?page=1"), (None, "/x"), ("", "/x?")):
        handed = refresh_request(PLAIN, asking(method="HEAD", query=query), stored(), RESOURCE)
        assert handed == RefreshRequest(route="api", target=target, key="k")
        assert (handed.request.method, handed.request.target, handed.request.query) == ("GET", target, query)


@pytest.mark.parametrize(
    ("route", "vary", "travelling"),
    [
        (PLAIN, (), ["accept", "accept-language"]),
        (PLAIN, ("user-agent",), ["accept", "accept-language"]),
        (KEYED, (), ["accept", "x-version", "accept-language"]),
        (OPEN, (), ["accept", "accept-language"]),
        (OPEN, ("user-agent", "x-other"), ["accept", "user-agent", "accept-language"]),
    ],
    ids=["plain", "selecting", "in the route's key", "open", "open and selecting"],
)
def test_selecting_fields_negotiation_and_those_of_the_key_go_along(
    route: Route, vary: tuple[str, ...], travelling: list[str]
) -> None:
    request = asking(
        ("accept", "text/html"),
        ("user-agent", "curl"),
        ("x-version", "2"),
        ("accept-language", "de"),
        ("cache-control", "max-stale"),
        ("if-none-match", '"1"'),
        ("range", "bytes=0-1"),
        ("traceparent", "00-1-2-00"),
        ("x-forwarded-for", "203.0.113.7"),
    )
    handed = refresh_request(route, request, stored(*vary), RESOURCE)
    assert handed is not None
    assert handed.fields == request.fields.only(frozenset(travelling))
    assert [name for name, _ in handed.fields] == travelling


CREDENTIALS = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-api-key",
    "x-auth-token",
    "x-session",
    "x-csrf-token",
]


@pytest.mark.parametrize("name", CREDENTIALS)
def test_credentials_at_play_stay_where_they_are(name: str) -> None:
    with_it = asking((name, "hush"))
    naming = Route(
        name="api", prefix="/", origin=ORIGIN, policy=Policy(forward_headers=DEFAULT_FORWARD_HEADERS | {name})
    )
    # Those of Proxy-Authorization are for this hop: they reach no origin.
    reaches = name != "proxy-authorization"
    assert (refresh_request(OPEN, with_it, stored(), RESOURCE) is None) is reaches
    assert (refresh_request(naming, with_it, stored(), RESOURCE) is None) is reaches
    assert (refresh_request(PLAIN, with_it, stored(name), RESOURCE) is None) is (name == "authorization")


@pytest.mark.parametrize("name", [name for name in CREDENTIALS if name != "authorization"])
def test_credentials_that_do_not_reach_the_origin_are_left_behind(name: str) -> None:
    handed = refresh_request(PLAIN, asking((name, "hush"), ("accept", "*/*")), stored("accept", name), RESOURCE)
    assert handed is not None
    assert handed.fields == Fields([("accept", "*/*")])


@pytest.mark.parametrize(
    "query",
    [
        *(
            "access_token=hush",
            "page=1&API_KEY=hush",
            "X-Amz-Signature=hush",
            "%70assword=hush",
            "sig=",
            "PHPSESSID=hush",
        ),
        *(
            "sid=hush",
            "pass=hush",
            "code=hush",
            "pin=1234",
            "pat=hush",
            "hash=hush",
            "t%256fken=hush",
            "unheard-of=hush",
        ),
        *("page=1;token=hush", "page=1%3btoken=hush", "page=1%2526token=hush", "page=1?token=hush", "hush", "PAGE=1"),
    ],
)
def test_a_target_that_may_hold_a_credential_stays_where_it_is(query: str) -> None:
    assert refresh_request(PLAIN, asking(query=query), stored(), RESOURCE) is None
    assert refresh_request(PLAIN, asking(query="page=token&q="), stored(), RESOURCE) is not None


@pytest.mark.parametrize(
    "path", ["/x;jsessionid=hush", "/x%3bjsessionid=hush", "/x;a/y", "/x%253Ba", "/x%3ftoken=hush"]
)
def test_a_path_with_parameters_stays_where_it_is(path: str) -> None:
    assert refresh_request(PLAIN, replace(asking(query=None), path=path), stored(), RESOURCE) is None


def test_a_route_may_say_which_parameters_are_harmless() -> None:
    route = replace(PLAIN, query=QueryRule(keep=frozenset({"shelf", "token"})))
    assert refresh_request(route, asking(query="shelf=1&page=2"), stored(), RESOURCE) is not None
    assert refresh_request(route, asking(query="token=1"), stored(), RESOURCE) is None


@pytest.mark.parametrize("name", ["x-sid", "x-pass", "x-email", "referer", "x-version"])
def test_a_field_that_no_key_names_stays_where_it_is(name: str) -> None:
    request = asking((name, "hush"))
    naming = replace(PLAIN, policy=Policy(forward_headers=DEFAULT_FORWARD_HEADERS | {name}))
    assert refresh_request(OPEN, request, stored(name), RESOURCE) is None
    assert refresh_request(naming, request, stored(), RESOURCE) is None


@pytest.mark.parametrize(
    ("name", "travels"), [("x-sid", False), ("x-pass", False), ("referer", False), ("x-version", True)]
)
def test_a_field_in_the_key_goes_along_unless_it_looks_like_a_credential(name: str, travels: bool) -> None:
    keyed = replace(PLAIN, policy=Policy(key_headers=frozenset({name})))
    assert (refresh_request(keyed, asking((name, "hush")), stored(), RESOURCE) is not None) is travels


@pytest.mark.parametrize(
    ("tenant", "travels"),
    [
        *(("header:x-api-key", False), ("lambda:api_key", False), ("lambda:apiKey", False), ("claim:email", False)),
        *(("header:x-customer", True), ("claim:org", True), ("iam:account", True)),
    ],
)
def test_a_tenant_that_is_named_by_a_credential_stays_where_it_is(tenant: str, travels: bool) -> None:
    route = replace(PLAIN, tenant=tenant)
    handed = refresh_request(route, asking(), stored(), Resource("k", "api", "hush"))
    assert (handed is not None) is travels


def test_a_response_may_vary_by_credentials_that_the_request_has_not() -> None:
    assert refresh_request(PLAIN, asking(), stored("cookie", "authorization"), RESOURCE) is not None


def test_a_part_is_completed_where_it_is_wanted() -> None:
    assert refresh_request(PLAIN, asking(), stored(status=206), RESOURCE) is None


def test_a_refresh_request_is_billed_as_one_request() -> None:
    longest = MAX_CHARACTERS - len("/x?q=") - len("accept") - 8
    request = asking(("accept", "\u00ff" * (longest - 10)), query="q=" + "\u00ff" * 10)
    handed = refresh_request(PLAIN, request, stored(), Resource("k" * 64, "api"))
    assert handed is not None
    assert len(json.dumps({"QueueUrl": "x" * 200, "MessageBody": write(handed)})) < 65_536
    assert refresh_request(PLAIN, asking(("accept", "a" * longest), query="q=a"), stored(), RESOURCE) is None


@pytest.mark.parametrize(
    ("rule", "goes_to_the_queue"),
    [("/<order_id>", True), ("/<token>", False), ("/<reset_token>", False), ("/<year>/<apiKey>", False)],
)
def test_a_path_with_an_argument_that_is_named_as_a_credential_does_not_go_to_the_queue(
    rule: str, goes_to_the_queue: bool
) -> None:
    route = replace(PLAIN, prefix=rule, pattern=PathPattern(rule))
    assert (refresh_request(route, asking(), stored(), RESOURCE) is not None) is goes_to_the_queue


QUEUED = replace(PLAIN, query_methods=frozenset({"POST"}), query_body=QueryBody(in_refresh_requests=True))


def querying(body: bytes = b"[1]", method: str = "POST", *lines: tuple[str, str]) -> Request:
    fields = Fields([("content-type", "application/json"), *lines])
    return Request(method=method, path="/x", query="page=1", fields=fields, body=body)


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_a_query_goes_along_with_its_content_and_what_is_in_its_key(method: str) -> None:
    request = as_query(querying(b"[1]", method, ("accept", "*/*"), ("x-other", "hush")), QUEUED)
    handed = refresh_request(QUEUED, request, stored(), RESOURCE)
    assert handed is not None
    assert (handed.request.method, handed.request.body, handed.request.target) == (method, b"[1]", "/x?page=1")
    assert dict(handed.fields) == {"content-type": "application/json", "accept": "*/*"}


def test_content_stays_where_it_is_unless_the_route_permits_it() -> None:
    """It may hold anything, and operators can read the queue."""
    for route in (PLAIN, replace(QUEUED, query_body=QueryBody())):
        assert refresh_request(route, as_query(querying(method="QUERY"), route), stored(), RESOURCE) is None


def test_a_query_with_credentials_stays_where_it_is() -> None:
    request = as_query(querying(b"[1]", "POST", ("authorization", "hush")), QUEUED)
    assert refresh_request(QUEUED, request, stored(), RESOURCE) is None


def test_content_that_is_too_large_for_the_queue_stays_where_it_is() -> None:
    largest = b'"%s"' % (b"a" * (MAX_CONTENT - 2))
    handed = refresh_request(QUEUED, as_query(querying(largest), QUEUED), stored(), RESOURCE)
    assert handed is not None
    assert len(json.dumps({"QueueUrl": "x" * 200, "MessageBody": write(handed)})) < 2 * 65_536
    larger = as_query(querying(largest + b" "), QUEUED)
    assert refresh_request(QUEUED, larger, stored(), RESOURCE) is None
