"""RFC 9110 section 14."""

from __future__ import annotations

import pytest

from brine.domain.http.ranges import (
    MAX_RANGES,
    ByteRange,
    ContentRange,
    Piece,
    limited_range,
    multipart,
    parse_content_range,
    parse_range,
    piece_of_partial,
    pieces_of_complete,
)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("bytes=0-499", (ByteRange(0, 499),)),
        ("bytes=500-", (ByteRange(500, None),)),
        ("bytes=-500", (ByteRange(None, 500),)),
        ("bytes=0-0,-1", (ByteRange(0, 0), ByteRange(None, 1))),
        ("Bytes = 0-1 , 5- ,", None),
        ("BYTES=0-1 , 5- ,", (ByteRange(0, 1), ByteRange(5, None))),
        ("bytes=", None),
        ("bytes=,", None),
        ("bytes", None),
        ("", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=5-1", None),
        ("bytes=0-1, 5-1", None),
        ("bytes=--1", None),
        ("bytes=1 - 2", None),
        ("bytes=-", None),
        ("bytes=0-1;2-3", None),
        ("bytes=0-" + "9" * 19, None),
        ("bytes=\u0660-\u0661", None),
    ],
)
def test_range_values(text: str, ranges: tuple[ByteRange, ...] | None) -> None:
    assert parse_range(text) == ranges


@pytest.mark.parametrize(
    ("text", "slices"),
    [
        ("bytes=0-499", [(0, 500)]),
        ("bytes=9500-", [(9500, 10_000)]),
        ("bytes=-500", [(9500, 10_000)]),
        ("bytes=-20000", [(0, 10_000)]),
        ("bytes=9999-20000", [(9999, 10_000)]),
        ("bytes=0-0,-1", [(0, 1), (9999, 10_000)]),
        ("bytes=500-600,601-999", [(500, 601), (601, 1000)]),
        ("bytes=10-12, 0-1", [(10, 13), (0, 2)]),
        ("bytes=10000-", []),
        ("bytes=-0", []),
        ("bytes=10000-, 0-0", [(0, 1)]),
        # more than anybody needs, or the same bytes twice
        ("bytes=500-700,601-999", None),
        ("bytes=0-,0-,0-", None),
        ("bytes=0-1,-10000", None),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 2 * MAX_RANGES, 2)), [(n, n + 1) for n in range(0, 32, 2)]),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 2 * MAX_RANGES + 2, 2)), None),
        ("nonsense", None),
    ],
)
def test_pieces_of_10000_bytes(text: str, slices: list[tuple[int, int]] | None) -> None:
    pieces = pieces_of_complete(text, 10_000)
    assert (None if pieces is None else [(piece.start, piece.stop) for piece in pieces]) == slices


def test_nothing_can_be_had_of_an_empty_body() -> None:
    assert pieces_of_complete("bytes=0-", 0) == ()
    assert pieces_of_complete("bytes=-1", 0) == ()


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("bytes=5-9", Piece(0, 5, 5, 20)),
        ("bytes=6-7", Piece(1, 3, 6, 20)),
        ("bytes=4-7", None),
        ("bytes=7-10", None),
        ("bytes=5-", None),
        ("bytes=-5", None),
        ("bytes=5-6,8-9", None),
        ("nonsense", None),
    ],
)
def test_a_part_from_the_middle(text: str, piece: Piece | None) -> None:
    assert piece_of_partial(text, ContentRange(5, 9, 20), 5) == piece


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("bytes=15-", Piece(0, 5, 15, 20)),
        ("bytes=17-", Piece(2, 5, 17, 20)),
        ("bytes=17-99", Piece(2, 5, 17, 20)),
        ("bytes=-2", Piece(3, 5, 18, 20)),
        ("bytes=-5", Piece(0, 5, 15, 20)),
        ("bytes=-6", None),
        ("bytes=-0", None),
        ("bytes=20-", None),
    ],
)
def test_a_part_that_reaches_the_end(text: str, piece: Piece | None) -> None:
    assert piece_of_partial(text, ContentRange(15, 19, 20), 5) == piece


def test_of_a_part_of_unknown_whole_only_what_is_named_can_be_had() -> None:
    assert piece_of_partial("bytes=6-7", ContentRange(5, 9, None), 5) == Piece(1, 3, 6, None)
    assert piece_of_partial("bytes=6-", ContentRange(5, 9, None), 5) is None
    assert piece_of_partial("bytes=-1", ContentRange(5, 9, None), 5) is None


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("bytes=-5", Piece(0, 5, 5, 10)),
        ("bytes=-1", Piece(4, 5, 9, 10)),
        ("bytes=6-8", Piece(2, 5, 6, 10)),
        ("bytes=6-", Piece(2, 5, 6, 10)),
        ("bytes=9-", None),
    ],
)
def test_a_part_shorter_than_its_content_range_is_counted_from_the_end_that_is_named(
    text: str, piece: Piece | None
) -> None:
    assert piece_of_partial(text, ContentRange(4, 9, 10), 5) == piece


@pytest.mark.parametrize(
    ("text", "extent"),
    [
        ("bytes 0-4/10", ContentRange(0, 4, 10)),
        (" Bytes 42-1233/* ", ContentRange(42, 1233, None)),
        ("bytes 0-9/10", ContentRange(0, 9, 10)),
        ("bytes 0-10/10", None),
        ("bytes 5-4/10", None),
        ("bytes */10", None),
        ("bytes 0-4", None),
        ("items 0-4/10", None),
        ("bytes=0-4/10", None),
        ("bytes 0-4/10, bytes 5-9/10", None),
        ("", None),
        (None, None),
    ],
)
def test_content_range_values(text: str | None, extent: ContentRange | None) -> None:
    assert parse_content_range(text) == extent


def test_content_range_is_written_as_it_is_read() -> None:
    assert Piece(3, 5, 18, 20).content_range == "bytes 18-19/20"
    assert Piece(0, 5, 5, None).content_range == "bytes 5-9/*"


def test_several_ranges_make_a_multipart() -> None:
    content_type, body = multipart(b"0123456789", (Piece(0, 2, 0, 10), Piece(8, 10, 8, 10)), "text/plain")
    kind, _, boundary = content_type.partition("; boundary=")
    assert kind == "multipart/byteranges"
    marker = b"--" + boundary.encode()
    assert body.split(marker) == [
        b"",
        b"\r\ncontent-type: text/plain\r\ncontent-range: bytes 0-1/10\r\n\r\n01\r\n",
        b"\r\ncontent-type: text/plain\r\ncontent-range: bytes 8-9/10\r\n\r\n89\r\n",
        b"--\r\n",
    ]
    assert b"content-type" not in multipart(b"01", (Piece(0, 1, 0, 2),), None)[1]


@pytest.mark.parametrize(
    ("text", "limited"),
    [
        ("bytes=0-", "bytes=0-99"),
        ("bytes=7-", "bytes=7-106"),
        ("bytes=7-500", "bytes=7-106"),
        ("bytes=7-106", "bytes=7-106"),
        ("bytes=7-107", "bytes=7-106"),
        ("BYTES=0-5", "BYTES=0-5"),
        ("bytes=-100", "bytes=-100"),
        ("bytes=-101", "bytes=-100"),
        ("bytes=-0", "bytes=-0"),
        ("bytes=0-500,600-", "bytes=0-500,600-"),
        ("bytes=999999999999999990-", "bytes=999999999999999990-"),
        ("lines=0-500", "lines=0-500"),
    ],
)
def test_a_range_is_limited_to_a_number_of_bytes(text: str, limited: str) -> None:
    assert limited_range(text, 100) == limited
