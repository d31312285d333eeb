"""Parts of representations (RFC 9110 section 14, RFC 9111 sections 3.3 and 3.4)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from tests.conformance.stories.wording import FRESH, OLD, date
from tests.conformance.story import fetch, hit, reply, story

if TYPE_CHECKING:
    from tests.conformance.story import Reply

TEN = b"0123456789"
TAG = 'ETag: "a"'
WHOLE = reply(FRESH, TAG, "Content-Type: text/plain", body=TEN)
MODIFIED = date("Last-Modified", -86_400)


def boundary(content: bytes) -> str:
    """The boundary of an answer with several ranges: a digest of the bytes that it is made from."""
    return sha256(content).hexdigest()[:32]


def several(content: bytes, *pieces: tuple[str, str], head: str = "") -> bytes:
    """An answer with several ranges of the ten bytes: each has the line of its type in `head`, and its bytes."""
    mark = boundary(content)
    told = [f"--{mark}\r\n{head}content-range: bytes {span}/10\r\n\r\n{text}\r\n" for span, text in pieces]
    return "".join([*told, f"--{mark}--\r\n"]).encode()


def part(first: int, last: int, *fields: str, size: int = 10) -> Reply:
    """The origin's 206 with these bytes of the ten."""
    return reply(FRESH, f"Content-Range: bytes {first}-{last}/{size}", *fields, status=206, body=TEN[first : last + 1])


