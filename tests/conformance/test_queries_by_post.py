"""Queries by POST, played against `brine dev` over real HTTP: docs/queries-by-post.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.twin import Twin
from tests.conformance.conftest import TEMPLATE
from tests.conformance.play import play
from tests.conformance.stories.wording import FRESH
from tests.conformance.story import NOT_MODIFIED, fetch, hit, reply, story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.scripted_origin import ScriptedOrigin
    from tests.conformance.story import Story

ROUTES = """\
[[route]]
name = "graphql"
prefix = "/"
origin = "{origin}"
query_methods = ["POST"]
query_body = {{ normalise = "json", max_bytes = 1000, in_refresh_requests = true }}
"""
JSON = "Content-Type: application/json"
BOOKS, AUTHORS = b'{"query":"{ books { title } }"}', b'{"query":"{ authors { name } }"}'
MUTATION = b'{"query":"mutation { add { id } }"}'
SOURCE = "queries by POST"
STALE = "Cache-Control: max-age=1, stale-while-revalidate=600", "Age: 100"

STORIES = (
    story(
        "each content has its response",
        SOURCE,
        fetch(reply(FRESH), JSON, method="POST", content=BOOKS, says=("fwd=uri-miss", "stored")),
        fetch(reply(FRESH), JSON, method="POST", content=AUTHORS),
        hit(JSON, method="POST", content=BOOKS, body=b"1"),
    ),
    story(
        "JSON of one meaning has one response, and the origin gets the form in the key",
        SOURCE,
        fetch(reply(FRESH), JSON, "Cookie: a=b", method="POST", content=b'{"a":1,"b":[2]}', withheld=("cookie",)),
        hit(JSON + "; charset=utf-8", method="POST", content=b'{ "b": [2], "a": 1 }'),
    ),
    story(
        "a mutation is forwarded each time and ends the queries of its URL",
        SOURCE,
        fetch(reply(FRESH), JSON, method="POST", content=BOOKS),
        fetch(reply(FRESH), JSON, method="POST", content=MUTATION, says=("fwd=method", "detail=query-mutation")),
        fetch(reply(FRESH), JSON, method="POST", content=MUTATION, says=("fwd=method", "detail=query-mutation")),
        fetch(reply(FRESH), JSON, method="POST", content=BOOKS, says=("fwd=uri-miss", "stored")),
        hit(JSON, method="POST", content=BOOKS),
    ),
    story(
        "a query ends nothing",
        SOURCE,
        fetch(reply(FRESH)),
        fetch(reply(FRESH), JSON, method="POST", content=BOOKS),
        fetch(reply(), JSON, method="POST", content=b'"%s"' % (b"a" * 1_000), says=("fwd=bypass", "detail=query-size")),
        hit(body=b"1"),
    ),
    story(
        "content that is not JSON is an ordinary POST",
        SOURCE,
        *(
            fetch(reply(FRESH), "Content-Type: text/x", method="POST", content=b"a", says=("detail=query-not-json",))
            for _ in range(2)
        ),
    ),
    story(
        "a stale response is served while the refresher repeats the query",
        SOURCE,
        fetch(reply(*STALE, 'ETag: "a"'), JSON, method="POST", content=BOOKS),
        hit(JSON, method="POST", content=BOOKS, refresh=reply(FRESH)),
        hit(JSON, method="POST", content=BOOKS, eventually=True, says=("hit",)),
    ),
    story(
        "an origin that answers 412 to the condition of the gateway",
        "RFC 9110 13.1.2",
        fetch(reply("Cache-Control: max-age=1", "Age: 9", 'ETag: "a"'), JSON, method="POST", content=BOOKS),
        fetch(
            reply(status=412),
            JSON,
            then=reply(FRESH, body=b"new"),
            method="POST",
            content=BOOKS,
            status=200,
            body=b"new",
            sent=('If-None-Match: "a"',),
        ),
        hit(JSON, method="POST", content=BOOKS),
    ),
    story(
        "a query is validated",
        "RFC 9111 4.3",
        fetch(reply("Cache-Control: max-age=1", "Age: 9", 'ETag: "a"'), JSON, method="POST", content=BOOKS),
        fetch(NOT_MODIFIED, JSON, method="POST", content=BOOKS, status=200, body=b"1"),
    ),
)


@pytest.fixture(scope="module")
def querying_twin(origin: ScriptedOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a twin with a route for queries by POST."""
    routes = tmp_path_factory.mktemp("routes") / "routes.toml"
    routes.write_text(ROUTES.format(origin=origin.url))
    with Twin(template=TEMPLATE, routes=routes, show=lambda _: None) as running:
        yield running.url


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.path[1:])
def test_story(story: Story, querying_twin: str, origin: ScriptedOrigin) -> None:
    play(story, querying_twin, origin)
