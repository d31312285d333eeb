"""Calls to stores that run side by side belong to the request that makes them."""

from __future__ import annotations

import threading
from contextvars import ContextVar

import pytest

from brine.service.results.parallel import in_parallel


@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_each_call_has_the_context_variables_of_the_caller(count: int) -> None:
    request: ContextVar[str] = ContextVar("request", default="none")
    token = request.set("this one")
    try:
        found = in_parallel(lambda number: (number, request.get()), range(count))
    finally:
        request.reset(token)
    assert found == [(number, "this one") for number in range(count)]


def test_calls_run_at_the_same_time_and_the_first_error_is_raised() -> None:
    meeting = threading.Barrier(2, timeout=30)

    def work(number: int) -> int:
        meeting.wait()
        raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        in_parallel(work, [0, 1])
