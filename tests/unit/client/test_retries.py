"""Retries: their number, pauses and budget."""

from __future__ import annotations

import pytest

from brine_client import Retries, Unreachable
from brine_client.response import ClientResponse

GOOD = ClientResponse(200, {}, b"")
BUSY = ClientResponse(503, {}, b"")


def test_pauses_double_up_to_the_longest() -> None:
    pauses: list[float] = []
    retries = Retries(attempts=6, first_pause=1, longest_pause=5, sleep=pauses.append, random=lambda: 0.5)
    assert retries.run(lambda: BUSY) is BUSY
    assert pauses == [0.5, 1, 2, 2.5, 2.5]


def test_retry_after_replaces_the_pause_up_to_the_longest() -> None:
    pauses: list[float] = []
    retries = Retries(attempts=3, longest_pause=5, sleep=pauses.append, random=lambda: 1.0)
    answers = iter(
        [ClientResponse(503, {"retry-after": "2"}, b""), ClientResponse(429, {"retry-after": "60"}, b""), GOOD]
    )
    assert retries.run(lambda: next(answers)) is GOOD
    assert pauses == [2, 5]


def test_the_last_error_is_raised() -> None:
    def fail() -> ClientResponse:
        raise Unreachable("gone")

    with pytest.raises(Unreachable, match="gone"):
        Retries(attempts=2, sleep=lambda _: None).run(fail)


def test_a_budget_ends_retries_and_good_requests_fill_it() -> None:
    tries = 0

    def busy() -> ClientResponse:
        nonlocal tries
        tries += 1
        return BUSY

    retries = Retries(attempts=4, budget=4, sleep=lambda _: None)
    for _ in range(10):
        retries.run(busy)
    assert tries == 10 + 4
    for _ in range(10):
        retries.run(lambda: GOOD)
    retries.run(busy)
    assert tries == 14 + 2


def test_at_least_one_attempt() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Retries(attempts=0)
