"""Parts that a function gives up, or leaves unfinished: the whole without them is not stored."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from brine.app.app import App
from brine.domain.http.messages import Response
from brine.errors import FunctionMistake
from brine.service.functions.fetch import fetcher_of
from brine.service.functions.part_threads import PartThreads
from brine.testing import Reply
from tests.support.gateway.parts import Parts, client_of, fetch_of

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch

FRESH = {"cache-control": "max-age=3600"}
UNFINISHED: tuple[list[str], bool, str, dict[str, str]] = ([], False, "no-store", {"a": "failed"})


class Slow:
    """A server that answers when it is told to, and says when a request has come."""

    def __init__(self) -> None:
        self.came, self.may_answer = threading.Event(), threading.Event()

    def __call__(self, _target: str) -> Reply:
        self.came.set()
        assert self.may_answer.wait(60)
        return Reply(["an offer"], headers=FRESH)


@pytest.mark.parametrize("several", [False, True])
def test_a_part_whose_task_is_cancelled_has_failed(several: bool) -> None:
    slow = Slow()

    async def whole(fetch: Any) -> Any:
        task: asyncio.Future[Any] = asyncio.ensure_future(fetch.all(("a", "/")) if several else fetch("a", "/"))
        await asyncio.to_thread(slow.came.wait, 60)
        task.cancel()
        try:
            outcomes = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(outcomes[0], asyncio.CancelledError)
        finally:
            slow.may_answer.set()
        return []

    client = client_of(whole, a=slow)
    answer = client.get("/w")
    assert (answer.json(), answer.is_stored, answer.headers["cache-control"], answer.parts) == UNFINISHED
    assert client.get("/w").result == "miss"


def test_a_part_in_a_thread_that_is_unfinished_when_the_function_returns_has_failed() -> None:
    slow = Slow()
    threads: list[threading.Thread] = []

    def whole(fetch: Fetch) -> list[str]:
        threads.append(threading.Thread(target=fetch, args=("a", "/")))
        threads[-1].start()
        assert slow.came.wait(60)
        return []

    client = client_of(whole, a=slow)
    answer = client.get("/w")
    assert (answer.json(), answer.is_stored, answer.headers["cache-control"], answer.parts) == UNFINISHED
    slow.may_answer.set()
    threads[0].join()


def test_a_fetch_after_the_function_returned_is_a_mistake() -> None:
    kept: list[Fetch] = []

    def whole(fetch: Fetch) -> int:
        kept.append(fetch)
        return 1

    client = client_of(whole, a=1)
    assert client.get("/w").json() == 1
    for call in (lambda: kept[0]("a", "/"), lambda: kept[0].all(("a", "/"))):
        with pytest.raises(FunctionMistake, match='route "a" was requested after the function returned'):
            call()
    assert client.fetched == []


def test_a_function_that_a_middleware_calls_again_may_fetch_again() -> None:
    calls: list[int] = []

    def again(app: Any, next_middleware: Any) -> Any:
        next_middleware(app)
        return next_middleware(app)

    app = App()

    @app.get("/w", middlewares=[again])
    def whole(fetch: Fetch) -> Any:
        calls.append(1)
        return fetch("a", "/").json()

    assert (app.test({"a": "x"}).get("/w").json(), len(calls)) == ("x", 2)


def test_parts_that_were_skipped_after_a_failure_are_in_no_report() -> None:
    fetch = fetch_of(Parts(response=Response(status=503)))
    fetcher_of(fetch).threads = PartThreads(1)
    assert [part.is_fallback for part in fetch.all(("a", "/", {"or": 1}), ("a", "/", {"or": 1}))] == [True, True]
    with pytest.raises(Exception, match="it answered 503"):
        fetch.all(*[("a", f"/{number}") for number in range(9)])
    assert [report.result for report in fetch.reports] == ["failed"] * 3


def test_a_mistake_that_the_function_catches_keeps_the_whole_from_being_stored() -> None:
    def whole(fetch: Fetch) -> str:
        try:
            fetch("unknown", "/")
        except FunctionMistake:
            return "without"
        return "with"

    answer = client_of(whole, a=1).get("/w")
    assert (answer.json(), answer.is_stored, answer.parts) == ("without", False, {"unknown": "failed"})
