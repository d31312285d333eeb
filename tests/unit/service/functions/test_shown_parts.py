"""Cache-Status has a member for each part, if the route wants it (RFC 9211)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.app.app import App

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch


def test_cache_status_lists_the_parts_of_this_answer_before_the_whole() -> None:
    app = App()

    @app.get("/whole", freshness_lifetime="1m", show_parts=True)
    def whole(fetch: Fetch) -> list[object]:
        return [part.json() for part in (fetch("one", "/"), fetch("two", "/", otherwise=0))]

    client = app.test(fetch={"one": 1, "two": OSError("down")})
    status = client.get("/whole").headers["cache-status"]
    assert status == "one; fwd=miss, two; fwd=miss; detail=failed, brine; fwd=uri-miss; fwd-status=200; detail=no-store"


def test_a_route_hides_its_parts_by_default() -> None:
    app = App()

    @app.get("/whole", freshness_lifetime="1m")
    def whole(fetch: Fetch) -> object:
        return fetch("one", "/").json()

    assert app.test(fetch={"one": 1}).get("/whole").headers["cache-status"].startswith("brine; ")
