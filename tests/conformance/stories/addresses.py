"""Addresses of the origin in answers, and the public address in requests (RFC 7239, RFC 8288, RFC 9110 10.2)."""

from __future__ import annotations

from brine import __version__
from tests.conformance.stories.wording import FRESH
from tests.conformance.story import fetch, hit, reply, story

LIES = (
    *("Forwarded: for=6.6.6.6", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Host: evil.example"),
    *("X-Forwarded-Prefix: /evil", "X-Real-IP: 6.6.6.6"),
)
PREFLIGHT = ("Origin: https://a.example", "Access-Control-Request-Method: PUT")

STORIES = (
    *(
        story(
            f"{name} of the origin becomes public",
            "RFC 9110 10.2",
            fetch(reply(FRESH, f"{name}: {{origin}}{{path}}/x?y#z", status=301), gives=(mapped,)),
            hit(gives=(mapped,)),
        )
        for name in ("Location", "Content-Location")
        for mapped in (f"{name}: {{public}}{{path}}/x?y#z",)
    ),
    story(
        "Link and Refresh of the origin become public",
        "RFC 8288 3",
        fetch(
            reply(
                FRESH,
                'Link: <{origin}{path}?page=2>; rel="next"; anchor="{origin}{path}"',
                "Refresh: 5; url={origin}/x",
            ),
            gives=(
                'Link: <{public}{path}?page=2>; rel="next"; anchor="{public}{path}"',
                "Refresh: 5; url={public}/x",
            ),
        ),
        hit(gives=("Refresh: 5; url={public}/x",)),
    ),
    story(
        "addresses elsewhere stay",
        "RFC 9110 10.2.2",
        fetch(
            reply(FRESH, "Location: http://other.example/x", "Link: <//other.example/y>; rel=next", status=307),
            gives=("Location: http://other.example/x", "Link: <//other.example/y>; rel=next"),
        ),
        fetch(reply("Location: ../x?y", status=302), below="/a/b", gives=("Location: ../x?y",)),
    ),
    story(
        "a public address invalidates what the origin's does",
        "RFC 9111 4.4",
        fetch(reply(FRESH), below="/there"),
        fetch(reply("Location: {public}{path}/there", status=201), method="POST"),
        fetch(reply(FRESH), below="/there"),
    ),
    story(
        "a cacheable request says nothing of its client",
        "RFC 7239 5",
        fetch(
            reply(FRESH),
            *LIES,
            withheld=("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Real-IP"),
            sent=(f"User-Agent: brine/{__version__}",),
        ),
        hit(),
    ),
    story(
        "any other request says where it came from",
        "RFC 7239 5",
        fetch(
            reply(),
            *LIES,
            "User-Agent: curl",
            method="PUT",
            sent=("X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "User-Agent: curl"),
            withheld=("X-Forwarded-Prefix", "X-Real-IP"),
        ),
    ),
    story(
        "each page gets its own permission",
        "Fetch 3.2",
        fetch(
            reply(FRESH, "Vary: Origin", "Access-Control-Allow-Origin: https://a.example"), "Origin: https://a.example"
        ),
        fetch(
            reply(FRESH, "Vary: Origin", "Access-Control-Allow-Origin: https://b.example"), "Origin: https://b.example"
        ),
        hit("Origin: https://a.example", body=b"1", gives=("Access-Control-Allow-Origin: https://a.example",)),
    ),
    story(
        "preflights are not cached unless the route says so",
        "RFC 9110 9.3.7",
        *(
            fetch(reply("Access-Control-Allow-Origin: *", "Access-Control-Max-Age: 600"), *PREFLIGHT, method="OPTIONS")
            for _ in range(2)
        ),
    ),
)
