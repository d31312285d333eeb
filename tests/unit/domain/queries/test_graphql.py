"""No mutation passes for a query, and errors are found in a response that tells of success."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.queries.graphql import may_change_data, tells_errors

QUERIES = [
    "{ books { title } }",
    "query { books { title } }",
    "query Books($first: Int = 3) { books(first: $first) { title } }",
    "query { mutation { id } subscription }",
    'query { books(title: "mutation { x }") { title } }',
    '"""mutation\n{""" query { mutation }',
    "# mutation {\nquery { mutation { id } }",
    "query { a } fragment F on mutations { mutation }",
    r'query { a(b: "\"} mutation {") }',
]
CHANGES = [
    "mutation { add }",
    "mutation Add($a: A) { add(a: $a) { id } }",
    " \n\t,\ufeffmutation{add}",
    "# a comment\r mutation { add }",
    "query { a } mutation { b }",
    "subscription { news }",
    'query { a(b: "{") } mutation { b }',
    'query { a(b: """ " { \\""" """) } mutation { b }',
    "fragment F on A { b } mutation M { b { ...F } }",
    '"about it" mutation { b }',
]
UNREADABLE = [
    "{ a } #\u2028 mutation { b }",  # where graphql-java ends a comment
    "{ a } #\u2028 {\nmutation { b } #\u2028 }",
    '{ a(b: [""" " ]) } mutation { c(d: [" """]) }',  # strings of a server without block strings
    '{ a(b: "\n") } mutation',
    '"{\n" mutation { b }',
    "{ { mutation }",
    "} { mutation }",
    "how do mutation rates differ",
]


@pytest.mark.parametrize("document", QUERIES)
def test_a_query_is_a_query(document: str) -> None:
    assert not may_change_data({"query": document, "variables": {"mutation": 1}})
    assert not may_change_data([{"query": document}, {"query": "{ a }"}])


@pytest.mark.parametrize("document", CHANGES + UNREADABLE)
def test_a_mutation_is_none_and_neither_is_what_may_be_one(document: str) -> None:
    assert may_change_data({"query": document, "operationName": "A"})
    assert may_change_data([{"query": "{ a }"}, {"query": document}])


STRINGS = st.text().map(json.dumps)
COMMENTS = st.text(st.characters(exclude_characters="\n\r", codec="utf-8")).map(lambda text: f"#{text}\n")
BLOCKS = st.text(st.characters(exclude_characters='"\\')).map(lambda text: f'"""{text}"""')
NAMES = st.sampled_from(["a", "mutations", "on", "$b: Int", "...F", "mutation_", ",", "\n"])
PIECES = st.recursive(
    st.lists(STRINGS | COMMENTS | BLOCKS | NAMES).map(" ".join),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: "{ " + " ".join(parts) + " }"),
    max_leaves=8,
)


@given(before=PIECES, after=PIECES)
def test_no_string_comment_or_selection_hides_a_mutation(before: str, after: str) -> None:
    assert may_change_data({"query": f"{before} mutation {after}"})


@pytest.mark.parametrize(
    "content",
    [
        {"extensions": {"persistedQuery": {"sha256Hash": "ab"}}},
        {"documentId": "sha256:ab"},
        {"doc_id": "1", "variables": {}},
        {"operationName": "Add"},
        {"query": None, "variables": {}},
        {"query": 1, "operationName": "Add"},
        {"query": "", "extensions": {"persistedQuery": {"sha256Hash": "ab"}}},
        {"query": " \n,\ufeff", "documentId": "ab"},
        {"OperationName": "Add"},
        {"documentID": "ab"},
    ],
)
def test_an_operation_that_only_the_server_knows_may_be_a_mutation(content: Any) -> None:
    assert may_change_data(content)


@pytest.mark.parametrize(
    "content",
    [
        {"Query": "mutation { a }"},
        {"QUERY": "{ a }", "Variables": {}, "query": "mutation { a }"},
        {"query": "{ a }", "Query": "mutation { a }"},
        {"query": "mutation { a }", "Query": "{ a }"},
    ],
)
def test_a_server_may_read_the_names_of_members_in_any_case(content: Any) -> None:
    assert may_change_data(content)


@pytest.mark.parametrize(
    "content",
    [
        {"query": {"match": {"title": "mutation"}}, "size": 3},
        {"model": "m", "messages": [{"role": "user", "content": "mutation"}]},
        {"query": 'a 15" screen'},
        {"query": "a { brace"},
        {},
        [],
        [1, "mutation"],
        "mutation",
        None,
    ],
)
def test_content_that_is_no_graphql_changes_nothing(content: Any) -> None:
    assert not may_change_data(content)


ASKED = Request(method="POST", path="/graphql", body=b'{"query": "{ a }"}')
ERRORS = b'{"data": null, "errors": [{"message": "down"}]}'


@pytest.mark.parametrize(
    ("asked", "told", "status", "coding", "found"),
    [
        (ASKED.body, ERRORS, 200, None, True),
        (b'{"Query": "{ a }"}', ERRORS, 200, None, True),
        (b'[{"query": "{ a }"}]', b'[{"data": 1}, ' + ERRORS + b"]", 200, None, True),
        (ASKED.body, gzip.compress(ERRORS, mtime=0), 200, "gzip", True),
        (ASKED.body, b'{"data": {"errors": [1]}}', 200, None, False),
        (ASKED.body, b'{"data": 1, "errors": []}', 200, None, False),
        (ASKED.body, ERRORS, 400, None, False),
        (ASKED.body, b'not JSON, with "errors"', 200, None, False),
        (ASKED.body, gzip.compress(ERRORS, mtime=0)[:12], 200, "gzip", False),
        (ASKED.body, b"not gzip", 200, "gzip", False),
        (b'{"query": {"match": "a"}}', ERRORS, 200, None, False),
        (b'not JSON, with "query"', ERRORS, 200, None, False),
        (b"", ERRORS, 200, None, False),
    ],
)
def test_errors_are_found_in_the_response_to_a_query(
    asked: bytes, told: bytes, status: int, coding: str | None, found: bool
) -> None:
    fields = Fields([] if coding is None else [("Content-Encoding", coding)])
    request = Request(method="POST", path="/graphql", body=asked)
    assert tells_errors(request, Response(status=status, fields=fields, body=told)) is found
