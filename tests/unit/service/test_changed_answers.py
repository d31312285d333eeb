"""Answers that an after_answer hook changed: no other client gets them, neither from a cache nor by 304 or 206."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.app.app import App
from brine.domain.http.fields import Fields
from brine.testing import Reply

if TYPE_CHECKING:
    from pathlib import Path

    from brine.domain.http.messages import Request, Response
    from brine.testing import AppClient

PAGE = {
    "content-type": "text/plain",
    "etag": '"1"',
    "last-modified": "Mon, 04 Jan 2021 00:00:00 GMT",
    "expires": "Fri, 01 Jan 2100 00:00:00 GMT",
    "cache-control": "public, max-age=60, s-maxage=60, immutable",
    "cdn-cache-control": "public, max-age=600",
    "surrogate-control": "max-age=600",
}
KEPT = ("cache-control", "cdn-cache-control", "surrogate-control", "expires", "etag", "last-modified", "content-range")


def greet(response: Response, request: Request, route: str) -> Response | None:
    name = request.principal.get("claim:sub")
    return None if name is None else replace(response, body=f"hello {name}".encode())


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    file = tmp_path / "routes.toml"
    file.write_text('[[route]]\nname = "page"\nprefix = "/page"\norigin = "https://page.test"\n', encoding="utf-8")
    return file


def client_of(routes: Path, *hooks: Any) -> AppClient:
    app = App()
    for hook in hooks:
        app.after_answer("page")(hook)
    return app.test({"page": Reply(b"hello, all of you", headers=PAGE)}, routes=routes)


def test_a_changed_answer_has_no_field_by_which_a_cache_keeps_or_validates_it(routes: Path) -> None:
    client = client_of(routes, greet)
    answer = client.get("/page/1", claims={"sub": "ann"})
    assert answer.content == b"hello ann"
    assert {name: answer.headers[name] for name in KEPT if name in answer.headers} == {
        "cache-control": "private, no-store"
    }
    unchanged = client.get("/page/1")
    assert (unchanged.result, unchanged.content) == ("hit", b"hello, all of you")
    assert unchanged.headers["cache-control"] == PAGE["cache-control"]


def test_a_hook_does_not_change_the_body_of_a_304(routes: Path) -> None:
    answer = client_of(routes, greet).get("/page/1", claims={"sub": "ann"}, headers={"if-none-match": '"1"'})
    assert (answer.status, answer.content, answer.headers["cache-control"]) == (304, b"", "private, no-store")
    assert "etag" not in answer.headers


def test_a_hook_does_not_change_the_body_of_a_206(routes: Path) -> None:
    answer = client_of(routes, greet).get("/page/1", claims={"sub": "ann"}, headers={"range": "bytes=0-4"})
    assert (answer.status, answer.content, answer.headers["content-range"]) == (206, b"hello", "bytes 0-4/17")
    assert (answer.headers["cache-control"], "etag" in answer.headers) == ("private, no-store", False)


def test_a_hook_gives_an_answer_to_head_no_body(routes: Path) -> None:
    answer = client_of(routes, greet).request("HEAD", "/page/1", claims={"sub": "ann"})
    assert (answer.status, answer.content, answer.headers["cache-control"]) == (200, b"", "private, no-store")


def test_a_hook_may_give_another_status(routes: Path) -> None:
    def forbid(response: Response, request: Request, route: str) -> Response:
        return replace(response, status=403, body=b"no")

    for headers in ({}, {"range": "bytes=0-4"}, {"if-none-match": '"1"'}):
        answer = client_of(routes, forbid).get("/page/1", headers=headers)
        assert (answer.status, answer.content, answer.error) == (403, b"no", None)
        assert "content-range" not in answer.headers


@pytest.mark.parametrize("returned", ["text", 1, 0, {}, {"a": 1}, b"", False])
def test_a_hook_that_returns_no_response_leaves_the_answer_as_it_was(routes: Path, returned: object) -> None:
    answer = client_of(routes, lambda *_: returned).get("/page/1")
    assert (answer.status, answer.content) == (200, b"hello, all of you")
    assert f"a {type(returned).__name__}: return a Response" in str(answer.error)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "200"},
        {"status": 99},
        {"status": 206},
        {"status": 304},
        {"body": "text"},
        {"fields": Fields([("x", "a\r\nb: c")])},
        {"fields": None},
    ],
)
def test_a_hook_that_returns_an_answer_that_cannot_be_sent_leaves_it_as_it_was(
    routes: Path, changes: dict[str, Any]
) -> None:
    answer = client_of(routes, lambda response, *_: replace(response, **changes)).get("/page/1")
    assert (answer.status, answer.content, "x" in answer.headers) == (200, b"hello, all of you", False)
    assert answer.error is not None


def test_a_hook_that_fails_does_not_undo_what_the_hooks_before_it_changed(routes: Path) -> None:
    def fails(response: Response, request: Request, route: str) -> Response:
        raise KeyError(response.body)

    answer = client_of(routes, greet, fails).get("/page/1", claims={"sub": "ann"})
    assert (answer.content, answer.headers["cache-control"]) == (b"hello ann", "private, no-store")
    assert isinstance(answer.error, KeyError)
