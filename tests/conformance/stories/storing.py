"""Which responses are stored (RFC 9111 sections 3 and 5.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.stories.wording import FRESH, OLD
from tests.conformance.story import fetch, hit, reply, story

if TYPE_CHECKING:
    from tests.conformance.story import Story

HOURS = "max-age=3600"


def passed_on(name: str, source: str, why: str, *fields: str, asking: tuple[str, ...] = (), status: int = 200) -> Story:
    """Neither answer is kept, and Cache-Status says why."""
    answer = reply(*fields, status=status)
    return story(name, source, *(fetch(answer, *asking, says=(f"detail={why}",)) for _ in range(2)))


def kept(name: str, source: str, *fields: str, asking: tuple[str, ...] = (), status: int = 200) -> Story:
    """A response to one client answers another client."""
    return story(name, source, fetch(reply(*fields, status=status), *asking, says=("stored",)), hit())


STORIES = (
    passed_on("no-store", "RFC 9111 5.2.2.5", "no-store", f"Cache-Control: {HOURS}, no-store"),
    passed_on("No-Store", "RFC 9111 5.2", "no-store", f"Cache-Control: {HOURS}, No-Store"),
    passed_on("no-store with a value", "RFC 9111 5.2.2.5", "no-store", f"Cache-Control: {HOURS}, no-store=please"),
    passed_on("private", "RFC 9111 5.2.2.7", "private", f"Cache-Control: {HOURS}, private"),
    passed_on("credentials", "RFC 9111 3.5", "authorization", FRESH, asking=("Authorization: Basic eDp5",)),
    passed_on(
        "a client's no-store", "RFC 9111 5.2.1.5", "request-no-store", FRESH, asking=("Cache-Control: no-store",)
    ),
    passed_on(
        "a status nobody knows",
        "RFC 9111 5.2.2.3",
        "must-understand",
        f"Cache-Control: {HOURS}, must-understand",
        status=299,
    ),
    passed_on("nothing said but must-revalidate", "RFC 9111 3", "no-freshness", "Cache-Control: must-revalidate"),
    story(
        "nothing said, but stale on error by the route's grace",
        "RFC 9111 4.2.4",
        fetch(reply("Content-Type: text/plain"), says=("stored", "ttl=0")),
        fetch(reply("Content-Type: text/plain"), says=("fwd=stale", "stored")),
        fetch(reply(status=503), status=200, body=b"2"),
    ),
    passed_on("a status above all", "RFC 9110 15", "status", FRESH, status=999),
    passed_on(
        "an error that the range provoked",
        "RFC 9110 15.5.17",
        "request-fields",
        FRESH,
        asking=("Range: bytes=10-",),
        status=416,
    ),
    kept(
        "credentials that may be shared",
        "RFC 9111 3.5",
        f"Cache-Control: {HOURS}, public",
        asking=("Authorization: x",),
    ),
    kept("credentials and s-maxage", "RFC 9111 5.2.2.10", "Cache-Control: s-maxage=3600", asking=("Authorization: x",)),
    kept(
        "credentials, revalidated",
        "RFC 9111 3.5",
        f"Cache-Control: {HOURS}, must-revalidate",
        asking=("Authorization: x",),
    ),
    kept("understood in spite of no-store", "RFC 9111 5.2.2.3", f"Cache-Control: {HOURS}, must-understand, no-store"),
    kept("Pragma means nothing", "RFC 9111 5.4", FRESH, "Pragma: no-cache"),
    *(
        kept(f"status {status}", "RFC 9110 15", FRESH, status=status)
        for status in (203, 204, 299, 302, 404, 410, 499, 503, 599)
    ),
    story(
        "private but for one field",
        "RFC 9111 5.2.2.7",
        fetch(reply('Cache-Control: max-age=3600, private="x-mine"', "X-Mine: a", "X-Ours: b"), gives=("X-Mine: a",)),
        hit(gives=("X-Ours: b",), lacks=("X-Mine",)),
    ),
    story(
        "no-cache but for one field",
        "RFC 9111 5.2.2.4",
        fetch(reply('Cache-Control: max-age=3600, no-cache="x-mine"', "X-Mine: a"), gives=("X-Mine: a",)),
        hit(lacks=("X-Mine",)),
    ),
    story(
        "no-cache is kept and asked about",
        "RFC 9111 5.2.2.4",
        fetch(reply("Cache-Control: max-age=3600, no-cache", 'ETag: "a"'), says=("stored",)),
        fetch(reply(status=304), status=200, body=b"1", sent=('If-None-Match: "a"',), says=("fwd-status=304",)),
    ),
    story(
        "a cookie meant for all",
        "RFC 9111 7.3",
        fetch(reply(FRESH, "Set-Cookie: a=b", "Set-Cookie: c=d"), gives=("Set-Cookie: a=b", "Set-Cookie: c=d")),
        hit(gives=("Set-Cookie: a=b", "Set-Cookie: c=d")),
    ),
    story(
        "unknown fields are kept",
        "RFC 9111 3.1",
        fetch(reply(FRESH, 'X-Odd: a;b="c"', 'Clear-Site-Data: "cache"', "Content-Language: de")),
        hit(gives=('X-Odd: a;b="c"', 'Clear-Site-Data: "cache"', "Content-Language: de")),
    ),
    story(
        "fields of the connection are not",
        "RFC 9111 3.1",
        fetch(
            reply(FRESH, "Connection: X-Hop", "X-Hop: a", "Keep-Alive: timeout=9", "X-End: b"),
            lacks=("X-Hop", "Keep-Alive"),
        ),
        hit(lacks=("X-Hop", "Keep-Alive"), gives=("X-End: b",)),
    ),
    story(
        "Connection cannot hide what caches judge by",
        "RFC 9111 3.1",
        fetch(reply("Cache-Control: max-age=3600, no-store", "Connection: Cache-Control")),
        fetch(reply(FRESH)),
    ),
    story(
        "stale and without a validator",
        "RFC 9111 3",
        fetch(reply(f"Cache-Control: {HOURS}, must-revalidate", OLD), says=("detail=no-freshness",)),
        fetch(reply(FRESH), says=("stored",)),
        hit(),
    ),
    story(
        "a newer answer that may not be kept ends the older",
        "RFC 9111 4",
        fetch(reply(FRESH)),
        fetch(reply("Cache-Control: no-store"), "Cache-Control: no-cache"),
        fetch(reply(FRESH)),
    ),
    story(
        "POST for GET",
        "RFC 9110 9.3.3",
        fetch(reply(FRESH, "Content-Location: {path}"), method="POST", content=b"a", says=("fwd=method", "stored")),
        hit(),
        fetch(reply(FRESH), method="POST", content=b"a"),
    ),
    story(
        "POST for itself",
        "RFC 9110 9.3.3",
        fetch(reply(FRESH), method="POST", content=b"a"),
        fetch(reply(FRESH)),
    ),
    story(
        "GET with content",
        "RFC 9110 9.3.1",
        fetch(reply(FRESH), content=b"a", says=("fwd=bypass",)),
        fetch(reply(FRESH), content=b"b"),
    ),
    passed_on("private for these caches", "RFC 9213 2.1", "private", "CDN-Cache-Control: private, max-age=3600", FRESH),
    story(
        "a cookie of one client",
        "RFC 9111 5.2.2.7",
        fetch(
            reply('Cache-Control: max-age=3600, private="Set-Cookie"', "Set-Cookie: a=b"), gives=("Set-Cookie: a=b",)
        ),
        hit(lacks=("Set-Cookie",)),
    ),
    story(
        "credentials get what is public",
        "RFC 9111 3.5",
        fetch(reply(FRESH)),
        hit("Authorization: Bearer x"),
    ),
    story(
        "POST for some GETs",
        "RFC 9110 9.3.3",
        fetch(reply(FRESH, "Content-Location: {path}", "Vary: X-Kind"), "X-Kind: a", method="POST", content=b"a"),
        hit("X-Kind: a"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: b"),
    ),
)
