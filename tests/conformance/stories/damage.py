"""Origins that send too little, too much or malformed bytes, or hang up (RFC 9112 sections 6 to 9): the gateway neither
stores nor sends an incomplete response.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.stories.wording import FRESH
from tests.conformance.story import HANGS_UP, bytes_then_end, fetch, hit, reply, story

if TYPE_CHECKING:
    from tests.conformance.story import Story

PROBLEM = (
    b'{"type": "urn:brine:problem:origin-malformed", "title": "The origin\'s response is not complete or not HTTP", '
    b'"status": 502}'
)


def refused(name: str, source: str, raw: bytes) -> Story:
    """The client learns that the origin failed; the next one gets a whole answer, and that is kept."""
    return story(
        name,
        source,
        fetch(bytes_then_end(raw), status=502, body=PROBLEM, says=("fwd=uri-miss", "detail=origin-malformed")),
        fetch(reply(FRESH)),
        hit(),
    )


def taken(name: str, source: str, raw: bytes, body: bytes) -> Story:
    """Odd, but whole."""
    return story(name, source, fetch(bytes_then_end(raw), status=200, body=body), hit(status=200, body=body))


OK = b"HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

STORIES = (
    refused("nothing at all", "RFC 9112 9", b""),
    refused("shorter than it said", "RFC 9112 8", OK + b"Content-Length: 100\r\n\r\nhalf"),
    refused("no last chunk", "RFC 9112 8", CHUNKED + b"4\r\nhalf\r\n"),
    refused("half a chunk", "RFC 9112 8", CHUNKED + b"9\r\nhalf"),
    refused("a chunk longer than its size", "RFC 9112 7.1", CHUNKED + b"2\r\nhalf\r\n0\r\n\r\n"),
    refused("a chunk of no known size", "RFC 9112 7.1", CHUNKED + b"four\r\nhalf\r\n0\r\n\r\n"),
    refused("two lengths", "RFC 9112 6.3", OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nhalf"),
    refused("a length that is no number", "RFC 9112 6.3", OK + b"Content-Length: four\r\n\r\nhalf"),
    refused("half a head", "RFC 9112 8", b"HTTP/1.1 200 OK\r\nCache-Con"),
    refused("not HTTP", "RFC 9112 4", b"SSH-2.0-OpenSSH_9.6\r\n"),
    taken("longer than it said", "RFC 9112 6.3", OK + b"Content-Length: 2\r\n\r\nmore than that", b"mo"),
    taken(
        "chunks with extensions and trailers",
        "RFC 9112 7.1",
        CHUNKED + b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n",
        b"abcde",
    ),
    taken("to the end of the connection", "RFC 9112 6.3", OK + b"\r\nto the end", b"to the end"),
    taken(
        "after an early hint",
        "RFC 9110 15.2",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na",
        b"a",
    ),
    taken("without a reason", "RFC 9112 4", OK.replace(b" OK", b" ") + b"Content-Length: 1\r\n\r\na", b"a"),
    story(
        "the connection ended while idle",
        "RFC 9112 9.3",
        fetch(reply(closes=True)),
        fetch(reply(closes=True)),
        fetch(reply(FRESH)),
        hit(),
    ),
    story(
        "the connection ended under the next request",
        "RFC 9112 9.3.1",
        fetch(reply()),
        fetch(HANGS_UP, then=reply(FRESH)),
        hit(),
    ),
    story(
        "and under one that must not come twice",
        "RFC 9110 9.2.2",
        fetch(reply()),
        fetch(HANGS_UP, method="POST", content=b"a", status=502, body=PROBLEM),
        fetch(reply(), method="POST", content=b"a"),
    ),
    refused(
        "a length and chunks",
        "RFC 9112 6.3",
        OK + b"Content-Length: 1\r\n" + CHUNKED[len(OK) :] + b"1\r\na\r\n0\r\n\r\n",
    ),
    refused("a coding that is not chunked", "RFC 9112 6.3", OK + b"Transfer-Encoding: gzip\r\n\r\na"),
    refused("a blank in a field name", "RFC 9110 5.1", OK + b"X Y: a\r\nContent-Length: 1\r\n\r\na"),
    refused("a nought in a field value", "RFC 9110 5.5", OK + b"X-Y: a\0b\r\nContent-Length: 1\r\n\r\na"),
    taken("HTTP of 1996", "RFC 9112 9.3", b"HTTP/1.0 200 OK\r\nCache-Control: max-age=3600\r\n\r\na", b"a"),
    taken("a folded field", "RFC 9112 5.2", OK + b"X-Y: a\r\n b\r\nContent-Length: 1\r\n\r\na", b"a"),
    taken("lines without a return", "RFC 9112 2.2", OK.replace(b"\r", b"") + b"Content-Length: 1\n\na", b"a"),
    taken("the same length twice", "RFC 9112 6.3", OK + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", b"a"),
    taken("a blank before a colon", "RFC 9112 5.1", OK + b"X-Y : a\r\nContent-Length: 1\r\n\r\na", b"a"),
)
