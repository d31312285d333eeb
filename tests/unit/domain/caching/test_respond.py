"""Answers from a stored response (RFC 9111 section 4), and the origin's passed on (RFC 9110 section 7.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.bodies.stored_body import BodyReference
from brine.domain.caching.respond import needs_body, relay, respond
from tests.support.gateway.miniature import START, date, request, response, stored_response

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header

TAG: Header = ("ETag", '"v1"')
MATCHING: Header = ("If-None-Match", '"v1"')
DIGITS = stored_response(
    ("Date", date()),
    ("Content-Type", "text/plain"),
    TAG,
    ("Cache-Control", "max-age=60"),
    ("X", "1"),
    body=b"0123456789",
)


def test_a_whole_answer_has_age_and_via() -> None:
    stored = stored_response(("Date", date(-5)), ("Age", "30"), ("Via", "1.1 other"), ("X", "1"))
    answer = respond(stored, request(), START + 3.9)
    assert (answer.status, answer.body) == (200, b"body")
    assert answer.fields.lines == (
        ("date", date(-5)),
        ("via", "1.1 other"),
        ("x", "1"),
        ("age", "33"),
        ("via", "1.1 brine"),
    )


def test_age_is_never_negative() -> None:
    assert respond(DIGITS, request(), START - 1000).fields.get("age") == "0"


def test_head_has_the_fields_and_the_length_but_no_body() -> None:
    answer = respond(DIGITS, request(method="HEAD"), START)
    assert (answer.status, answer.body, answer.fields.get("content-length")) == (200, b"", "10")
    assert respond(DIGITS, request(("Range", "bytes=0-1"), method="HEAD"), START) == answer
    assert "content-length" not in respond(stored_response(status=204, body=b""), request(method="HEAD"), START).fields
    lengthy = replace(DIGITS, fields=DIGITS.fields.with_line("Content-Length", "10"))
    assert respond(lengthy, request(method="HEAD"), START).fields.all("content-length") == ("10",)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_not_modified_leaves_out_what_describes_the_representation(method: str) -> None:
    answer = respond(DIGITS, request(MATCHING, method=method), START + 2)
    assert (answer.status, answer.body) == (304, b"")
    assert sorted(name for name, _ in answer.fields) == ["age", "cache-control", "date", "etag", "via", "x"]


def test_not_modified_tells_last_modified_only_without_an_etag() -> None:
    modified = ("Last-Modified", date(-9))
    since = request(("If-Modified-Since", date()))
    assert "last-modified" in respond(stored_response(modified), since, START).fields
    assert "last-modified" not in respond(stored_response(modified, TAG), since, START).fields


@pytest.mark.parametrize("status", [300, 301, 404, 500])
def test_conditions_are_for_successful_answers(status: int) -> None:
    assert respond(stored_response(TAG, status=status), request(MATCHING), START).status == status


@pytest.mark.parametrize(
    ("wanted", "status", "body", "content_range"),
    [
        ("bytes=0-1", 206, b"01", "bytes 0-1/10"),
        ("bytes=8-", 206, b"89", "bytes 8-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=4-100", 206, b"456789", "bytes 4-9/10"),
        ("bytes=10-, 0-0", 206, b"0", "bytes 0-0/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("lines=0-1", 200, b"0123456789", None),
        ("bytes=1-0", 200, b"0123456789", None),
        ("bytes=0-5,3-9", 200, b"0123456789", None),
    ],
)
def test_ranges(wanted: str, status: int, body: bytes, content_range: str | None) -> None:
    answer = respond(DIGITS, request(("Range", wanted)), START)
    assert (answer.status, answer.body, answer.fields.get("content-range")) == (status, body, content_range)
    assert answer.fields.get("x") == "1"
    if status == 206:
        assert answer.fields.get("content-length") == str(len(body))
    if status == 416:
        assert not {"etag", "cache-control", "content-type"} & {name for name, _ in answer.fields}


def test_several_ranges() -> None:
    answer = respond(DIGITS, request(("Range", "bytes=0-1,-1")), START)
    content_type = answer.fields.get("content-type")
    assert content_type is not None
    assert content_type.startswith("multipart/byteranges; boundary=")
    assert (answer.status, "content-range" in answer.fields, answer.fields.get("x")) == (206, False, "1")
    assert answer.body.count(b"content-type: text/plain") == 2
    assert answer.fields.get("content-length") == str(len(answer.body))


def test_digests_of_all_bytes_do_not_go_with_some() -> None:
    stored = stored_response(("Content-MD5", "x"), ("Content-Digest", "y"), ("Repr-Digest", "z"), body=b"0123456789")
    answer = respond(stored, request(("Range", "bytes=0-1")), START)
    assert [name in answer.fields for name in ("content-md5", "content-digest", "repr-digest")] == [False, False, True]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("If-Range", '"v1"')], 206),
        ([("If-Range", '"v0"')], 200),
        ([MATCHING], 304),
        ([("If-None-Match", '"v0"')], 206),
    ],
)
def test_conditions_go_before_ranges(headers: list[Header], status: int) -> None:
    assert respond(DIGITS, request(("Range", "bytes=0-1"), *headers), START).status == status


def test_an_origin_may_refuse_ranges() -> None:
    stored = stored_response(("Accept-Ranges", "none"), body=b"0123456789")
    assert respond(stored, request(("Range", "bytes=0-1")), START).status == 200


def test_statuses_other_than_200_have_no_ranges() -> None:
    stored = stored_response(status=203, body=b"0123456789")
    assert respond(stored, request(("Range", "bytes=0-1")), START).status == 203


def test_a_stored_part_stays_a_part() -> None:
    stored = stored_response(("Content-Range", "bytes 5-9/10"), status=206, body=b"56789")
    for headers in ([], [("Range", "bytes=0-1")], [("Range", "bytes=6-7"), ("If-Range", '"v0"')]):
        answer = respond(stored, request(*headers), START)
        assert (answer.status, answer.body, answer.fields.get("content-range")) == (206, b"56789", "bytes 5-9/10")


@pytest.mark.parametrize(
    ("headers", "method", "needed"),
    [
        ([], "GET", True),
        ([], "HEAD", False),
        ([MATCHING], "GET", False),
        ([("If-None-Match", '"v0"')], "GET", True),
        ([("Range", "bytes=0-1")], "GET", True),
        ([("Range", "bytes=10-")], "GET", False),
    ],
)
def test_a_body_out_of_reach_is_wanted_only_when_needed(headers: list[Header], method: str, needed: bool) -> None:
    stored = replace(DIGITS, body=BodyReference(bytes(32), 10))
    asked = request(*headers, method=method)
    assert needs_body(stored, asked) is needed
    if needed:
        with pytest.raises(TypeError):
            respond(stored, asked, START)
    else:
        assert respond(stored, asked, START) == respond(DIGITS, asked, START)


def test_relay_ends_the_connection_and_adds_what_is_missing() -> None:
    origin = response(("Connection", "close, X-Hop"), ("X-Hop", "1"), ("Transfer-Encoding", "chunked"), ("X", "1"))
    answer = relay(origin, request(), START)
    assert answer.fields.lines == (("x", "1"), ("date", date()), ("via", "1.1 brine"))
    assert answer.body == b"body"


@pytest.mark.parametrize(("own", "told"), [(date(-7), date(-7)), ("foo", date())])
def test_relay_keeps_a_date_that_is_one(own: str, told: str) -> None:
    assert relay(response(("Date", own)), request(), START).fields.all("date") == (told,)


def test_relay_passes_age_cookies_and_targeted_directives_on() -> None:
    headers: list[Header] = [("Age", "7"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), ("CDN-Cache-Control", "foo")]
    answer = relay(response(*headers), request(), START)
    assert answer.fields.only({"age", "set-cookie", "cdn-cache-control"}).lines == tuple(
        (name.lower(), value) for name, value in headers
    )


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, [MATCHING], 304),
        (200, [("If-None-Match", '"v0"')], 200),
        (200, [("Range", "bytes=0-1")], 206),
        (200, [("Range", "bytes=9-")], 416),
        (206, [("Range", "bytes=0-3")], 206),
        (206, [("Range", "bytes=0-3"), MATCHING], 304),
        (404, [MATCHING], 404),
        (304, [MATCHING], 304),
        (416, [("Range", "bytes=9-")], 416),
        (999, [], 999),
    ],
)
def test_relay_answers_what_was_withheld_from_the_origin(status: int, headers: list[Header], expected: int) -> None:
    origin = response(TAG, *([("Content-Range", "bytes 0-3/9")] if status == 206 else []), status=status)
    answer = relay(origin, request(*headers), START)
    assert answer.status == expected
    if status == expected == 206:
        assert (answer.body, answer.fields.all("content-range")) == (b"body", ("bytes 0-3/9",))


def test_relay_does_not_cut_what_the_origin_has_cut() -> None:
    origin = response(("Content-Range", "bytes 0-3/9"), status=206)
    answer = relay(origin, request(("Range", "bytes=0-1")), START)
    assert (answer.body, answer.fields.all("content-range")) == (b"body", ("bytes 0-3/9",))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_relay_leaves_the_origins_416_alone(method: str) -> None:
    origin = response(("Content-Range", "bytes */9"), ("Cache-Control", "no-store"), status=416)
    answer = relay(origin, request(("Range", "bytes=10-"), method=method), START)
    assert (answer.status, answer.fields.all("content-range")) == (416, ("bytes */9",))
    assert answer.fields.get("cache-control") == "no-store"
    assert answer.body == (b"body" if method == "GET" else b"")


def test_relay_of_head_has_no_body_and_keeps_the_length() -> None:
    origin = response(TAG, ("Content-Length", "1000"), body=b"")
    answer = relay(origin, request(("Range", "bytes=0-1"), method="HEAD"), START)
    assert (answer.status, answer.body, answer.fields.get("content-length")) == (200, b"", "1000")
    assert relay(origin, request(MATCHING, method="HEAD"), START).status == 304


def test_relay_touches_no_answer_to_other_methods() -> None:
    answer = relay(response(TAG), request(MATCHING, ("Range", "bytes=0-1"), method="POST"), START)
    assert (answer.status, answer.body) == (200, b"body")
