"""Results become responses as in an HTTP API. docs/aws-http-events.md has the source of each expectation."""

from __future__ import annotations

import json

import pytest

from brine_cli.api_gateway.responses import MalformedResponse, to_response
from brine_cli.http.messages import HttpResponse


def response(answer: object) -> HttpResponse:
    return to_response(json.dumps(answer).encode())[0]


@pytest.mark.parametrize(
    ("answer", "body"),
    [("Hello", b"Hello"), ({"message": "Hello"}, b'{"message": "Hello"}'), (None, b"null"), ([1], b"[1]")],
)
def test_an_answer_without_status_is_a_json_body(answer: object, body: bytes) -> None:
    assert response(answer) == HttpResponse(status=200, headers=((b"content-type", b"application/json"),), body=body)


@pytest.mark.parametrize("status", [200, 299, 404, 499, 599, 600, 999, "201"])
def test_statuses(status: int | str) -> None:
    assert response({"statusCode": status}).status == int(status)


def test_headers_keep_their_order_spelling_and_bytes() -> None:
    every_byte = bytes(number for number in range(256) if number not in b"\x00\n\v\f\r").decode("latin-1")
    made = response(
        {"statusCode": 200, "headers": {"Vary": "a", "vary": "b", "X-Raw": f"|{every_byte}|", "x-n": 1, "x-b": True}}
    )
    assert made.headers == (
        (b"Vary", b"a"),
        (b"vary", b"b"),
        (b"X-Raw", b"|" + every_byte.encode("latin-1") + b"|"),
        (b"x-n", b"1"),
        (b"x-b", b"true"),
    )


def test_each_cookie_is_a_line() -> None:
    made = response({"statusCode": 200, "headers": {"set-cookie": "a=1"}, "cookies": ["b=2; Path=/", "c=3"]})
    assert made.headers == ((b"set-cookie", b"a=1"), (b"set-cookie", b"b=2; Path=/"), (b"set-cookie", b"c=3"))


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ({"body": "caf\xe9"}, b"caf\xc3\xa9"),
        ({"body": "AP8=", "isBase64Encoded": True}, b"\x00\xff"),
        ({"body": None}, b""),
        ({}, b""),
    ],
)
def test_bodies(answer: dict[str, object], body: bytes) -> None:
    assert response({"statusCode": 200, **answer}).body == body


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"statusCode": "many"}, "statusCode is 'many'"),
        ({"statusCode": 101}, "statusCode is 101"),
        ({"statusCode": 1000}, "statusCode is 1000"),
        ({"statusCode": True}, "statusCode is True"),
        ({"statusCode": 200.5}, "statusCode is 200.5"),
        ({"statusCode": 200, "headers": ["a"]}, "headers is not an object"),
        ({"statusCode": 200, "headers": {"a": ["b"]}}, "the header 'a' is not text"),
        ({"statusCode": 200, "headers": {"a b": "c"}}, "'a b' is not a header name"),
        ({"statusCode": 200, "headers": {"a": "b\r\nc: d"}}, "the header 'a' has a line break"),
        ({"statusCode": 200, "headers": {"a": "b\fc"}}, "or a vertical tab or form feed"),
        ({"statusCode": 200, "headers": {"a": "\u20ac"}}, "the header 'a' has characters above U+00FF"),
        ({"statusCode": 200, "cookies": "a=1"}, "cookies is not a list"),
        ({"statusCode": 200, "body": {"a": 1}}, "body is dict, not text"),
        ({"statusCode": 200, "body": "no base64!", "isBase64Encoded": True}, "body is not base64"),
    ],
)
def test_malformed_answers(answer: object, message: str) -> None:
    with pytest.raises(MalformedResponse) as raised:
        response(answer)
    assert message in str(raised.value)


def test_multi_value_headers_are_ignored_aloud() -> None:
    made, ignored = to_response(b'{"statusCode": 200, "multiValueHeaders": {"a": ["b", "c"]}}')
    assert made.headers == ()
    assert "multiValueHeaders" in ignored[0]
