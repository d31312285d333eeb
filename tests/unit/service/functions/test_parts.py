"""Several parts at once, parts of parts, and the decoding of a part."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest

from brine.app.app import App
from brine.errors import OriginUnreachable, PartFailed
from brine.testing import Reply
from tests.support.gateway.parts import client_of

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch


FRESH = {"cache-control": "max-age=60"}
CHAIN: ContextVar[str] = ContextVar("tests_chain", default="unset")


def test_all_returns_the_parts_in_the_order_of_the_arguments() -> None:
    names = [f"p{number}" for number in range(40)]
    client = client_of(
        lambda fetch: [part.json() for part in fetch.all(*[(name, "/") for name in names])],
        **{name: int(name[1:]) for name in names},
    )
    assert client.get("/w").json() == list(range(40))
    assert client_of(lambda fetch: list(fetch.all())).get("/w").json() == []


def test_all_fetches_side_by_side() -> None:
    both = threading.Barrier(2, timeout=30)

    def reply(_target: str) -> int:
        both.wait()
        return 1

    client = client_of(lambda fetch: len(fetch.all(("a", "/"), ("b", "/"))), a=reply, b=reply)
    assert client.get("/w").json() == 2


def test_all_raises_when_all_that_began_have_ended() -> None:
    began, failed = threading.Event(), threading.Event()

    def down(_target: str) -> Reply:
        assert began.wait(30)
        failed.set()
        return Reply({}, 503)

    def slower(_target: str) -> Reply:
        began.set()
        assert failed.wait(30)
        return Reply(1, headers=FRESH)

    client = client_of(lambda fetch: fetch.all(("a", "/"), ("b", "/")), a=down, b=slower)
    answer = client.get("/w")
    assert (answer.status, answer.problem, answer.parts) == (502, "part-failed", {"a": "failed", "b": "miss"})
    assert sorted(client.fetched) == [("a", "/"), ("b", "/")]


def test_the_threads_of_parts_keep_the_context_variables_of_the_function() -> None:
    seen: list[str] = []

    def whole(fetch: Fetch) -> int:
        token = CHAIN.set("of the function")
        try:
            return len(fetch.all(("a", "/"), ("b", "/")))
        finally:
            CHAIN.reset(token)

    def reply(_target: str) -> int:
        seen.append(CHAIN.get())
        return 1

    assert client_of(whole, a=reply, b=reply).get("/w").json() == 2
    assert seen == ["of the function"] * 2


def test_async_functions_await_their_parts_with_their_context() -> None:
    seen: list[str] = []

    async def whole(fetch: Any) -> list[int]:
        CHAIN.set("of a coroutine")
        one = await fetch("a", "/1")
        two, three = await fetch.all(("a", "/2"), ("b", "/3", {"or": 3}))
        return [one.json(), two.json(), three.json(), len(fetch.tenant)]

    def reply(target: str) -> int:
        seen.append(CHAIN.get())
        return int(target[1:])

    client = client_of(whole, a=reply, b=OriginUnreachable("down"))
    answer = client.get("/w")
    assert (answer.json(), answer.is_stored) == ([1, 2, 3, 0], False)
    assert seen == ["of a coroutine"] * 2
    client.answers("b", 3)
    assert client.get("/w").json() == [1, 2, 3, 0]


def test_a_function_cannot_fetch_itself() -> None:
    app = App()

    @app.get("/w/<name>")
    def whole(name: str, fetch: Fetch) -> Any:
        return fetch("whole", "/w/other", otherwise=None).json()

    client = app.test()
    answer = client.get("/w/x")
    assert (answer.status, answer.problem) == (500, "function-failed")
    assert str(answer.error) == "a function cannot fetch itself: whole -> whole"
    assert client.runs == [("whole", {"name": "x"})]


def test_functions_cannot_fetch_each_other_in_a_circle() -> None:
    app = App()

    @app.get("/one")
    def one(fetch: Fetch) -> Any:
        return fetch("two", "/two").json()

    @app.get("/two")
    def two(fetch: Fetch) -> Any:
        return fetch("three", "/three").json()

    @app.get("/three")
    def three(fetch: Fetch) -> Any:
        return fetch("one", "/one").json()

    client = app.test()
    answer = client.get("/one")
    assert (answer.status, answer.problem, answer.is_stored) == (502, "part-failed", False)
    assert [name for name, _ in client.runs] == ["one", "two", "three"]
    assert client.get("/two").problem == "part-failed"  # no lease was left behind


def test_a_part_that_cannot_be_decoded_keeps_the_whole_from_being_stored_though_the_function_goes_on() -> None:
    def whole(fetch: Fetch) -> Any:
        try:
            return fetch("a", "/").json()
        except PartFailed as error:
            return str(error)

    client = client_of(whole, a=Reply(b"<p>", headers={"content-type": "text/html", **FRESH}))
    answer = client.get("/w")
    assert answer.json() == 'the part "a" failed: its content is not JSON: its type is text/html'
    assert not answer.is_stored
    client.answers("a", Reply(b"", headers=FRESH))
    client.clock.advance("61s")
    assert client.get("/w").json() is None


def test_a_content_coding_that_was_not_asked_for_is_a_failed_part() -> None:
    client = client_of(lambda fetch: fetch("a", "/").json(), a=Reply(b"x", headers={"content-encoding": "gzip"}))
    assert client.get("/w").problem == "part-failed"


@pytest.mark.parametrize("character", ["?", "#", ";", "%3F", "é"])
def test_any_character_of_an_argument_reaches_the_part_as_a_text_in_its_path(character: str) -> None:
    app = App()

    @app.get("/inner/<name>", freshness_lifetime="60s")
    def inner(name: str) -> str:
        return name

    @app.get("/outer/<name>", freshness_lifetime="60s")
    def outer(name: str, fetch: Fetch) -> Any:
        return [fetch("inner", f"/inner/{name}").json(), fetch("server", f"/{name}").json()]

    client = app.test({"server": lambda target: unquote(target)[1:]})
    answer = client.get(f"/outer/a{quote(character)}b")
    assert answer.json() == [f"a{character}b", f"a{character}b"]


def test_json_that_is_nested_too_deep_is_a_failed_part() -> None:
    deep = Reply(b"[" * 200_000, headers={"content-type": "application/json", **FRESH})
    client = client_of(lambda fetch: fetch("a", "/", otherwise="none").json(), a=deep)
    assert (client.get("/w").json(), client.get("/w").is_stored) == ("none", False)
    assert client_of(lambda fetch: fetch("a", "/").json(), a=deep).get("/w").problem == "part-failed"


def test_a_part_of_a_function_is_its_object() -> None:
    app = App()

    @app.get("/inner", freshness_lifetime="60s")
    def inner() -> dict[str, Any]:
        return {"set": {1, 2}, "bytes": b"x", "pair": (1, 2)}

    @app.get("/outer", freshness_lifetime="60s")
    def outer(fetch: Fetch) -> list[str]:
        return sorted(map(repr, fetch("inner", "/inner").object().values()))

    client = app.test()
    assert client.get("/outer").json() == ["(1, 2)", "b'x'", "{1, 2}"]
    assert client.get("/inner").result == "hit"
