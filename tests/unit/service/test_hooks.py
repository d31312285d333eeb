"""Hooks around fetches: what they may return, and what they must not make shared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.app.app import App
from brine.testing import Reply

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response
    from brine.service.functions.fetch import Fetch


def app_with(kind: str, hook: Any) -> App:
    """An app with one part, and a hook of this kind."""
    app = App()

    @app.get("/w/<name>", name="w")
    def whole(name: str, fetch: Fetch) -> Any:
        return fetch("part", f"/{name}").json()

    getattr(app, kind)("part")(hook)
    return app


def test_a_response_that_varies_by_a_field_of_a_hook_is_not_stored() -> None:
    users = iter(["alice", "bob"])

    def sign(request: Request, route: str) -> Request:
        return replace(request, fields=request.fields.with_line("x-user", next(users)))

    said = Reply(1, headers={"cache-control": "public, max-age=60", "vary": "X-User"})
    client = app_with("before_fetch", sign).test(fetch={"part": said})
    assert [client.get("/w/a").result for _ in range(2)] == ["miss", "miss"]
    assert client.fetched == [("part", "/a"), ("part", "/a")]


@pytest.mark.parametrize("kind", ["before_fetch", "after_fetch"])
def test_a_hook_that_returns_something_else_is_a_failure_that_names_the_type(kind: str) -> None:
    client = app_with(kind, lambda *_: "text").test(fetch={"part": 1})
    answer = client.get("/w/a")
    assert (answer.status, answer.problem) == (502, "part-failed")
    assert answer.parts == {"part": "failed"}


def test_a_bad_header_field_of_a_hook_reaches_no_client() -> None:
    def split(response: Response, request: Request, route: str) -> Response:
        return replace(response, fields=response.fields.with_line("x-a", "1\r\nset-cookie: sid=evil"))

    client = app_with("after_fetch", split).test(fetch={"part": 1})
    assert client.get("/w/a").problem == "part-failed"
