"""Which requests are queries by content, and what is in their keys."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.caching.cache_key import query_resource, resource_of
from brine.domain.formats.media import Format
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.queries.as_query import as_query, is_query
from brine.domain.queries.content_query import ContentQuery
from brine.domain.routing.patterns import PathPattern
from brine.domain.routing.route import QueryBody, Route
from brine.domain.routing.transcoding import Transcoding
from brine.domain.routing.upstream import upstream_request
from tests.support.gateway.miniature import OPEN, ORIGIN

if TYPE_CHECKING:
    from brine.domain.routing.route import Route as AnyRoute

PLAIN = Route(name="r", prefix="/", origin=ORIGIN)
POSTS = replace(PLAIN, query_methods=frozenset({"POST", "SEARCH"}))
JSON = replace(POSTS, query_body=QueryBody(normalise="json"))
SEALED = replace(PLAIN, transcoding=Transcoding(origin=Format.SEALED))


def asking(method: str = "POST", body: bytes = b"{}", /, **fields: str) -> Request:
    lines = {"content_type": "application/json", **fields}
    return Request(
        method=method,
        path="/graphql",
        fields=Fields((name.replace("_", "-"), value) for name, value in lines.items() if value),
        body=body,
    )


def key(request: Request, route: AnyRoute = POSTS, tenant: str = "") -> str:
    return query_resource(route, tenant, upstream_request(as_query(request, route), route)).key


@pytest.mark.parametrize(
    ("request_", "route", "mark"),
    [
        (asking("QUERY"), PLAIN, ContentQuery()),
        (asking("QUERY", b"any", content_type="text/x"), PLAIN, ContentQuery()),
        (asking("QUERY", b"", content_type=""), PLAIN, ContentQuery()),
        (asking("QUERY", b'{"query": "mutation { a }"}'), POSTS, ContentQuery()),
        (asking("query"), PLAIN, None),
        (asking(), PLAIN, None),
        (asking("PUT"), POSTS, None),
        (asking("GET"), POSTS, None),
        (asking(), POSTS, ContentQuery()),
        (asking("POST", b"[1]", content_encoding="identity"), POSTS, ContentQuery()),
        (asking("SEARCH", b"<x/>", content_type="application/xml"), POSTS, ContentQuery()),
        (asking("POST", b'{"query": "mutation { a }"}'), POSTS, ContentQuery("query-mutation", is_safe=False)),
        (asking("POST", b"{"), POSTS, ContentQuery("query-not-json", is_safe=False)),
        (asking("POST", b'{"a": 1, "a": 2}'), POSTS, ContentQuery("query-not-json", is_safe=False)),
        (asking("POST", b"{}", content_type=""), POSTS, ContentQuery("query-not-json", is_safe=False)),
        (asking("POST", b"{}", content_type="text/plain"), POSTS, ContentQuery("query-not-json", is_safe=False)),
        (asking("POST", b"{}", content_encoding="gzip"), POSTS, ContentQuery("query-not-json", is_safe=False)),
        (asking("QUERY"), SEALED, ContentQuery("query-sealed")),
        (asking("QUERY"), replace(PLAIN, pattern=PathPattern("/graphql")), None),
    ],
)
def test_a_request_is_a_query_by_its_method_its_route_and_its_content(
    request_: Request, route: AnyRoute, mark: ContentQuery | None
) -> None:
    marked = as_query(request_, route)
    assert marked.content_query == mark
    assert is_query(request_, route) is (mark is not None and mark.is_safe)
    assert marked.may_use_cache is (request_.method == "GET" and not request_.body) or mark == ContentQuery()


@pytest.mark.parametrize(
    ("query", "body", "is_doubtful"),
    [
        ("query=mutation%20%7B%20a%20%7D", b"{}", True),
        ("query=mutation{a}", b'{"query": "{ a }"}', True),
        ("q%75ery=%7Ba%7D+mutation+%7Bb%7D", b"[]", True),
        ("query=%7Ba%7D&query=mutation%7Bb%7D", b"{}", True),
        ("doc_id=7", b"{}", True),
        ("operationName=Add", b"{}", True),
        ("query=%7Ba%7D&operationName=Add", b"{}", False),
        ("operationName=Books", b'{"query": "{ a }"}', False),
        ("q=mutation&size=3", b'{"query": {"match": {}}}', False),
        ("", b"{}", False),
    ],
)
def test_a_graphql_server_may_read_the_operation_in_the_url(query: str, body: bytes, is_doubtful: bool) -> None:
    marked = as_query(replace(asking("POST", body), query=query), POSTS)
    assert marked.content_query == (ContentQuery("query-mutation", is_safe=False) if is_doubtful else ContentQuery())


def test_two_types_are_no_type() -> None:
    twice = replace(asking(), fields=Fields([("content-type", "application/json"), ("content-type", "text/plain")]))
    assert as_query(twice, POSTS).content_query == ContentQuery("query-not-json", is_safe=False)


def test_content_above_the_limit_is_a_query_that_no_cache_answers() -> None:
    route = replace(POSTS, query_body=QueryBody(max_bytes=4))
    assert as_query(asking("POST", b"[12]"), route).content_query == ContentQuery()
    large = as_query(asking("POST", b"[123]"), route)
    assert large.content_query == ContentQuery("query-size")
    assert (large.is_safe_query, large.may_use_cache, large.is_get, large.is_idempotent) == (True, False, False, True)


def test_the_key_has_the_method_the_target_the_content_its_type_and_its_coding() -> None:
    base = asking("QUERY")
    others = [
        base,
        asking(),
        asking("SEARCH"),
        asking("QUERY", b"{ }"),
        asking("QUERY", b""),
        asking("QUERY", b"{}", content_type="application/x"),
        asking("QUERY", b"{}", content_type=""),
        asking("QUERY", b"{}", content_encoding="gzip"),
        replace(base, query=""),
        replace(base, path="/other"),
    ]
    keys = [key(request) for request in others]
    assert len({*keys, key(base, tenant="t"), resource_of(POSTS, "", "/graphql").key}) == len(others) + 2


def test_a_field_that_is_not_sent_is_not_in_the_key() -> None:
    assert key(asking("QUERY", b"{}", content_language="de", x_trace="1")) == key(asking("QUERY"))


def test_the_purge_of_the_target_covers_the_key() -> None:
    resource = query_resource(POSTS, "", as_query(asking(), POSTS))
    assert resource.target_key == resource_of(POSTS, "", "/graphql").key != resource.key


def test_the_key_of_a_namespace_begins_with_it() -> None:
    assert key(asking(), replace(POSTS, namespace="shop")).startswith("shop#")


VALUES = st.recursive(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)


@given(one=VALUES, other=VALUES, spaces=st.sampled_from([None, 2]))
def test_without_normalisation_the_key_is_that_of_the_bytes(one: Any, other: Any, spaces: int | None) -> None:
    texts = [json.dumps(one).encode(), json.dumps(other, indent=spaces).encode()]
    keys = [key(asking("QUERY", text), PLAIN) for text in texts]
    assert (keys[0] == keys[1]) is (texts[0] == texts[1])


def test_normalised_json_has_one_key_and_is_what_the_origin_gets() -> None:
    alike = [
        asking("POST", b'{"a":1,"b":[2]}'),
        asking("POST", b' { "b": [2], "a": 1 } ', content_type="application/json; charset=utf-8"),
        asking("POST", b'{"\\u0062":[2],"a":1}', content_type="Application/JSON"),
    ]
    sent = [upstream_request(as_query(request, JSON), JSON) for request in alike]
    assert {(request.body, request.fields.lines) for request in sent} == {
        (b'{"a":1,"b":[2]}', (("content-type", "application/json"),))
    }
    assert len({key(request, JSON) for request in alike}) == 1
    assert len({key(request, POSTS) for request in alike}) == 3


@pytest.mark.parametrize(
    "request_",
    [
        asking("QUERY", b'{"a": 1, "a": 2}'),
        asking("QUERY", b"{"),
        asking("QUERY", b'{ "a": 1 }', content_type="text/plain"),
        asking("QUERY", b'{ "a": 1 }', content_encoding="br"),
        asking("QUERY", b'{ "a": 1 }', cache_control="no-transform"),
    ],
)
def test_in_doubt_content_is_not_normalised(request_: Request) -> None:
    normalised = as_query(request_, JSON)
    assert (normalised.body, normalised.content_query) == (request_.body, ContentQuery())


def test_a_digest_of_other_bytes_is_not_sent() -> None:
    route = replace(JSON, policy=OPEN.policy)
    fields = {"content_digest": "sha-256=:YQ==:"}
    kept = upstream_request(as_query(asking("POST", b'{"a":1}', **fields), route), route)
    lost = upstream_request(as_query(asking("POST", b'{"a": 1}', **fields), route), route)
    assert ("content-digest" in kept.fields, "content-digest" in lost.fields) == (True, False)


def test_a_query_again_is_the_same_query() -> None:
    """The refresher reads the request that the gateway has put into form already."""
    once = as_query(asking("POST", b'{"b": 1, "a": 2}'), JSON)
    assert as_query(replace(once, content_query=None), JSON) == once
