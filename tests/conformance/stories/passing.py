"""Fields and content that the gateway passes on unchanged or removes (RFC 9110 sections 4.2, 5, 7.6, 9 and 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.stories.wording import FRESH
from tests.conformance.story import fetch, hit, reply, story

if TYPE_CHECKING:
    from tests.conformance.story import Story


def a_target_of_its_own(name: str, *targets: str) -> Story:
    """Each of these reaches the origin as it was sent, and is kept by itself."""
    return story(
        name,
        "RFC 9110 4.2.3",
        *(fetch(reply(FRESH), below=target) for target in targets),
        *(hit(below=target, body=b"%d" % number) for number, target in enumerate(targets, 1)),
    )


STORIES = (
    a_target_of_its_own("a query of nothing", "", "?&", "?="),
    a_target_of_its_own("repeated parameters", "?a=1&a=2", "?a=2&a=1", "?a=1"),
    a_target_of_its_own("empty parameters", "?a", "?a=", "?a=&", "?&a="),
    a_target_of_its_own("blanks by any name", "?a=b+c", "?a=b%20c", "?a=b%2Bc"),
    a_target_of_its_own("escapes that nobody needs", "?a=b", "?a=%62", "?%61=b"),
    a_target_of_its_own("escapes in both cases", "?a=%c3%a9", "?a=%C3%A9"),
    a_target_of_its_own("bytes that are no text", "?a=%ff%00", "?a=%fe"),
    a_target_of_its_own("separators within", "?a=b;c=d", "?a=b&c=d", "?a=b%26c=d", "?a=b?c/d:e@f"),
    a_target_of_its_own("the order of parameters", "?a=1&b=2", "?b=2&a=1"),
    a_target_of_its_own("a slash at the end", "/", "", "/x", "/x/"),
    a_target_of_its_own("blanks and letters in paths", "/a%20b", "/a+b", "/caf%C3%A9", "/~a", "/a:b@c!$&'()*,="),
    a_target_of_its_own("paths that lead to the same place", "/a/b", "/a//b", "/a/./b", "/a/../b", "/a;b=c/b"),
    a_target_of_its_own("capitals", "/x", "/X"),
    *(
        story(f"status {status} comes and goes", "RFC 9110 15", *(fetch(reply(status=status)) for _ in range(2)))
        for status in (299, 418, 499, 599, 999)
    ),
    *(
        story(
            f"{method} with content",
            "RFC 9110 9.1",
            *(fetch(reply(), method=method, content=b"\x00\xff\r\n" + bytes([number])) for number in range(2)),
        )
        for method in ("PUT", "POST", "PATCH", "DELETE", "PROPFIND", "M-SEARCH", "brew")
    ),
    story(
        "field values with every byte",
        "RFC 9110 5.5",
        fetch(
            reply(FRESH, "X-Raw: caf\xe9 \x80\xff\ttab", 'X-Quoted: "a\\"b", c', "X-Empty:"),
            gives=("X-Raw: caf\xe9 \x80\xff\ttab", "X-Empty:"),
        ),
        hit(gives=("X-Raw: caf\xe9 \x80\xff\ttab", 'X-Quoted: "a\\"b", c', "X-Empty:")),
    ),
    story(
        "fields of the client that reach the origin",
        "RFC 9110 7.6",
        fetch(
            reply(),
            "X-Kind: a, b",
            "X-Kind: c",
            "Cookie: a=b; c=d",
            "Authorization: Bearer x",
            sent=("X-Kind: a, b, c", "Cookie: a=b; c=d", "Authorization: Bearer x"),
        ),
    ),
    story(
        "fields of the client's connection do not",
        "RFC 9110 7.6.1",
        fetch(
            reply(),
            "Keep-Alive: timeout=5",
            "TE: trailers",
            "Proxy-Authorization: Basic eDp5",
            "Proxy-Connection: keep-alive",
            withheld=("Connection", "Keep-Alive", "TE", "Proxy-Authorization", "Proxy-Connection"),
        ),
    ),
    story(
        "fields of the origin's connection do not reach the client",
        "RFC 9110 7.6.1",
        fetch(
            reply("Connection: X-Hop, close", "X-Hop: a", "Proxy-Authenticate: Basic", "X-End: b"),
            lacks=("X-Hop", "Proxy-Authenticate"),
            gives=("X-End: b", "Via: 1.1 brine"),
        ),
    ),
    story(
        "redirects are not followed",
        "RFC 9110 15.4",
        fetch(reply("Location: {path}/there", status=302), gives=("Location: {path}/there",)),
        fetch(reply(FRESH, "Location: /x", status=308)),
        hit(gives=("Location: /x",)),
    ),
    story(
        "without a Date, or with a bad one",
        "RFC 9110 6.6.1",
        fetch(reply(FRESH)),
        hit(),
        fetch(reply(FRESH, "Date: today"), "Cache-Control: no-cache"),
        hit(),
    ),
    story(
        "no content",
        "RFC 9110 15.3.5",
        fetch(reply(FRESH, status=204), lacks=("Content-Length",)),
        hit(lacks=("Content-Length",)),
        hit(method="HEAD", lacks=("Content-Length",)),
    ),
    story(
        "a body of no bytes",
        "RFC 9110 8.6",
        fetch(reply(FRESH, body=b""), gives=("Content-Length: 0",)),
        hit(gives=("Content-Length: 0",)),
    ),
    story(
        "a body of every byte",
        "RFC 9110 8",
        fetch(reply(FRESH, body=bytes(range(256)) * 40), gives=("Content-Length: 10240",)),
        hit(),
    ),
    story("safe methods", "RFC 9110 9.2.1", fetch(reply(), method="OPTIONS"), fetch(reply(), method="TRACE")),
    story(
        "warnings, and no type where the origin gave none",
        "RFC 9111 5.5",
        fetch(reply(FRESH, 'Warning: 199 a "b"'), lacks=("Content-Type",)),
        hit(gives=('Warning: 199 a "b"',), lacks=("Content-Type",)),
    ),
)