MEGABYTE = bytes(place * place * 7 // 13 % 251 for place in range(1_000_000))
TENTHS = tuple((first, first + 99_999) for first in range(0, 1_000_000, 100_000))
MOST = 4_669_515
"""Bytes of a body that always fit into an answer of Lambda."""


def of_megabyte(first: int, last: int) -> Reply:
    """The origin's 206 with these bytes of a megabyte."""
    told = f"Content-Range: bytes {first}-{last}/1000000"
    return reply(FRESH, TAG, told, "Content-Type: video/mp4", status=206, body=MEGABYTE[first : last + 1])


STORIES = (
    story(
        "one range of what is kept",
        "RFC 9110 14.2",
        fetch(WHOLE),
        hit(
            "Range: bytes=2-4", status=206, body=b"234", gives=("Content-Range: bytes 2-4/10", "Content-Length: 3", TAG)
        ),
        hit("Range: bytes=7-", status=206, body=b"789", gives=("Content-Range: bytes 7-9/10",)),
        hit("Range: bytes=-3", status=206, body=b"789", gives=("Content-Range: bytes 7-9/10",)),
        hit("Range: bytes=-30", status=206, body=TEN, gives=("Content-Range: bytes 0-9/10",)),
        hit("Range: bytes=8-800", status=206, body=b"89", gives=("Content-Range: bytes 8-9/10",)),
        hit("Range: BYTES=0-0", status=206, body=b"0", gives=("Content-Range: bytes 0-0/10",)),
        hit(lacks=("Content-Range",)),
    ),
    story(
        "two ranges of what is kept",
        "RFC 9110 14.6",
        fetch(WHOLE),
        hit(
            "Range: bytes=0-1, -2",
            status=206,
            body=several(TEN, ("0-1", "01"), ("8-9", "89"), head="content-type: text/plain\r\n"),
            gives=(f"Content-Type: multipart/byteranges; boundary={boundary(TEN)}",),
            lacks=("Content-Range",),
        ),
        hit("Range: bytes=0-5, 5-9", status=200),
    ),
    story(
        "ranges that cannot be had",
        "RFC 9110 15.5.17",
        fetch(WHOLE),
        hit(
            "Range: bytes=10-",
            status=416,
            body=b"",
            gives=("Content-Range: bytes */10",),
            lacks=("ETag", "Content-Type"),
        ),
        hit("Range: bytes=-0", status=416, body=b""),
    ),
    story(
        "ranges to be ignored",
        "RFC 9110 14.2",
        fetch(WHOLE),
        hit("Range: bytes=4-2"),
        hit("Range: lines=1-2"),
        hit("Range: bytes=a-b"),
        hit("Range: bytes=2-4", method="HEAD", gives=("Content-Length: 10",)),
    ),
    story(
        "If-Range by the tag",
        "RFC 9110 13.1.5",
        fetch(WHOLE),
        hit("Range: bytes=0-1", 'If-Range: "a"', status=206, body=b"01"),
        hit("Range: bytes=0-1", 'If-Range: "b"'),
        hit("Range: bytes=0-1", 'If-Range: W/"a"'),
    ),
    story(
        "If-Range by the date",
        "RFC 9110 13.1.5",
        fetch(reply(FRESH, MODIFIED, body=TEN)),
        hit("Range: bytes=0-1", MODIFIED.replace("Last-Modified", "If-Range"), status=206, body=b"01"),
        hit("Range: bytes=0-1", date("If-Range", -10)),
    ),
    story(
        "conditions go before ranges",
        "RFC 9110 13.2.2",
        fetch(WHOLE),
        hit("Range: bytes=0-1", 'If-None-Match: "a"', status=304),
        hit("Range: bytes=0-1", 'If-None-Match: "b"', status=206, body=b"01"),
    ),
    story(
        "no part of an error",
        "RFC 9110 14.2",
        fetch(reply(FRESH, body=TEN, status=404)),
        hit("Range: bytes=0-1"),
    ),
    story(
        "an origin that refuses ranges",
        "RFC 9110 14.3",
        fetch(reply(FRESH, "Accept-Ranges: none", body=TEN)),
        hit("Range: bytes=0-1"),
    ),
    story(
        "a whole answer to a range",
        "RFC 9110 14.2",
        fetch(WHOLE, "Range: bytes=2-4", status=206, body=b"234", sent=("Range: bytes=2-4",)),
        hit(status=200, body=TEN),
    ),
    story(
        "a kept part answers for its own bytes only",
        "RFC 9111 3.3",
        fetch(part(2, 5, TAG), "Range: bytes=2-5", says=("stored",)),
        hit("Range: bytes=2-5"),
        hit("Range: bytes=3-4", body=b"34", gives=("Content-Range: bytes 3-4/10",)),
        fetch(part(6, 7, 'ETag: "z"'), "Range: bytes=6-7"),
        fetch(part(2, 5, TAG), "Range: bytes=2-5"),
    ),
    story(
        "parts of a large body add up",
        "RFC 9111 3.4",
        *(fetch(of_megabyte(*tenth), "Range: bytes={}-{}".format(*tenth), says=("stored",)) for tenth in TENTHS),
        *(hit("Range: bytes={}-{}".format(*one), status=206, body=MEGABYTE[one[0] : one[1] + 1]) for one in TENTHS),
        hit(
            "Range: bytes=150000-450000",
            status=206,
            body=MEGABYTE[150_000:450_001],
            gives=("Content-Range: bytes 150000-450000/1000000", "Content-Length: 300001", TAG),
        ),
        hit("Range: bytes=-1", status=206, body=MEGABYTE[-1:]),
        hit(status=200, body=MEGABYTE, lacks=("Content-Range",)),
        hit(method="HEAD", status=200, gives=("Content-Length: 1000000",)),
    ),
    story(
        "parts that do not meet are kept side by side",
        "RFC 9111 3.4",
        fetch(part(0, 1, TAG), "Range: bytes=0-1"),
        fetch(part(8, 9, TAG), "Range: bytes=8-"),
        fetch(part(4, 5, TAG), "Range: bytes=4-5"),
        hit("Range: bytes=0-0", body=b"0"),
        hit("Range: bytes=-2", body=b"89"),
        hit("Range: bytes=4-5", body=b"45", gives=("Content-Range: bytes 4-5/10",)),
        hit(
            "Range: bytes=0-1, 4-4, 9-",
            body=several(b"0149", ("0-1", "01"), ("4-4", "4"), ("9-9", "9")),
            gives=(f"Content-Type: multipart/byteranges; boundary={boundary(b'0149')}",),
        ),
        hit("Range: bytes=10-", status=416, body=b"", gives=("Content-Range: bytes */10",)),
        hit("Range: bytes=0-0", 'If-None-Match: "a"', status=304),
        fetch(part(2, 3, TAG), "Range: bytes=2-3"),
        fetch(part(6, 7, TAG), status=200, body=TEN, sent=("Range: bytes=6-7", 'If-Range: "a"'), says=("fwd=partial",)),
        hit(status=200, body=TEN),
    ),
    story(
        "the whole is fetched when several parts are missing",
        "RFC 9111 3.4",
        fetch(part(2, 3, TAG), "Range: bytes=2-3"),
        fetch(WHOLE, says=("fwd=partial",), withheld=("Range", "If-Range")),
        hit(),
    ),
    story(
        "a part with every byte is the whole",
        "RFC 9111 3.4",
        fetch(part(0, 9, TAG), "Range: bytes=0-"),
        hit(status=200, body=TEN, lacks=("Content-Range",)),
        hit(method="HEAD", status=200),
        hit("Range: bytes=0-", status=206, body=TEN, gives=("Content-Range: bytes 0-9/10",)),
    ),
    story(
        "a part with every byte needs no validator",
        "RFC 9111 3.4",
        fetch(part(0, 9), "Range: bytes=0-9"),
        hit(status=200, body=TEN),
    ),
    story(
        "an open range is as long as an answer can be",
        "RFC 9110 15.3.7",
        fetch(part(0, 4, TAG), "Range: bytes=0-", sent=(f"Range: bytes=0-{MOST - 1}",)),
        fetch(part(5, 9, TAG), "Range: bytes=5-", sent=(f"Range: bytes=5-{MOST + 4}",)),
        hit("Range: bytes=0-", status=206, body=TEN),
    ),
    story(
        "a player seeks and returns",
        "RFC 9111 3.4",
        fetch(part(0, 3, TAG), "Range: bytes=0-3"),
        fetch(part(7, 9, TAG), "Range: bytes=7-9", 'If-Range: "a"'),
        fetch(part(4, 7, TAG), "Range: bytes=4-7", 'If-Range: "a"'),
        hit("Range: bytes=2-8", 'If-Range: "a"', status=206, body=b"2345678"),
        hit(status=200, body=TEN),
    ),
    story(
        "parts of a new version replace those of the old one",
        "RFC 9111 3.4",
        fetch(part(0, 1, TAG), "Range: bytes=0-1"),
        fetch(part(4, 5, TAG), "Range: bytes=4-5"),
        fetch(part(8, 9, 'ETag: "b"'), "Range: bytes=8-9"),
        hit("Range: bytes=8-8", body=b"8"),
        fetch(part(0, 1, 'ETag: "b"'), "Range: bytes=0-1"),
    ),
    story(
        "an unsafe request ends all parts",
        "RFC 9111 4.4",
        fetch(part(0, 1, TAG), "Range: bytes=0-1"),
        fetch(part(4, 5, TAG), "Range: bytes=4-5"),
        fetch(reply(), method="POST"),
        fetch(part(0, 1, TAG), "Range: bytes=0-1"),
        fetch(part(4, 5, TAG), "Range: bytes=4-5"),
    ),
    story(
        "a HEAD of another version ends the parts",
        "RFC 9111 4.3.5",
        fetch(part(0, 1, TAG), "Range: bytes=0-1"),
        fetch(reply(FRESH, TAG, body=TEN), method="HEAD", body=b"", says=("fwd=partial",)),
        hit("Range: bytes=0-1", status=206, body=b"01"),
        fetch(reply(FRESH, 'ETag: "b"', body=TEN), method="HEAD", body=b""),
        fetch(part(0, 1, 'ETag: "b"'), "Range: bytes=0-1"),
    ),
    story(
        "a part is never the whole",
        "RFC 9111 3.3",
        fetch(part(2, 5), "Range: bytes=2-5"),
        fetch(WHOLE, says=("fwd=partial",), withheld=("Range", "If-Range")),
        hit("Range: bytes=2-5", status=206, body=b"2345"),
    ),
    story(
        "the rest is fetched and the two are one",
        "RFC 9111 3.4",
        fetch(part(0, 4, TAG, "X-A: old"), "Range: bytes=0-4"),
        fetch(
            part(5, 9, TAG, "X-A: new"),
            status=200,
            body=TEN,
            sent=("Range: bytes=5-", 'If-Range: "a"'),
            gives=("X-A: new",),
            lacks=("Content-Range",),
        ),
        hit(status=200, body=TEN),
        hit("Range: bytes=4-5", body=b"45"),
    ),
    story(
        "parts under two tags are not one",
        "RFC 9111 3.4",
        fetch(part(0, 4, TAG), "Range: bytes=0-4"),
        fetch(part(5, 9, 'ETag: "b"'), then=WHOLE),
        hit(),
    ),
    story(
        "neither are parts under a weak tag",
        "RFC 9111 3.4",
        fetch(part(0, 4, 'ETag: W/"a"'), "Range: bytes=0-4"),
        fetch(WHOLE, withheld=("Range",)),
    ),
    story(
        "a part that nobody asked for",
        "RFC 9110 15.3.7",
        fetch(part(0, 4, TAG), says=("detail=partial",)),
        fetch(WHOLE),
    ),
    story(
        "what is stale is asked about whole",
        "RFC 9111 4.3.1",
        fetch(reply("Cache-Control: max-age=0", TAG, body=TEN)),
        fetch(
            reply(FRESH, status=304),
            "Range: bytes=0-1",
            status=206,
            body=b"01",
            sent=('If-None-Match: "a"',),
            withheld=("Range",),
        ),
        hit(status=200, body=TEN),
    ),
    story(
        "a stale part is asked about as a part",
        "RFC 9111 4.3.1",
        fetch(part(0, 4, TAG, OLD), "Range: bytes=0-4"),
        fetch(
            reply(FRESH, status=304),
            "Range: bytes=0-4",
            status=206,
            body=b"01234",
            sent=("Range: bytes=0-4", 'If-None-Match: "a"'),
        ),
        hit("Range: bytes=1-1", status=206, body=b"1"),
    ),
    story(
        "a part that does not say which",
        "RFC 9110 15.3.7",
        *(fetch(reply(FRESH, status=206), "Range: bytes=0-0", says=("detail=partial",)) for _ in range(2)),
    ),
    story(
        "several parts of the origin's own",
        "RFC 9110 14.6",
        fetch(
            reply(FRESH, "Content-Type: multipart/byteranges; boundary=x", status=206),
            "Range: bytes=0-1,4-5",
            says=("detail=partial",),
        ),
        fetch(WHOLE),
    ),
)
