"""Validators: the gateway's conditional request, the effect of a 304, and the answers to clients' own conditions
(RFC 9111 4.3).
"""

from __future__ import annotations

import random

from tests.conformance.stories.wording import FRESH, OLD, date
from tests.conformance.story import NOT_MODIFIED, fetch, hit, reply, story

TAG = 'ETag: "a"'
ASKS = 'If-None-Match: "a"'
STALE = "Cache-Control: max-age=0"
MODIFIED = date("Last-Modified", -86_400)
LARGE = random.Random(7).randbytes(100_000)  # does not compress below the inline limit  # noqa: S311  (no secret)
SINCE = MODIFIED.replace("Last-Modified", "If-Modified-Since")

STORIES = (
    story(
        "by the tag",
        "RFC 9111 4.3.1",
        fetch(reply(STALE, TAG)),
        fetch(NOT_MODIFIED, status=200, body=b"1", sent=(ASKS,), says=("fwd=stale", "fwd-status=304", "stored")),
    ),
    story(
        "by the date",
        "RFC 9111 4.3.1",
        fetch(reply(STALE, MODIFIED)),
        fetch(NOT_MODIFIED, status=200, body=b"1", sent=(SINCE,), withheld=("If-None-Match",)),
    ),
    story(
        "by both",
        "RFC 9111 4.3.1",
        fetch(reply(STALE, TAG, MODIFIED)),
        fetch(reply(FRESH, TAG), sent=(ASKS, SINCE)),
        hit(),
    ),
    story(
        "a weak tag is asked about as it stands",
        "RFC 9110 8.8.3",
        fetch(reply(STALE, 'ETag: W/"a"')),
        fetch(NOT_MODIFIED, status=200, body=b"1", sent=('If-None-Match: W/"a"',)),
    ),
    story(
        "the client's own condition is not the question",
        "RFC 9111 4.3.1",
        fetch(reply(STALE, TAG)),
        fetch(NOT_MODIFIED, 'If-None-Match: "b"', status=200, body=b"1", sent=(ASKS,)),
        fetch(NOT_MODIFIED, ASKS, status=304, sent=(ASKS,)),
    ),
    story(
        "what a 304 says is new",
        "RFC 9111 3.2",
        fetch(reply(STALE, TAG, "X-A: old", "X-B: old", "Content-Encoding: br")),
        fetch(
            reply(FRESH, TAG, "X-A: new", "Content-Encoding: gzip", status=304),
            status=200,
            body=b"1",
            gives=("X-A: new", "X-B: old", "Content-Encoding: br"),
        ),
        hit(gives=("X-A: new", "X-B: old", "Content-Encoding: br"), status=200, body=b"1"),
    ),
    story(
        "what a 304 says of its connection is not",
        "RFC 9111 3.2",
        fetch(reply(STALE, TAG, "X-A: old")),
        fetch(reply(FRESH, "Connection: X-A", "X-A: hop", status=304), status=200, body=b"1", gives=("X-A: old",)),
        hit(gives=("X-A: old",)),
    ),
    story(
        "a 304 makes young",
        "RFC 9111 4.2.3",
        fetch(reply(FRESH, OLD, TAG), gives=(OLD,)),
        fetch(NOT_MODIFIED, status=200, body=b"1", says=("ttl=3",)),
        hit(),
    ),
    story(
        "a 304 that forbids keeping",
        "RFC 9111 3.2",
        fetch(reply(STALE, TAG)),
        fetch(reply("Cache-Control: no-store", status=304), status=200, body=b"1"),
        fetch(reply(FRESH), withheld=("If-None-Match",)),
    ),
    story(
        "a 304 under another tag confirms and changes nothing",
        "RFC 9111 4.3.4",
        fetch(reply(STALE, TAG, "X-A: old")),
        fetch(
            reply(FRESH, 'ETag: "b"', "X-A: new", status=304),
            status=200,
            body=b"1",
            gives=("X-A: old",),
            says=("detail=other-etag",),
        ),
        fetch(NOT_MODIFIED, status=200, body=b"1", sent=(ASKS,), gives=("X-A: old",)),
    ),
    story(
        "a 304 of another day",
        "RFC 9111 4.3.4",
        fetch(reply(STALE, MODIFIED)),
        fetch(reply(date("Last-Modified", -10), status=304), then=reply(FRESH)),
        hit(),
    ),
    story(
        "a whole answer replaces",
        "RFC 9111 4.3.3",
        fetch(reply(STALE, TAG, "X-A: old")),
        fetch(reply(FRESH, 'ETag: "b"'), lacks=("X-A",)),
        hit(gives=('ETag: "b"',), lacks=("X-A",)),
    ),
    story(
        "gone replaces",
        "RFC 9111 4.3.3",
        fetch(reply(STALE, TAG)),
        fetch(reply(FRESH, status=410)),
        hit(status=410),
    ),
    story(
        "the client has it",
        "RFC 9111 4.3.2",
        fetch(reply(FRESH, TAG, "Content-Type: text/plain", "X-A: b")),
        hit(ASKS, status=304, gives=(TAG, FRESH), lacks=("Content-Type", "Content-Length")),
        hit('If-None-Match: W/"a"', status=304),
        hit('If-None-Match: "z", "a"', status=304),
        hit("If-None-Match: *", status=304),
        hit('If-None-Match: "z"'),
        hit(ASKS, method="HEAD", status=304),
    ),
    story(
        "a comma in a tag",
        "RFC 9110 8.8.3",
        fetch(reply(FRESH, 'ETag: "a,b"')),
        hit('If-None-Match: "a", "b"'),
        hit('If-None-Match: "z", "a,b"', status=304),
    ),
    story(
        "a letter of Latin in a tag",
        "RFC 9110 8.8.3",
        fetch(reply(FRESH, 'ETag: "caf\xe9"')),
        hit('If-None-Match: "caf\xe9"', status=304, gives=('ETag: "caf\xe9"',)),
    ),
    story(
        "the client has it by date",
        "RFC 9110 13.1.3",
        fetch(reply(FRESH, MODIFIED)),
        hit(SINCE, status=304),
        hit(date("If-Modified-Since", -10), status=304),
        hit(date("If-Modified-Since", -100_000)),
        hit("If-Modified-Since: yesterday"),
    ),
    story(
        "tags go before dates",
        "RFC 9110 13.2.2",
        fetch(reply(FRESH, TAG, MODIFIED)),
        hit('If-None-Match: "z"', SINCE),
        hit(ASKS, date("If-Modified-Since", -100_000), status=304),
    ),
    story(
        "a first request with a condition fills the cache",
        "RFC 9111 4.3.2",
        fetch(reply(FRESH, TAG), ASKS, status=304, withheld=("If-None-Match",)),
        hit(status=200, body=b"1"),
    ),
    story(
        "conditions for errors are none",
        "RFC 9110 13.2.1",
        fetch(reply(FRESH, TAG, status=404)),
        hit(ASKS),
    ),
    story(
        "If-Match is for the origin",
        "RFC 9111 4.3.2",
        fetch(reply(FRESH, TAG)),
        fetch(reply(FRESH, status=412), 'If-Match: "z"', sent=('If-Match: "z"',), says=("fwd=request",)),
        hit(status=200, body=b"1"),
    ),
    story(
        "HEAD from GET",
        "RFC 9110 9.3.2",
        fetch(reply(FRESH, TAG, body=b"whole")),
        hit(method="HEAD", gives=("Content-Length: 5", TAG)),
    ),
    story(
        "HEAD stays HEAD",
        "RFC 9110 9.3.2",
        fetch(reply(FRESH, body=b"whole"), method="HEAD", gives=("Content-Length: 5",)),
        fetch(reply(FRESH)),
    ),
    story(
        "HEAD makes young",
        "RFC 9111 4.3.5",
        fetch(reply(STALE, TAG)),
        fetch(reply(FRESH, TAG, "X-A: new"), method="HEAD"),
        hit(status=200, body=b"1", gives=("X-A: new",)),
    ),
    story(
        "HEAD contradicts",
        "RFC 9111 4.3.5",
        fetch(reply(STALE, TAG)),
        fetch(reply(FRESH, 'ETag: "b"'), method="HEAD"),
        fetch(reply(FRESH), withheld=("If-None-Match",)),
    ),
    story(
        "tags without quotes and without anything",
        "RFC 9110 8.8.3",
        fetch(reply(FRESH, TAG)),
        hit("If-None-Match: a", status=304),
        fetch(reply(FRESH, 'ETag: ""'), "Cache-Control: no-cache"),
        hit('If-None-Match: ""', status=304),
    ),
    story(
        "a 304 leaves the lifetime and shortens it",
        "RFC 9111 3.2",
        fetch(reply(FRESH, OLD, TAG)),
        fetch(reply("Age: 3005", status=304), status=200, body=b"1", says=("ttl=59",)),
        fetch(reply(STALE, status=304), "Cache-Control: no-cache", status=200, body=b"1", says=("ttl=",)),
        fetch(NOT_MODIFIED, status=200, body=b"1", says=("fwd=stale",)),
    ),
    story(
        "a 304 that varies",
        "RFC 9111 3.2",
        fetch(reply(STALE, TAG), "X-Kind: a"),
        fetch(reply(FRESH, "Vary: X-Kind", status=304), "X-Kind: a", status=200, body=b"1"),
        hit("X-Kind: a", status=200, body=b"1"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: b"),
    ),
    story(
        "a 304 that nobody asked for",
        "RFC 9110 15.4.5",
        fetch(NOT_MODIFIED, status=304),
        fetch(reply(FRESH)),
        hit(),
    ),
    story(
        "HEAD asks for GET",
        "RFC 9111 4.3.1",
        fetch(reply(FRESH, OLD, TAG, body=b"whole")),
        fetch(NOT_MODIFIED, method="HEAD", status=200, body=b"", sent=(ASKS,), gives=("Content-Length: 5",)),
        hit(status=200, body=b"whole"),
    ),
    story(
        "a condition that passes by",
        "RFC 9111 5.2.1.5",
        fetch(NOT_MODIFIED, "Cache-Control: no-store", ASKS, status=304, sent=(ASKS,)),
        fetch(reply(FRESH), withheld=("If-None-Match",)),
    ),
    story(
        "a large body, kept elsewhere",
        "RFC 9111 4.3",
        fetch(reply(STALE, TAG, body=LARGE)),
        fetch(NOT_MODIFIED, status=200, body=LARGE),
        fetch(reply(status=503), status=200, body=LARGE),
        fetch(reply(FRESH, status=304), ASKS, status=304),
        hit(status=200, body=LARGE),
        hit(method="HEAD", status=200, gives=("Content-Length: 100000",), body=b""),
        hit("Range: bytes=99990-", status=206, body=LARGE[-10:]),
    ),
)
