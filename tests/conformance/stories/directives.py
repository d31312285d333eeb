"""The directives that a client may send (RFC 9111 section 5.2.1, RFC 8246), and the cache's report (RFC 9211)."""

from __future__ import annotations

from tests.conformance.stories.wording import FRESH, OLD
from tests.conformance.story import fetch, hit, reply, story

TAG = 'ETag: "a"'
HALF = "Age: 1805"

NOT_STORED = (
    b'{"type": "urn:brine:problem:not-stored", "title": "Only a stored response was wanted, and none can be used", '
    b'"status": 504, "detail": "nothing that may be used is stored"}'
)

STORIES = (
    story(
        "no-cache asks the origin",
        "RFC 9111 5.2.1.4",
        fetch(reply(FRESH, TAG)),
        fetch(
            reply(FRESH, status=304),
            "Cache-Control: no-cache",
            status=200,
            body=b"1",
            says=("fwd=request",),
            sent=('If-None-Match: "a"',),
        ),
        hit(status=200, body=b"1"),
    ),
    story(
        "no younger than it says",
        "RFC 9111 5.2.1.1",
        fetch(reply(FRESH, HALF)),
        hit("Cache-Control: max-age=2000"),
        fetch(reply(FRESH), "Cache-Control: max-age=1000", says=("fwd=request",)),
        hit("Cache-Control: max-age=1000"),
    ),
    story(
        "fresh for a while yet",
        "RFC 9111 5.2.1.3",
        fetch(reply(FRESH, HALF)),
        hit("Cache-Control: min-fresh=1000"),
        fetch(reply(FRESH), "Cache-Control: min-fresh=2000"),
    ),
    story(
        "stale for a while",
        "RFC 9111 5.2.1.2",
        fetch(reply(FRESH, OLD, TAG)),
        hit("Cache-Control: max-stale", says=("hit", "ttl=-36")),
        hit("Cache-Control: max-stale=4000"),
        fetch(reply(FRESH, status=304), "Cache-Control: max-stale=3000", status=200, body=b"1", says=("fwd=stale",)),
    ),
    story(
        "stale but not old",
        "RFC 9111 5.2.1.2",
        fetch(reply(FRESH, OLD, TAG)),
        hit("Cache-Control: max-stale, max-age=8000"),
        fetch(reply(FRESH), "Cache-Control: max-stale, max-age=7000"),
    ),
    story(
        "only if it is here",
        "RFC 9111 5.2.1.7",
        hit("Cache-Control: only-if-cached", status=504, body=NOT_STORED, says=("detail=only-if-cached",)),
        fetch(reply(FRESH)),
        hit("Cache-Control: only-if-cached"),
    ),
    story(
        "no-store leaves what is kept alone",
        "RFC 9111 5.2.1.5",
        fetch(reply(FRESH)),
        fetch(reply(FRESH), "Cache-Control: no-store", says=("detail=request-no-store",)),
        hit(body=b"1"),
    ),
    story(
        "a reload of what never changes",
        "RFC 8246 2",
        fetch(reply("Cache-Control: max-age=3600, immutable", HALF)),
        hit("Cache-Control: max-age=0"),
        fetch(reply(FRESH), "Cache-Control: no-cache"),
    ),
    story(
        "an error that the client rather has old",
        "RFC 5861 4",
        fetch(reply("Cache-Control: max-age=3600, stale-if-error=60", OLD, TAG)),
        fetch(reply(status=503), "Cache-Control: stale-if-error=7200", status=200, body=b"1"),
        fetch(reply(status=503)),
    ),
    story(
        "caches nearer to the origin speak first",
        "RFC 9211 2",
        fetch(
            reply("Cache-Control: no-store", "Cache-Status: near; hit; ttl=30"),
            gives=("Cache-Status: near; hit; ttl=30, brine; fwd=uri-miss; fwd-status=200; detail=no-store",),
        ),
    ),
    story(
        "every way to say why",
        "RFC 9211 2.2",
        fetch(reply(FRESH, TAG, HALF), says=("fwd=uri-miss", "fwd-status=200", "stored", "ttl=17")),
        hit(says=("hit",)),
        fetch(
            reply(FRESH, status=304),
            "Cache-Control: no-cache",
            status=200,
            body=b"1",
            says=("fwd=request", "fwd-status=304", "stored", "ttl=3"),
        ),
        fetch(reply(status=404), method="BREW", says=("fwd=method", "fwd-status=404")),
    ),
)
