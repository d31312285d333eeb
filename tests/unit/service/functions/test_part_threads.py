"""The threads of a request: parts side by side, parts of parts, and no more threads than the request may have."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING

import pytest

from brine.app.app import App
from brine.service.functions.part_threads import MOST_AT_ONCE, PartThreads

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.service.functions.fetch import Fetch

COLOUR: ContextVar[str] = ContextVar("tests_colour", default="none")


class Gauge:
    """Counts how many calls run at the same time."""

    def __init__(self) -> None:
        self.now = self.peak = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.now += 1
            self.peak = max(self.peak, self.now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.now -= 1


def test_results_have_the_order_of_the_calls() -> None:
    assert PartThreads(3).results([partial(int, number) for number in range(50)]) == list(range(50))
    assert PartThreads(1).results([lambda: "a", lambda: "b"]) == ["a", "b"]
    assert PartThreads().results([]) == []


def test_as_many_calls_run_at_once_as_there_are_threads() -> None:
    together = threading.Barrier(4, timeout=60)
    assert len(PartThreads(4).results([together.wait] * 8)) == 8


@pytest.mark.parametrize("most", [1, 2, 5])
def test_nested_calls_never_wait_for_threads_and_use_no_more_of_them(most: int) -> None:
    threads, gauge, idents = PartThreads(most), Gauge(), set[int]()

    def inner(number: int) -> int:
        with gauge:
            idents.add(threading.get_ident())
            return number

    def outer(number: int) -> int:
        return sum(threads.results([partial(inner, number * 32 + one) for one in range(32)]))

    assert sum(threads.results([partial(outer, number) for number in range(32)])) == sum(range(32 * 32))
    assert gauge.peak <= most
    assert threads.results([partial(int, 1)] * 3) == [1, 1, 1], "all threads are free again"


def test_calls_that_have_not_begun_are_skipped_after_one_raised() -> None:
    begun: list[str] = []

    def wrong() -> None:
        begun.append("wrong")
        raise LookupError("the error of the test")

    calls: list[Callable[[], None]] = [partial(begun.append, "first"), wrong, partial(begun.append, "never")]
    with pytest.raises(LookupError, match="the error of the test"):
        PartThreads(1).results(calls)
    assert begun == ["first", "wrong"]


def test_threads_that_helped_with_a_failure_are_free_again() -> None:
    threads, together = PartThreads(2), threading.Barrier(2, timeout=60)

    def wrong() -> None:
        together.wait()
        raise LookupError

    with pytest.raises(LookupError):
        threads.results([wrong, wrong])
    together.reset()
    threads.results([together.wait, together.wait])


def test_calls_have_the_context_variables_of_the_caller_and_keep_their_own() -> None:
    def call() -> str:
        before = COLOUR.get()
        COLOUR.set("of a call")
        return before

    token = COLOUR.set("of the caller")
    try:
        assert PartThreads(2).results([call] * 4) == ["of the caller"] * 4
        assert COLOUR.get() == "of the caller"
    finally:
        COLOUR.reset(token)


def test_a_process_that_may_have_no_more_threads_does_all_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    threads = PartThreads(4)
    assert threads.results([partial(int, number) for number in range(9)]) == list(range(9))
    monkeypatch.undo()
    assert len(threads.results([threading.Barrier(4, timeout=60).wait] * 4)) == 4


def test_functions_in_functions_share_the_threads_of_the_request() -> None:
    gauge, crowd = Gauge(), threading.Barrier(MOST_AT_ONCE, timeout=60)
    first = threading.Semaphore(MOST_AT_ONCE)

    def reply(target: str) -> str:
        with gauge:
            if first.acquire(blocking=False):  # until all threads of the request are here
                crowd.wait()
            return target

    app = App()

    @app.get("/inner/<name>")
    def inner(name: str, fetch: Fetch) -> list[str]:
        return [part.json() for part in fetch.all(*[("leaf", f"/{name}/{one}") for one in range(32)])]

    @app.get("/outer")
    def outer(fetch: Fetch) -> list[list[str]]:
        return [part.json() for part in fetch.all(*[("inner", f"/inner/{one}") for one in range(32)])]

    answer = app.test({"leaf": reply}).get("/outer")
    assert answer.json() == [[f"/{name}/{one}" for one in range(32)] for name in range(32)]
    assert gauge.peak == MOST_AT_ONCE
