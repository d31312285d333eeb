"""The QUERY method: safe, and cached by its content (RFC 10008)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.stories.wording import FRESH, OLD
from tests.conformance.story import NOT_MODIFIED, fetch, hit, reply, story

if TYPE_CHECKING:
    from tests.conformance.story import Story

TEXT = "Content-Type: text/x"
TAG = 'ETag: "a"'
A, B = b"select a", b"select b"


def kept_apart(name: str, first: tuple[str, bytes], second: tuple[str, bytes]) -> Story:
    """Two requests that differ in what is in the key: each has its own stored response."""
    return story(
        name,
        "RFC 10008 2.7",
        fetch(reply(FRESH), first[0], method="QUERY", content=first[1], says=("fwd=uri-miss", "stored")),
        fetch(reply(FRESH), second[0], method="QUERY", content=second[1], says=("fwd=uri-miss", "stored")),
        hit(first[0], method="QUERY", content=first[1], body=b"1"),
        hit(second[0], method="QUERY", content=second[1], body=b"2"),
    )


STORIES = (
    kept_apart("two contents", (TEXT, A), (TEXT, B)),
    kept_apart("two types of one content", (TEXT, A), ("Content-Type: text/y", A)),
    kept_apart("two codings of one content", (TEXT, A), ("Content-Encoding: x-coding", A)),
    kept_apart("blanks that no route calls meaningless", (TEXT, b"[1,2]"), (TEXT, b"[1, 2]")),
    story(
        "a query is not the GET of its target",
        "RFC 10008 2.7",
        fetch(reply(FRESH), TEXT, method="QUERY", content=A),
        fetch(reply(FRESH)),
        hit(TEXT, method="QUERY", content=A, body=b"1"),
        hit(method="HEAD", body=b""),
    ),
    story(
        "a query is safe",
        "RFC 10008 2",
        fetch(reply(FRESH)),
        fetch(reply("Location: {path}", "Content-Location: {path}"), TEXT, method="QUERY", content=A),
        hit(body=b"1"),
    ),
    story(
        "what changes the target ends its queries",
        "RFC 9111 4.4",
        fetch(reply(FRESH), TEXT, method="QUERY", content=A),
        fetch(reply(FRESH), TEXT, method="QUERY", content=B),
        fetch(reply(FRESH), TEXT, method="QUERY", content=A, below="/other"),
        fetch(reply(), method="POST", content=b"a"),
        fetch(reply(FRESH), TEXT, method="QUERY", content=A),
        fetch(reply(FRESH), TEXT, method="QUERY", content=B),
        hit(TEXT, method="QUERY", content=A, below="/other", body=b"3"),
    ),
    story(
        "a query is validated with its content",
        "RFC 10008 2.6",
        fetch(reply(FRESH, OLD, TAG), TEXT, method="QUERY", content=A),
        fetch(NOT_MODIFIED, TEXT, method="QUERY", content=A, status=200, body=b"1", sent=('If-None-Match: "a"',)),
    ),
    story(
        "a client validates a query",
        "RFC 10008 2.6",
        fetch(reply(FRESH, TAG), TEXT, method="QUERY", content=A),
        hit(TEXT, 'If-None-Match: "a"', method="QUERY", content=A, status=304),
    ),
    story(
        "a range of the response to a query",
        "RFC 10008 2.8",
        fetch(reply(FRESH, TAG, body=b"abcdef"), TEXT, method="QUERY", content=A),
        hit(TEXT, "Range: bytes=1-2", method="QUERY", content=A, status=206, body=b"bc"),
    ),
    story(
        "the response to a query varies",
        "RFC 9111 4.1",
        fetch(reply(FRESH, "Vary: Accept"), TEXT, "Accept: a/a", method="QUERY", content=A),
        fetch(reply(FRESH, "Vary: Accept"), TEXT, "Accept: b/b", method="QUERY", content=A),
        hit(TEXT, "Accept: a/a", method="QUERY", content=A, body=b"1"),
    ),
    story(
        "a large query is forwarded and not stored",
        "RFC 9111 3",
        *(
            fetch(
                reply(FRESH),
                TEXT,
                method="QUERY",
                content=b"a" * 65_537,
                says=("fwd=bypass", "detail=query-size"),
            )
            for _ in range(2)
        ),
    ),
)
