"""When a body is text, when base64, and when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.lambda_http import Incoming, write
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response

if TYPE_CHECKING:
    from brine.adapters.lambda_http import Source

SOURCES: tuple[Source, ...] = ("http-api-v2", "function-url", "rest-v1", "alb")


def answer_to(method: str, response: Response, source: Source = "http-api-v2") -> dict[str, object]:
    return write(response, Incoming(request=Request(method=method, path="/"), source=source, multi_value=True))


def response(content_type: str, body: bytes, *more: tuple[str, str], status: int = 200) -> Response:
    return Response(status=status, fields=Fields([("content-type", content_type), *more]), body=body)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON; charset=utf-8", "text/css", "image/svg+xml", "application/problem+json"],
)
def test_text_goes_as_text(content_type: str) -> None:
    answer = answer_to("GET", response(content_type, "grüß".encode()))
    assert (answer["body"], answer["isBase64Encoded"]) == ("grüß", False)


@pytest.mark.parametrize(
    "unreadable",
    [
        response("image/png", b"\x89PNG"),
        response("", b"plain"),
        response("text/plain; charset=iso-8859-1", b"gr\xfc\xdf"),
        response("application/json", b"{}", ("content-encoding", "gzip")),
        response("application/jsonlines", b"{}"),
    ],
)
def test_anything_else_goes_as_base64(unreadable: Response) -> None:
    assert answer_to("GET", unreadable)["isBase64Encoded"] is True


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_no_body_where_http_has_none(source: Source, method: str, status: int) -> None:
    answer = answer_to(method, response("image/png", b"\x89PNG", status=status), source)
    assert (answer["body"], answer["isBase64Encoded"]) == ("", False)


@pytest.mark.parametrize("source", SOURCES)
def test_content_length_is_said_only_where_aws_cannot_count(source: Source) -> None:
    sized = response("text/plain", b"abc", ("content-length", "3"))
    for method, expected in (("HEAD", {"content-type", "content-length"}), ("GET", {"content-type"})):
        answer = answer_to(method, sized, source)
        headers = answer.get("headers") or answer["multiValueHeaders"]
        assert isinstance(headers, dict)
        assert set(headers) == expected
