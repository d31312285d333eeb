"""Any response, through the adapter and a model of AWS, is the response that the client gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.adapters.lambda_http import Incoming, write
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from tests.unit.adapters.lambda_http.aws_model import received

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine.adapters.lambda_http import Source

SOURCES: Sequence[Source] = ("http-api-v2", "function-url", "rest-v1", "alb")
STATUSES = st.integers(200, 599).filter(lambda status: status not in {204, 304})
TYPES = st.sampled_from(
    ["application/json", "text/html; charset=latin-1", "image/svg+xml", "image/png", "", "TEXT/plain", "a/b+json;x=y"]
)
CODINGS = st.sampled_from([None, "gzip", "br"])
NAMES = st.sampled_from(["vary", "via", "x-probe", "cache-status", "link"])
# Bytes that a load balancer, too, hands on unchanged: UTF-8.
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=8).map(
    lambda text: text.encode().decode("latin-1")
)
LINES = st.lists(st.tuples(NAMES, VALUES), max_size=6)
COOKIES = st.lists(st.sampled_from(["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2", "a=3"]), max_size=4)
BODIES = st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace"))


def incoming(source: Source, *, method: str = "GET", multi_value: bool = True) -> Incoming:
    return Incoming(request=Request(method=method, path="/"), source=source, multi_value=multi_value)


@pytest.mark.parametrize("source", SOURCES)
@given(status=STATUSES, content_type=TYPES, coding=CODINGS, body=BODIES)
def test_status_and_body(source: Source, status: int, content_type: str, coding: str | None, body: bytes) -> None:
    lines = [("content-type", content_type)] + ([("content-encoding", coding)] if coding else [])
    response = Response(status=status, fields=Fields(lines), body=body)
    for multi_value in (True, False):
        client = received(write(response, incoming(source, multi_value=multi_value)), alb=source == "alb")
        assert (client.status, client.body) == (status, body)


@pytest.mark.parametrize("source", SOURCES)
@given(lines=LINES, cookies=COOKIES)
def test_fields_combine_to_what_they_were(source: Source, lines: list[tuple[str, str]], cookies: list[str]) -> None:
    fields = Fields([*lines, *[("set-cookie", cookie) for cookie in cookies]])
    client = received(write(Response(status=200, fields=fields), incoming(source)), alb=source == "alb")
    for name, _ in lines:
        assert ", ".join(client.all(name)) == fields.get(name)
    if source == "alb":  # it promises no order
        assert sorted(client.all("set-cookie")) == sorted(cookies)
    else:
        assert client.all("set-cookie") == cookies


@given(lines=LINES)
def test_a_rest_api_keeps_every_line(lines: list[tuple[str, str]]) -> None:
    client = received(write(Response(status=200, fields=Fields(lines)), incoming("rest-v1")))
    for name, _ in lines:
        assert client.all(name) == [value for own, value in lines if own == name]


@given(lines=LINES, cookies=st.lists(st.integers(0, 999).map(str), max_size=20))
def test_a_load_balancer_with_single_values_gets_every_cookie_under_a_spelling_of_its_own(
    lines: list[tuple[str, str]], cookies: list[str]
) -> None:
    fields = Fields([*lines, *[("set-cookie", cookie) for cookie in cookies]])
    answer = write(Response(status=200, fields=fields), incoming("alb", multi_value=False))
    assert "multiValueHeaders" not in answer
    client = received(answer, alb=True)
    assert sorted(client.all("set-cookie")) == sorted(cookies)
    for name, _ in lines:
        assert client.all(name) == [fields.get(name)]


@pytest.mark.parametrize("source", SOURCES)
@given(value=st.text(st.characters(max_codepoint=0xFF, exclude_characters="\r\n\0"), max_size=8))
def test_header_bytes_survive_wherever_the_source_takes_them(source: Source, value: str) -> None:
    """A load balancer reads the answer as UTF-8: bytes that are none cannot be said to it."""
    answer = write(Response(status=200, fields=Fields([("x-probe", value)])), incoming(source))
    (got,) = received(answer, alb=source == "alb").all("x-probe")
    if source != "alb" or _is_utf8(value):
        assert got == value
    else:
        assert got.encode("latin-1").decode() == value  # ISO-8859-1, in UTF-8


def _is_utf8(value: str) -> bool:
    try:
        value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return False
    return True
