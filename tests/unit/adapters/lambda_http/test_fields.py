"""Header fields and cookies by source."""

from __future__ import annotations

from typing import Any

import pytest

from brine.adapters.lambda_http import read
from brine.domain.http.fields import Fields
from brine.errors import BadEvent
from tests.support.events import load_event


def fields_of(name: str, **members: Any) -> Fields:
    return read(load_event(name) | members).request.fields


def test_names_are_lower_case_and_values_as_they_came() -> None:
    assert fields_of("rest-api/get-cache.json", multiValueHeaders={"X-Odd": [" A, b\t"]}) == Fields(
        [("x-odd", " A, b\t")]
    )


@pytest.mark.parametrize("name", ["rest-api/get-repeated-headers.json", "alb/get-repeated-headers-multi-value.json"])
def test_repeated_lines_stay_lines(name: str) -> None:
    assert fields_of(name).all("x-probe") == ("first", "second")


def test_a_rest_event_with_single_headers_only_is_read_too() -> None:
    assert fields_of("rest-api/get-cache.json", multiValueHeaders=None).get("user-agent") == "curl/8.7.1"


@pytest.mark.parametrize(
    "name",
    [
        "http-api/get-cookies.json",
        "function-url/get-cookies.json",
        "rest-api/get-cookies.json",
        "alb/get-cookies-multi-value.json",
    ],
)
def test_cookies_are_one_line(name: str) -> None:
    assert fields_of(name).all("cookie") == ("session=abc123; theme=dark",)


@pytest.mark.parametrize("headers", [None, {}])
def test_no_headers_are_no_fields(headers: object) -> None:
    assert len(fields_of("http-api/get-cache.json", headers=headers)) == 0


@pytest.mark.parametrize(
    ("in_json", "as_bytes"),
    [("caf\xe9", b"caf\xe9"), ("caf\xc3\xa9", b"caf\xc3\xa9"), ("ī\xe9", b"\xc4\xab\xc3\xa9")],
)
def test_characters_of_an_http_api_are_bytes_unless_they_cannot_be(in_json: str, as_bytes: bytes) -> None:
    for name in ("http-api/get-cache.json", "function-url/get-cache.json"):
        assert fields_of(name, headers={"x-probe": in_json}).get("x-probe", "").encode("latin-1") == as_bytes


@pytest.mark.parametrize(("in_json", "as_bytes"), [("caf\xe9", b"caf\xc3\xa9"), ("ī", b"\xc4\xab")])
def test_characters_of_a_load_balancer_were_utf8(in_json: str, as_bytes: bytes) -> None:
    assert (
        fields_of("alb/get-cache.json", headers={"x-probe": in_json}).get("x-probe", "").encode("latin-1") == as_bytes
    )


@pytest.mark.parametrize(
    "value", ["a\r\nb: c", "a\nb", "a\0", "\x01", "a\x0bb", "a\x1b[m", "\x7f", "\xe9\x1f", "\xe9\r", "\ud800", 1, None]
)
@pytest.mark.parametrize("name", ["http-api/get-cache.json", "alb/get-cache.json"])
def test_a_value_that_no_header_line_can_hold_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadEvent, match="header value"):
        fields_of(name, headers={"x-probe": value})


@pytest.mark.parametrize("header", ["", "a b", "a:", "a\r\n", "ä"])
def test_a_name_that_is_no_token_is_refused(header: str) -> None:
    with pytest.raises(BadEvent, match="header name"):
        fields_of("http-api/get-cache.json", headers={header: "x"})
    with pytest.raises(BadEvent, match="header name"):
        fields_of("rest-api/get-cache.json", multiValueHeaders={header: ["x"]})
