"""Variants (RFC 9111 section 4.1)."""

from __future__ import annotations

from tests.conformance.stories.wording import FRESH, OLD
from tests.conformance.story import fetch, hit, reply, story

REFRESHED = "Cache-Control: max-age=3600, stale-while-revalidate=7200"

STORIES = (
    story(
        "two variants side by side",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: a"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: b", says=("fwd=vary-miss", "stored")),
        hit("X-Kind: a", body=b"1"),
        hit("X-Kind: b", body=b"2"),
    ),
    story(
        "without the field is a variant too",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: X-Kind")),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: a"),
        hit(body=b"1"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: "),
    ),
    story(
        "two fields",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: X-Kind", "Vary: x-size"), "X-Kind: a", "X-Size: 1"),
        fetch(reply(FRESH, "Vary: x-size, X-Kind"), "X-Kind: a", "X-Size: 2"),
        hit("X-Size: 1", "X-Kind: a", body=b"1"),
        hit("X-Size: 2", "X-Kind: a", body=b"2"),
    ),
    story(
        "a value is what it is",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: a"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: A"),
    ),
    story(
        "lines and blanks",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: a", "X-Kind: b"),
        hit("X-Kind: a, b"),
        hit("X-Kind:  a  ,b"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: b, a"),
    ),
    story(
        "preferences in another order",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: Accept-Encoding"), "Accept-Encoding: gzip, br;q=0.5"),
        hit("Accept-Encoding: BR; q=0.50, gzip;q=1"),
        fetch(reply(FRESH, "Vary: Accept-Encoding"), "Accept-Encoding: gzip"),
    ),
    story(
        "languages between which the client has no preference",
        "RFC 9110 12.5.4",
        fetch(reply(FRESH, "Vary: Accept-Language"), "Accept-Language: en, DE", sent=("Accept-Language: de, en",)),
        hit("Accept-Language: de,en"),
        fetch(reply(FRESH, "Vary: Accept-Language"), "Accept-Language: de;q=0.5, en-us"),
    ),
    story(
        "the language liked best",
        "RFC 9110 12.5.4",
        fetch(reply(FRESH, "Vary: Accept-Language", "Content-Language: de"), "Accept-Language: de"),
        hit("Accept-Language: fr;q=0.5, de"),
        fetch(reply(FRESH, "Vary: Accept-Language", "Content-Language: fr"), "Accept-Language: fr, de;q=0.5"),
    ),
    story(
        "nothing that a cache can see",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: *"), says=("detail=vary",)),
        fetch(reply(FRESH, "Vary: X-Kind, *")),
        fetch(reply(FRESH, "Vary: X-Kind")),
    ),
    story(
        "a variant is validated by its own tag",
        "RFC 9111 4.3.1",
        fetch(reply(FRESH, "Vary: X-Kind", 'ETag: "a"'), "X-Kind: a"),
        fetch(reply("Cache-Control: max-age=0, must-revalidate", "Vary: X-Kind", 'ETag: "b"'), "X-Kind: b"),
        fetch(reply(FRESH, 'ETag: "b"', status=304), "X-Kind: b", status=200, body=b"2", sent=('If-None-Match: "b"',)),
        hit("X-Kind: b", status=200, body=b"2"),
        hit("X-Kind: a", status=200, body=b"1"),
    ),
    story(
        "an unsafe method ends every variant",
        "RFC 9111 4.4",
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: a"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: b"),
        fetch(reply(status=204), method="DELETE"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: a"),
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: b"),
    ),
    story(
        "every variant of many stays",
        "RFC 9111 4.1",
        *(fetch(reply(FRESH, "Vary: X-Kind"), f"X-Kind: {kind}", says=("fwd", "stored")) for kind in range(9)),
        *(hit(f"X-Kind: {kind}", body=b"%d" % (kind + 1)) for kind in range(9)),
    ),
    story(
        "each variant is refreshed by itself",
        "RFC 5861 3",
        fetch(reply(REFRESHED, OLD, "Vary: Accept", 'ETag: "a"'), "Accept: text/a"),
        fetch(reply(REFRESHED, OLD, "Vary: Accept", 'ETag: "b"'), "Accept: text/b"),
        hit("Accept: text/a", body=b"1", refresh=reply(FRESH, "Vary: Accept")),
        hit("Accept: text/b", body=b"2", refresh=reply(FRESH, "Vary: Accept")),
        hit("Accept: text/a", body=b"3", eventually=True),
        hit("Accept: text/b", body=b"4", eventually=True),
    ),
    story(
        "a response with another Vary takes the place of the first one",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: X-Kind"), "X-Kind: a"),
        fetch(reply(FRESH, "Vary: X-Kind, X-Size"), "X-Kind: b", says=("fwd=vary-miss", "stored")),
        hit("X-Kind: b"),
        fetch(reply(FRESH, "Vary: X-Kind, X-Size"), "X-Kind: a", says=("fwd=vary-miss", "stored")),
        hit("X-Kind: a", body=b"3"),
        hit("X-Kind: b", body=b"2"),
    ),
)
