"""Events are made as AWS makes them. docs/aws-http-events.md has the source of each expectation."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from brine_cli.api_gateway.events import PathRefused, read_target, to_event
from brine_cli.api_gateway.route_table import RouteMatch
from brine_cli.http.messages import HttpRequest
from brine_cli.template.event_sources import ApiRoute

if TYPE_CHECKING:
    from brine_cli.api_gateway.events import Event
    from brine_cli.http.messages import HeaderLine

NOW = datetime(2026, 7, 10, 19, 19, 5, 766_000, tzinfo=UTC)
DEFAULT = RouteMatch(route=ApiRoute(method="ANY", path=None, function="f"), parameters={})


def event(*headers: HeaderLine, target: bytes = b"/", body: bytes = b"", match: RouteMatch = DEFAULT) -> Event:
    request = HttpRequest(method="POST", target=target, headers=headers, body=body, client="192.0.2.7")
    return to_event(request, read_target(target), match, NOW)


# What the live service delivered (docs/aws-http-events.md, source 1).
@pytest.mark.parametrize(
    ("sent", "delivered"),
    [
        (b"/capture/plain", "/capture/plain"),
        (b"/capture/space%20value", "/capture/space value"),
        (b"/capture/question%3Fvalue", "/capture/question"),
        (b"/capture/hash%23value", "/capture/hash#value"),
        (b"/capture/slash%2Fvalue", "/capture/slash/value"),
        (b"/capture/unicode-%CE%BB-%E4%B8%96%E7%95%8C", "/capture/unicode-\u03bb-\u4e16\u754c"),
        (b"/capture/literal%252Fvalue", "/capture/literal/value"),
        (b"/capture/literal%253Fvalue", "/capture/literal?value"),
        (b"/capture/literal%2525value", "/capture/literal%value"),
    ],
)
def test_paths_are_decoded_twice(sent: bytes, delivered: str) -> None:
    assert read_target(sent).path == delivered
    assert event(target=sent)["rawPath"] == event(target=sent)["requestContext"]["http"]["path"] == delivered


@pytest.mark.parametrize(
    "sent", [b"/capture/percent%25done", b"/a%zz", b"/a%", b"/%FF", b"*", b"example.org:443", b"", b"?a", b"x?b://c"]
)
def test_paths_that_are_refused(sent: bytes) -> None:
    with pytest.raises(PathRefused):
        read_target(sent)


@pytest.mark.parametrize("sent", [b"/a/../b//c/", b"/a;b=c/@d", b"/."])
def test_paths_are_not_normalised(sent: bytes) -> None:
    assert read_target(sent).path == sent.decode()


def test_an_absolute_target() -> None:
    target = read_target(b"http://example.org/a%20b?c=d")
    assert (target.path, target.query) == ("/a b", "c=d")


@pytest.mark.parametrize(
    ("sent", "query"),
    [(b"http://example.org", ""), (b"HTTP://example.org:3000", ""), (b"http://example.org?c=d/e", "c=d/e")],
)
def test_an_absolute_target_without_a_path_is_the_root(sent: bytes, query: str) -> None:
    """RFC 9110 section 4.2.3: an empty path component is the path "/"."""
    target = read_target(sent)
    assert (target.path, target.query) == ("/", query)


def test_the_query_stays_as_sent_and_is_decoded_beside() -> None:
    made = event(target=b"/?repeat=one&repeat=two&plus=a+b&encoded=a%2Bb&empty=&redirect=https%3A%2F%2Fe%3F")
    assert made["rawQueryString"] == "repeat=one&repeat=two&plus=a+b&encoded=a%2Bb&empty=&redirect=https%3A%2F%2Fe%3F"
    assert made["queryStringParameters"] == {
        "repeat": "one,two",
        "plus": "a b",
        "encoded": "a+b",
        "empty": "",
        "redirect": "https://e?",
    }


@pytest.mark.parametrize("target", [b"/", b"/?"])
def test_no_query(target: bytes) -> None:
    made = event(target=target)
    assert made["rawQueryString"] == ""
    assert "queryStringParameters" not in made


def test_headers_are_joined_by_a_comma_and_cookies_taken_out() -> None:
    made = event((b"x-probe", b"first"), (b"cookie", b"a=1; b=2"), (b"x-probe", b"second"), (b"cookie", b"c=3"))
    assert made["headers"]["x-probe"] == "first,second"
    assert made["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in made["headers"]
    assert "cookies" not in event()


def test_bytes_of_a_header_become_characters_of_the_same_number() -> None:
    assert event((b"x-raw", bytes(range(0x80, 0x100))))["headers"]["x-raw"] == bytes(range(0x80, 0x100)).decode(
        "latin-1"
    )


@pytest.mark.parametrize(
    ("host", "port"),
    [(b"a.test:8080", "8080"), (b"a.test", "80"), (b"[::1]:8080", "8080"), (b"[::1]", "80"), (b"", "80")],
)
def test_the_forwarded_port_is_that_of_the_host(host: bytes, port: str) -> None:
    assert event((b"host", host))["headers"]["x-forwarded-port"] == port


def test_headers_that_the_gateway_adds_and_removes() -> None:
    headers = event(
        (b"host", b"127.0.0.1:3000"),
        (b"x-forwarded-for", b"198.51.100.1"),
        (b"transfer-encoding", b"chunked"),
        (b"te", b"trailers"),
        body=b"{}",
    )["headers"]
    assert headers["x-forwarded-for"] == "198.51.100.1, 192.0.2.7"
    assert (headers["x-forwarded-proto"], headers["x-forwarded-port"]) == ("http", "3000")
    assert headers["content-length"] == "2"
    assert headers["te"] == "trailers"
    assert "transfer-encoding" not in headers
    assert headers["x-amzn-trace-id"].startswith(f"Root=1-{int(NOW.timestamp()):x}-")


@pytest.mark.parametrize(
    ("content_type", "body", "is_base64"),
    [
        (b"text/plain", b"text", False),
        (b"text/css; charset=utf-8", b"text", False),
        (b'Application/JSON; charset="UTF-8"', b"{}", False),
        (b"application/xml", b"<a/>", False),
        (b"application/javascript", b"1", False),
        (b"text/plain; charset=iso-8859-1", b"text", True),
        (b"text/plain", b"caf\xe9", True),
        (b"application/x-www-form-urlencoded", b"a=b", True),
        (b"application/problem+json", b"{}", True),
        (b"application/octet-stream", b"\x00\xff", True),
        (b"", b"text", True),
    ],
)
def test_bodies_are_text_or_base64_by_type(content_type: bytes, body: bytes, *, is_base64: bool) -> None:
    headers = [(b"content-type", content_type)] if content_type else []
    made = event(*headers, body=body)
    assert made["isBase64Encoded"] is is_base64
    assert (base64.b64decode(made["body"]) if is_base64 else made["body"].encode()) == body


def test_no_body() -> None:
    made = event((b"content-type", b"application/octet-stream"))
    assert "body" not in made
    assert "content-length" not in made["headers"]
    assert made["isBase64Encoded"] is False


def test_the_request_context() -> None:
    match = RouteMatch(route=ApiRoute(method="ANY", path="/{proxy+}", function="f"), parameters={"proxy": "a/b"})
    made = event((b"user-agent", b"curl/8"), target=b"/a/b", match=match)
    context = made["requestContext"]
    assert made["version"] == "2.0"
    assert made["pathParameters"] == {"proxy": "a/b"}
    assert made["routeKey"] == context["routeKey"] == "ANY /{proxy+}"
    assert context["http"] == {
        "method": "POST",
        "path": "/a/b",
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.7",
        "userAgent": "curl/8",
    }
    assert (context["stage"], context["time"], context["timeEpoch"]) == (
        "$default",
        "10/Jul/2026:19:19:05 +0000",
        1783711145766,
    )
    assert context["domainName"] == f"{context['apiId']}.execute-api.us-east-1.amazonaws.com"
