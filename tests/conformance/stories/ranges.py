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

BOUNDARY = sha256(TEN).hexdigest()[:32]
SEVERAL = (
    f"--{BOUNDARY}\r\ncontent-type: text/plain\r\ncontent-range: bytes 0-1/10\r\n\r\n01\r\n"
    f"--{BOUNDARY}\r\ncontent-type: text/plain\r\ncontent-range: bytes 8-9/10\r\n\r\n89\r\n"
    f"--{BOUNDARY}--\r\n"
).encode()


def part(first: int, last: int, *fields: str, size: int = 10) -> Reply:
    """The origin's 206 with these bytes of the ten."""
    return reply(FRESH, f"Content-Range: bytes {first}-{last}/{size}", *fields, status=206, body=TEN[first : last + 1])


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
            body=SEVERAL,
            gives=(f"Content-Type: multipart/byteranges; boundary={BOUNDARY}",),
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
