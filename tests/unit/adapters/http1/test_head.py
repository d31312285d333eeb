from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.adapters.http1.errors import BadResponse, ExchangeError, ResponseTooLarge
from brine.adapters.http1.head import Head, framing, keeps_alive, parse_head


def head(*lines: str, status: int = 200, minor: int = 1) -> Head:
    return parse_head("\r\n".join([f"HTTP/1.{minor} {status} OK", *lines]).encode("iso-8859-1"))


@pytest.mark.parametrize(
    ("line", "minor", "status"),
    [
        ("HTTP/1.1 200 OK", 1, 200),
        ("HTTP/1.1 200 ", 1, 200),
        ("HTTP/1.1 200", 1, 200),
        ("HTTP/1.0 404 Not\tFound \xe9", 0, 404),
        ("HTTP/1.9 999 ?", 9, 999),
    ],
)
def test_a_status_line_is_read(line: str, minor: int, status: int) -> None:
    assert parse_head(line.encode("iso-8859-1")) == Head(minor, status, ())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "HTTP/2 200",
        "HTTP/2.0 200 OK",
        "HTTP/1.1  200 OK",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1 2000 OK",
        "http/1.1 200 OK",
        " HTTP/1.1 200 OK",
        "HTTP/1.1 200OK",
        "ICY 200 OK",
        "HTTP/1.1 200 O\0K",
        "HTTP/1.1 \xb2\xb2\xb2",
    ],
)
def test_an_invalid_status_line_is_refused(line: str) -> None:
    with pytest.raises(BadResponse):
        parse_head(line.encode("iso-8859-1"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (b"A: b", (("a", "b"),)),
        (b"a:b", (("a", "b"),)),
        (b"a:", (("a", ""),)),
        (b"A:  \t b c \t ", (("a", "b c"),)),
        (b"a : b", (("a", "b"),)),
        (b"a: b\nc: d", (("a", "b"), ("c", "d"))),
        (b"A: 1\r\nB: 2\r\nA: 1", (("a", "1"), ("b", "2"), ("a", "1"))),
        (b"a: \xe9\xff\x80\x85\x1c", (("a", "\xe9\xff\x80\x85\x1c"),)),
        (b"a: b\r\n  c\r\n\td", (("a", "b c d"),)),
        (b"a:\r\n b", (("a", "b"),)),
        (b"a: b\r\n  \r\nc: d", (("a", "b"), ("c", "d"))),
        (b"a: b: c", (("a", "b: c"),)),
    ],
)
def test_field_lines_are_read(lines: bytes, expected: tuple[tuple[str, str], ...]) -> None:
    assert parse_head(b"HTTP/1.1 200 OK\r\n" + lines).lines == expected


@pytest.mark.parametrize(
    "lines",
    [
        b"no colon",
        b": b",
        b" a: b",
        b"a b: c",
        b"a\xe9: b",
        b"a: b\rc: d",
        b"a: b\0",
        b"a(: b",
        b"a: b\r\r\nc: d",
        b"a\r\n : b",
    ],
)
def test_lines_that_are_no_fields_are_refused(lines: bytes) -> None:
    with pytest.raises(BadResponse):
        parse_head(b"HTTP/1.1 200 OK\r\n" + lines)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "until-close"),
        (["content-length: 0"], 0),
        (["content-length: 42"], 42),
        (["content-length: 42", "content-length: 42"], 42),
        (["content-length: 42, 42"], 42),
        (["transfer-encoding: chunked"], "chunked"),
        (["Transfer-Encoding: Chunked "], "chunked"),
    ],
)
def test_the_end_of_a_body_is_known(lines: list[str], expected: object) -> None:
    assert framing("GET", head(*lines)) == expected


@pytest.mark.parametrize(
    "lines",
    [
        ["content-length: 42", "content-length: 43"],
        ["content-length: 42, 43"],
        ["content-length: 042", "content-length: 42"],
        ["content-length:"],
        ["content-length: 42,"],
        ["content-length: +42"],
        ["content-length: -1"],
        ["content-length: 4_2"],
        ["content-length: 0x10"],
        ["content-length: \xb2"],
        ["content-length: 4 2"],
        ["content-length: 42", "transfer-encoding: chunked"],
        ["transfer-encoding:"],
        ["transfer-encoding: gzip, chunked"],
        ["transfer-encoding: chunked, chunked"],
        ["transfer-encoding: chunked", "transfer-encoding: chunked"],
        ["transfer-encoding: identity"],
        ["transfer-encoding: xchunked"],
    ],
)
def test_doubt_about_the_end_of_a_body_is_refused(lines: list[str]) -> None:
    with pytest.raises(BadResponse):
        framing("GET", head(*lines))


def test_a_length_beyond_all_measure_is_refused_without_counting_it() -> None:
    with pytest.raises(ResponseTooLarge):
        framing("GET", head(f"content-length: {'9' * 10_000}"))


def test_chunks_in_http_1_0_are_refused() -> None:
    with pytest.raises(BadResponse):
        framing("GET", head("transfer-encoding: chunked", minor=0))


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_some_answers_have_no_body_whatever_their_fields_say(method: str, status: int) -> None:
    assert framing(method, head("content-length: 42", status=status)) == "none"


@pytest.mark.parametrize(
    ("minor", "lines", "expected"),
    [
        (1, [], True),
        (1, ["connection: keep-alive"], True),
        (1, ["connection: closed"], True),
        (1, ["connection: close"], False),
        (1, ["connection: te", "connection: x, Close"], False),
        (0, [], False),
        (0, ["connection: keep-alive"], False),
    ],
)
def test_whether_a_connection_stays_open(minor: int, lines: list[str], expected: bool) -> None:
    assert keeps_alive(head(*lines, minor=minor)) is expected


@given(st.binary(max_size=200) | st.text(alphabet="HTP/1. 20OK\r\na:b\0\t", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = parse_head(b"HTTP/1.1 200 OK\r\n" + data)
        framing("GET", found)
    except ExchangeError:
        return
    assert all(not set(name + value) & set("\r\n\0") for name, value in found.lines)
