"""Unsafe methods and the stored responses that they invalidate (RFC 9111 section 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.stories.wording import FRESH
from tests.conformance.story import fetch, hit, reply, story

if TYPE_CHECKING:
    from tests.conformance.story import Story


def ends_it(method: str, status: int) -> Story:
    """A story in which the request invalidates the stored response of the target."""
    return story(
        f"{method} that gave {status}",
        "RFC 9111 4.4",
        fetch(reply(FRESH)),
        fetch(reply(status=status), method=method, content=b"a", says=("fwd=method",)),
        fetch(reply(FRESH)),
    )


def leaves_it(method: str, status: int) -> Story:
    """A story in which the stored response of the target remains valid."""
    return story(
        f"{method} that gave {status}",
        "RFC 9111 4.4",
        fetch(reply(FRESH)),
        fetch(reply(status=status), method=method),
        hit(status=200, body=b"1"),
    )


KEPT = ("/x/y", "/x/z", "/x/w?a=b")

STORIES = (
    *(ends_it(method, 200) for method in ("POST", "PUT", "DELETE", "PATCH", "BREW")),
    ends_it("PUT", 204),
    ends_it("POST", 303),
    leaves_it("POST", 404),
    leaves_it("DELETE", 500),
    leaves_it("BREW", 400),
    leaves_it("OPTIONS", 200),
    leaves_it("REPORT", 207),
    *(
        story(
            f"{field} of the same origin",
            "RFC 9111 4.4",
            fetch(reply(FRESH), below="/relative"),
            fetch(reply(FRESH), below="/absolute?a=b"),
            fetch(reply(f"{field}: {{path}}/relative", status=201), method="POST"),
            fetch(reply(f"{field}: {{origin}}{{path}}/absolute?a=b", status=201), method="POST"),
            fetch(reply(FRESH), below="/relative"),
            fetch(reply(FRESH), below="/absolute?a=b"),
        )
        for field in ("Location", "Content-Location")
    ),
    story(
        "Location of another origin",
        "RFC 9111 4.4",
        fetch(reply(FRESH), below="/there"),
        fetch(reply("Location: http://other.example{path}/there", status=201), method="POST"),
        hit(below="/there", status=200, body=b"1"),
    ),
    story(
        "Location of what failed",
        "RFC 9111 4.4",
        fetch(reply(FRESH), below="/there"),
        fetch(reply("Location: {path}/there", status=500), method="POST"),
        hit(below="/there", status=200, body=b"1"),
    ),
    story(
        "another query is another target",
        "RFC 9111 4.4",
        fetch(reply(FRESH), below="?a=1"),
        fetch(reply(FRESH), below="?a=2"),
        fetch(reply(status=204), method="DELETE", below="?a=1"),
        hit(below="?a=2", status=200, body=b"2"),
        fetch(reply(FRESH), below="?a=1"),
    ),
    story(
        "relative references",
        "RFC 3986 5.2",
        *(fetch(reply(FRESH), below=below) for below in KEPT),
        fetch(reply("Location: z#part", status=201), method="POST", below="/x/new"),
        fetch(reply("Location: ./../x/y", status=201), method="POST", below="/x/new"),
        fetch(reply("Content-Location: ?a=b"), method="POST", below="/x/w"),
        *(fetch(reply(FRESH), below=below) for below in KEPT),
    ),
    story(
        "a reference without a scheme leads away",
        "RFC 9111 4.4",
        fetch(reply(FRESH)),
        fetch(reply("Location: //other.example{path}", status=201), method="POST", below="/new"),
        hit(status=200, body=b"1"),
    ),
    story(
        "PUT on a condition that fails",
        "RFC 9110 13.1.1",
        fetch(reply(FRESH, 'ETag: "a"')),
        fetch(reply(status=412), 'If-Match: "b"', method="PUT", content=b"x", sent=('If-Match: "b"',)),
        hit(status=200, body=b"1"),
    ),
)
