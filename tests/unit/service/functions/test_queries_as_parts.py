"""A function fetches a part by a query: the part is cached by its content, and the whole follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine.app.app import App

if TYPE_CHECKING:
    from pathlib import Path

    from brine.service.functions.fetch import Fetch

ROUTES = """\
[[route]]
name = "graphql"
internal = true
origin = "http://origin.test"
freshness_lifetime = "1h"
query_methods = ["POST"]
"""


def test_a_part_by_a_query_is_a_hit_and_the_purge_of_its_url_ends_the_whole(tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES)
    app = App()

    @app.get("/w/<kind>", freshness_lifetime="1h")
    def whole(fetch: Fetch, kind: str) -> Any:
        return fetch("graphql", "/q", method="POST", content={"query": "{ books { title } }"}).json()

    client = app.test(fetch={"graphql": 1}, routes=routes)
    assert [client.get(f"/w/{kind}").parts for kind in ("a", "b")] == [{"graphql": "miss"}, {"graphql": "hit"}]
    assert client.get("/w/a").result == "hit"
    client.purge_url("/q", part="graphql")
    assert client.get("/w/a").parts == {"graphql": "miss"}
    assert client.fetched_from("graphql") == ["/q", "/q"]


def test_a_part_by_a_mutation_is_not_stored_and_neither_is_the_whole(tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES)
    app = App()

    @app.get("/w", freshness_lifetime="1h")
    def whole(fetch: Fetch) -> Any:
        return fetch("graphql", "/q", method="POST", content={"query": "mutation { add }"}).json()

    client = app.test(fetch={"graphql": 1}, routes=routes)
    assert [client.get("/w").result for _ in range(2)] == ["miss", "miss"]
