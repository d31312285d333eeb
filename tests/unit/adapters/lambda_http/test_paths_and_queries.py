"""Paths and queries by source: the cases that AWS's own behaviour makes interesting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.lambda_http import read
from tests.support.events import load_event

if TYPE_CHECKING:
    from brine.domain.http.messages import Request


def request_of(name: str, **members: Any) -> Request:
    return read(load_event(name) | members).request


@pytest.mark.parametrize(
    ("raw_path", "path"),
    [  # on the left the live service's form of the comment's path: docs/aws-http-events.md
        ("/capture/space value", "/capture/space%20value"),  # space%20value
        ("/capture/slash/value", "/capture/slash/value"),  # slash%2Fvalue
        ("/capture/hash#value", "/capture/hash%23value"),  # hash%23value
        ("/capture/unicode-λ", "/capture/unicode-%CE%BB"),  # unicode-%CE%BB
        ("/capture/literal?value", "/capture/literal%3Fvalue"),  # literal%253Fvalue
        ("/capture/literal%value", "/capture/literal%25value"),  # literal%2525value
        ("/a;b=c/@d!$&'()*+,:~", "/a;b=c/@d!$&'()*+,:~"),
        ("//evil.test/a", "//evil.test/a"),
        ('/"<>\\^`{|}\t\x7f', "/%22%3C%3E%5C%5E%60%7B%7C%7D%09%7F"),
    ],
)
def test_the_decoded_path_of_an_http_api(raw_path: str, path: str) -> None:
    assert request_of("http-api/get-cache.json", rawPath=raw_path).path == path


@pytest.mark.parametrize("name", ["function-url/get-cache.json", "rest-api/get-cache.json", "alb/get-cache.json"])
@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("/a%2Fb%3f%25%zz", "/a%2Fb%3f%25%zz"),
        ('/"<>\\^`{|}', '/"<>\\^`{|}'),
        ("/space λ#?\r\n", "/space%20%CE%BB%23%3F%0D%0A"),  # no client can send these; no request line may hold them
    ],
)
def test_the_path_of_the_others_is_as_sent(name: str, sent: str, path: str) -> None:
    member = "rawPath" if name.startswith("function-url") else "path"
    assert request_of(name, **{member: sent}).path == path


@pytest.mark.parametrize(
    ("stage", "raw_path", "path"),
    [
        ("live", "/live/a", "/a"),
        ("live", "/live", "/"),
        ("live", "/live/", "/"),
        ("live", "/lively/a", "/lively/a"),
        ("live", "/a/live", "/a/live"),
        ("$default", "/$default/a", "/$default/a"),
    ],
)
def test_a_named_stage_is_no_part_of_the_path(stage: str, raw_path: str, path: str) -> None:
    event = load_event("http-api/get-cache.json")
    event["requestContext"]["stage"] = stage
    assert read(event | {"rawPath": raw_path}).request.path == path


@pytest.mark.parametrize("name", ["http-api/get-query.json", "function-url/get-query.json"])
def test_the_query_of_format_2_is_as_sent(name: str) -> None:
    sent = "b=2&a=1&a=3&&=&x&plus=a+b&%C3%A4=%2F&[]{}|;"
    assert request_of(name, rawQueryString=sent).query == sent
    assert request_of(name, rawQueryString="").query is None
    assert request_of(name, rawQueryString="a b#ä\r\n").query == "a%20b%23%C3%A4%0D%0A"


def test_the_query_of_a_rest_api_is_encoded_again_so_that_nothing_runs_together() -> None:
    query = request_of(
        "rest-api/get-cache.json", multiValueQueryStringParameters={"a&b=": ["c=d&e", "ä /%+"], "f": [""]}
    ).query
    assert query == "a%26b%3D=c%3Dd%26e&a%26b%3D=%C3%A4%20%2F%25%2B&f="


def test_the_query_of_a_load_balancer_is_not_encoded_again() -> None:
    parameters = {"a%26b": ["c=d%3d", "+%zz[]"], "f": [""]}
    assert (
        request_of("alb/get-query-multi-value.json", multiValueQueryStringParameters=parameters).query
        == "a%26b=c=d%3d&a%26b=+%zz[]&f="
    )
    # A name or value that no load balancer would write must not pass for two parameters.
    assert request_of("alb/get-query.json", queryStringParameters={"a=b&c": "d&e #"}).query == "a%3Db%26c=d%26e%20%23"


@pytest.mark.parametrize("name", ["rest-api/get-cache.json", "alb/get-cache.json", "alb/get-cache-multi-value.json"])
@pytest.mark.parametrize("nothing", [None, {}])
def test_no_parameters_are_no_query(name: str, nothing: object) -> None:
    members = {"queryStringParameters": nothing, "multiValueQueryStringParameters": nothing}
    assert request_of(name, **members).query is None
