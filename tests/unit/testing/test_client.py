"""The client that tests an app in memory: its answers, what it records, its clock, purges and refreshes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from brine.app.app import App
from brine.errors import OriginTimeout
from brine.testing import Clock, Reply
from tests.support.gateway.parts import app_of, client_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from brine.service.functions.fetch import Fetch


@dataclass(frozen=True)
class Page:
    """An object of the tests, which does not compress."""

    name: str
    content: bytes


def part(fetch: Fetch) -> Any:
    """A whole of one part, with its status."""
    one = fetch("a", "/x", query={"q": 1}, otherwise="failed")
    return one.json() if one.is_fallback or one.ok else one.status


@pytest.mark.parametrize(
    ("replies", "content"),
    [
        ({"id": 1}, {"id": 1}),
        ([1, "/x"], [1, "/x"]),
        ({"/x": "of the path"}, "of the path"),
        ({"/x?q=1": "of the target", "/x": "of the path"}, "of the target"),
        ({"/other": 1}, 404),
        (lambda target: target, "/x?q=1"),
        (Reply([1], 203), [1]),
        (Reply(None, 204), None),
        (Reply(b"[2]", headers={"content-type": "application/json"}), [2]),
        (Reply(1, 410), 410),
        ({"/x": Reply(3, headers={"cache-control": "max-age=1"})}, 3),
        (OriginTimeout("slow"), "failed"),
        (ValueError("any"), "failed"),
        ({"/x": OriginTimeout("slow")}, "failed"),
        (lambda _: Reply(None, 503), "failed"),
        ({}, {}),
        (None, None),
    ],
    ids=lambda value: "function" if callable(value) else str(value),
)
def test_replies_stand_for_a_server(replies: Any, content: Any) -> None:
    client = client_of(part, a=replies)
    assert client.get("/w").json() == content
    assert client.fetched == [("a", "/x?q=1")]


def test_a_route_without_answers_fails_and_says_so() -> None:
    client = client_of(lambda fetch: fetch("a", "/").json())
    answer = client.get("/w")
    assert (answer.problem, str(answer.error)) == ("function-failed", 'no route has the name "a". The routes are: w.')


def test_routes_of_a_file_keep_their_settings_and_need_no_variables(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text(
        '[[route]]\nname = "a"\ninternal = true\norigin = "${SHOP}/a"\nfreshness_lifetime = "9s"\n'
        '[[route]]\nname = "b"\ninternal = true\norigin = "${SHOP}/a"\n'
        '[[route]]\nname = "c"\ninternal = true\norigin = "${SHOP}"\n'
    )
    app = app_of(lambda fetch: [fetch(name, "/x").json() for name in ("a", "c", "a")])
    client = app.test(fetch={"a": "of a", "c": "of c"}, routes=str(file))
    assert client.get("/w").json() == ["of a", "of c", "of a"]
    assert client.get("/w").headers["cache-control"] == "max-age=9"
    assert client.fetched == [("a", "/x"), ("c", "/x")]
    b = app_of(lambda fetch: fetch("b", "/x").json()).test(fetch={"b": "of b"}, routes=file)
    assert (b.get("/w").json(), b.fetched) == ("of b", [("b", "/x")])


def test_the_clock_stands_still_until_the_test_advances_it() -> None:
    clock = Clock(1_900_000_000.0)
    client = app_of(lambda: 1).test(clock=clock)
    client.get("/w")
    client.clock.advance("59s")
    assert (client.clock(), client.get("/w").result) == (1_900_000_059.0, "hit")
    client.clock.advance(1)
    assert client.get("/w").result == "miss"


def test_runs_and_purges_are_recorded() -> None:
    app = App()
    app.get("/w/<name>", name="w", freshness_lifetime="60s")(lambda name: name)
    app.post("/w/<name>", name="w", purges=lambda name: [f"tag-{name}"])(lambda name: name)
    client = app.test()
    for path in ("/w/a", "/w/a", "/w/b"):
        client.get(path)
    client.post("/w/c")
    assert client.runs == [("w", {"name": "a"}), ("w", {"name": "b"}), ("w", {"name": "c"})]
    assert client.purged == ["tag-c"]


def test_refreshes_are_made_when_the_test_says_so() -> None:
    client = app_of(lambda: 1, grace="1h").test()
    client.get("/w")
    client.clock.advance("61s")
    assert [client.get("/w").result for _ in range(2)] == ["stale", "stale"]
    assert [refresh.outcome for refresh in client.refresh()] == ["refreshed", "fresh"]
    assert (client.refresh(), client.get("/w").result) == ([], "hit")


def test_purges_reach_the_next_request_at_once() -> None:
    client = app_of(lambda name: name, "/w/<name>", tags=["t"], tenant="claim:org").test()
    claims = {"org": "acme"}
    purges: list[Callable[[], None]] = [
        lambda: client.purge_url("/w/a", tenant="acme"),
        lambda: client.purge_tag("t", tenant="acme"),
        lambda: client.purge_route("w"),
        lambda: client.purge_url("/w/a", tenant="acme", soft=True),
    ]
    for purge in purges:
        client.get("/w/a", claims=claims)
        client.clock.advance("6s")
        client.get("/w/a", claims=claims)
        assert client.get("/w/a", claims=claims).result == "hit"
        purge()
        assert client.get("/w/a", claims=claims).result != "hit"


def test_object_is_the_object_of_this_answer_however_large_it_is() -> None:
    def whole(name: str) -> Page:
        return Page(name, random.Random(name).randbytes(200_000))  # noqa: S311 - no secret: bytes that do not compress

    client = app_of(whole, "/w/<name>").test()
    one, other = client.get("/w/a"), client.get("/w/b")
    hit = client.get("/w/a")
    assert hit.result == "hit"
    assert [answer.object() for answer in (one, other, hit)] == [whole("a"), whole("b"), whole("a")]


def test_object_is_the_object_of_an_answer_that_is_not_stored() -> None:
    client = app_of(lambda name, fetch: [name, fetch("a", "/").json()], "/w/<name>").test(fetch={"a": 1})
    one, other = client.get("/w/a"), client.get("/w/b")
    assert (one.object(), other.object()) == (["a", 1], ["b", 1])


def test_two_clients_of_an_app_share_nothing() -> None:
    app = app_of(lambda: 1)
    one, other = app.test(), app.test()
    one.get("/w")
    assert other.get("/w").result == "miss"


def test_the_path_of_a_part_is_purged_with_the_wholes_that_have_it(tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text(
        '[[route]]\nname = "one"\ninternal = true\norigin = "${A}/base"\nfreshness_lifetime = "1h"\n'
        '[[route]]\nname = "two"\nprefix = "/api"\norigin = "${A}/base"\nfreshness_lifetime = "1h"\n'
    )
    app = App()

    @app.get("/w")
    def whole(fetch: Fetch) -> list[Any]:
        return [part.json() for part in fetch.all(("one", "/a"), ("two", "/b"))]

    client = app.test(fetch={"one": 1, "two": 2}, routes=routes)
    client.get("/w")
    client.purge_url("/other", part="one")
    assert client.get("/w").result == "hit"
    client.purge_url("/a", part="one")
    assert client.get("/w").parts == {"one": "miss", "two": "hit"}
    client.purge_url("/b", part="two")
    assert client.get("/w").parts == {"one": "hit", "two": "miss"}
