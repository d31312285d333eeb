"""Answers past their freshness (RFC 9111 section 4.2.4, RFC 5861)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.conformance.stories.wording import FRESH, OLD
from tests.conformance.story import HANGS_UP, bytes_then_end, fetch, hit, reply, story

if TYPE_CHECKING:
    from tests.conformance.story import Reply, Story

TAG = 'ETag: "a"'
HOUR = "max-age=3600"  # and, with OLD, one hour over


def instead_of_errors(name: str, source: str, control: str) -> Story:
    """The stale answer stands in for a dead origin and for an ailing one; the origin is asked each time."""
    return story(
        name,
        source,
        fetch(reply(control, OLD, TAG)),
        fetch(HANGS_UP, says=("fwd=stale", "detail=origin-malformed")),
        fetch(reply(status=503), status=200, body=b"1", says=("fwd=stale", "fwd-status=503")),
        fetch(reply(status=500), status=200, body=b"1"),
        fetch(reply(FRESH, TAG, status=304), status=200, body=b"1"),
        hit(status=200, body=b"1"),
    )


def slow(*fields: str) -> Reply:
    """A reply that takes longer than a second."""
    return replace(reply(*fields), delay=1.2)


def never_stale(name: str, source: str, control: str) -> Story:
    """The error goes to the client."""
    return story(
        name,
        source,
        fetch(reply(control, OLD, TAG)),
        fetch(reply(status=503)),
        fetch(
            HANGS_UP,
            status=502,
            body=PROBLEM,
            gives=("Content-Type: application/problem+json", "Cache-Control: no-store"),
        ),
        fetch(reply(FRESH, status=304), "Cache-Control: max-stale", status=200, body=b"1"),
    )


PROBLEM = (
    b'{"type": "urn:brine:problem:origin-malformed", "title": "The origin\'s response is not complete or not HTTP", '
    b'"status": 502}'
)

STORIES = (
    instead_of_errors("where the route has a grace", "RFC 9111 4.2.4", f"Cache-Control: {HOUR}"),
    instead_of_errors("stale-if-error", "RFC 5861 4", f"Cache-Control: {HOUR}, stale-if-error=7200"),
    instead_of_errors(
        "stale-if-error beside s-maxage", "RFC 5861 4", "Cache-Control: s-maxage=3600, stale-if-error=7200"
    ),
    never_stale("must-revalidate", "RFC 9111 5.2.2.2", f"Cache-Control: {HOUR}, must-revalidate"),
    never_stale("proxy-revalidate", "RFC 9111 5.2.2.8", f"Cache-Control: {HOUR}, proxy-revalidate"),
    never_stale("no-cache", "RFC 9111 5.2.2.4", f"Cache-Control: {HOUR}, no-cache"),
    never_stale("s-maxage", "RFC 9111 5.2.2.10", "Cache-Control: s-maxage=3600"),
    never_stale(
        "must-revalidate in spite of stale-if-error",
        "RFC 5861 4",
        f"Cache-Control: {HOUR}, must-revalidate, stale-if-error=9000",
    ),
    story(
        "outside of the window",
        "RFC 5861 4",
        fetch(reply(f"Cache-Control: {HOUR}, stale-if-error=60", OLD, TAG)),
        fetch(reply(status=503)),
    ),
    story(
        "errors of another kind are news",
        "RFC 5861 4",
        fetch(reply(f"Cache-Control: {HOUR}, stale-if-error=7200", OLD, TAG)),
        fetch(reply(status=501)),
        fetch(reply(status=429)),
    ),
    story(
        "cut short is an error like others",
        "RFC 5861 4",
        fetch(reply(f"Cache-Control: {HOUR}", OLD, TAG)),
        fetch(
            bytes_then_end(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nCache-Control: max-age=9\r\n\r\nhalf"),
            status=200,
            body=b"1",
        ),
        fetch(reply(FRESH, status=304), status=200, body=b"1", sent=('If-None-Match: "a"',)),
    ),
    story(
        "an error does not end what is kept",
        "RFC 9111 4.3.3",
        fetch(reply(f"Cache-Control: {HOUR}, must-revalidate", OLD, TAG)),
        fetch(reply(status=503)),
        fetch(reply(FRESH, status=304), status=200, body=b"1", sent=('If-None-Match: "a"',)),
    ),
    story(
        "stale while others refresh it",
        "RFC 5861 3",
        fetch(reply(f"Cache-Control: {HOUR}, stale-while-revalidate=7200", OLD, TAG, "X-A: old")),
        hit(refresh=reply(FRESH, TAG, "X-A: new", status=304), says=("hit", "ttl=-36"), gives=("X-A: old",)),
        hit(status=200, body=b"1", gives=("X-A: new",), eventually=True),
    ),
    story(
        "stale on arrival and refreshed by others",
        "RFC 5861 3",
        fetch(reply("Cache-Control: max-age=0, stale-while-revalidate=3600"), says=("stored", "ttl=0")),
        hit(refresh=reply(FRESH), says=("hit",)),
        hit(gives=(FRESH,), eventually=True),
    ),
    story(
        "micro-caching before an origin that is slower than its lifetime",
        "RFC 5861 3",
        fetch(slow("Cache-Control: max-age=1, stale-while-revalidate=3600"), says=("stored",)),
        hit(refresh=slow("Cache-Control: max-age=1, stale-while-revalidate=3600", "X-A: new")),
        hit(gives=("X-A: new",), eventually=True),
    ),
    story(
        "stale on arrival and instead of an error",
        "RFC 5861 4",
        fetch(reply("Cache-Control: max-age=0, stale-if-error=3600"), says=("stored",)),
        fetch(HANGS_UP, status=200, body=b"1", says=("fwd=stale", "detail=origin-malformed")),
    ),
    story(
        "stale on arrival and never to be served stale",
        "RFC 9111 5.2.2.2",
        fetch(
            reply("Cache-Control: max-age=0, must-revalidate, stale-while-revalidate=3600, stale-if-error=3600"),
            says=("detail=no-freshness",),
        ),
        fetch(reply(status=503)),
    ),
    story(
        "replaced while it is served",
        "RFC 5861 3",
        fetch(reply(f"Cache-Control: {HOUR}, stale-while-revalidate=7200", OLD, TAG)),
        hit(refresh=reply(FRESH, 'ETag: "b"')),
        hit(gives=('ETag: "b"',), eventually=True),
    ),
    story(
        "the variant that was asked for is refreshed",
        "RFC 5861 3",
        fetch(
            reply("Cache-Control: max-age=3600, stale-while-revalidate=7200", OLD, "Vary: Accept", TAG),
            "Accept: text/a",
        ),
        hit("Accept: text/a", refresh=reply(FRESH, "Vary: Accept")),
        hit("Accept: text/a", eventually=True),
        fetch(reply(FRESH, "Vary: Accept"), "Accept: text/b"),
    ),
    story(
        "too late to be refreshed by others",
        "RFC 5861 3",
        fetch(reply(f"Cache-Control: {HOUR}, stale-while-revalidate=60", OLD, TAG)),
        fetch(reply(FRESH, status=304), status=200, body=b"1", says=("fwd=stale",)),
    ),
    story(
        "must-revalidate in spite of stale-while-revalidate",
        "RFC 9111 5.2.2.2",
        fetch(reply(f"Cache-Control: {HOUR}, must-revalidate, stale-while-revalidate=7200", OLD, TAG)),
        fetch(reply(FRESH, status=304), status=200, body=b"1", says=("fwd=stale",)),
    ),
    story(
        "not one variant for another",
        "RFC 9111 4.1",
        fetch(reply(f"Cache-Control: {HOUR}", OLD, TAG, "Vary: X-Kind"), "X-Kind: a"),
        fetch(HANGS_UP, "X-Kind: b", status=502, body=PROBLEM),
        fetch(HANGS_UP, "X-Kind: a", status=200, body=b"1"),
    ),
    story(
        "an old absence instead of an error",
        "RFC 5861 4",
        fetch(reply(f"Cache-Control: {HOUR}, stale-if-error=7200", OLD, TAG, status=404)),
        fetch(reply(status=503), status=404, body=b"1"),
    ),
    story(
        "HEAD instead of an error",
        "RFC 5861 4",
        fetch(reply(f"Cache-Control: {HOUR}", OLD, TAG)),
        fetch(HANGS_UP, method="HEAD", status=200, body=b""),
    ),
    story(
        "credentials are never handed to the refresher",
        "RFC 5861 3",
        fetch(reply(f"Cache-Control: {HOUR}, public, stale-while-revalidate=7200", OLD, TAG)),
        fetch(
            reply(FRESH, status=304),
            "Authorization: Bearer x",
            status=200,
            body=b"1",
            sent=("Authorization: Bearer x",),
        ),
    ),
    story(
        "refreshed by others for caches of this kind",
        "RFC 9213 2.1",
        fetch(reply("CDN-Cache-Control: max-age=3600, stale-while-revalidate=7200", OLD, TAG)),
        hit(refresh=reply(FRESH)),
        hit(eventually=True),
    ),
    story(
        "must-revalidate for caches of this kind",
        "RFC 9213 2.1",
        fetch(reply("CDN-Cache-Control: max-age=3600, must-revalidate", OLD, TAG)),
        fetch(reply(status=503)),
    ),
)
