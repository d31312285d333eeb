"""Trying again: how often, after how long, and when not any more."""

from __future__ import annotations

from brine_client.errors import Unreachable

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_client.connection import ClientResponse

RETRYABLE_STATUSES = frozenset({429, 500, 502, 503, 504})


def _is_busy(answer: ClientResponse) -> bool:
    """Whether another request is doing the same, and the answer says when its time is over."""
    return answer.status == 409 and _seconds(answer) is not None


def _seconds(answer: ClientResponse) -> float | None:
    """What an answer says in Retry-After."""
    asked = answer.fields.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() else None


def _sleep(seconds: float) -> None:
    from time import sleep  # noqa: PLC0415 - so that a test sees what is used

    sleep(seconds)


def _random() -> float:
    from random import random  # noqa: PLC0415 - 5 ms of import that the first request does not need

    return random()  # noqa: S311 - spreads retries, keeps no secret


class Retries:
    """At most `attempts` per request, with pauses that double from `first_pause` to `longest_pause` seconds.

    Each pause is a random part of its length, so that clients do not come back together; Retry-After of an answer goes
    before it, up to `longest_pause`. Retries of all requests draw on one budget: it holds `budget` of them, and ten
    requests that went well give one back. So a gateway that is down is not asked many times as often.

    While another request is doing the same, such as an attempt whose answer was lost, the pause is what the gateway
    says, and counts neither as an attempt nor against the budget. All such pauses of a request are `longest_wait`
    seconds at most.
    """

    def __init__(
        self,
        *,
        attempts: int = 4,
        first_pause: float = 0.1,
        longest_pause: float = 5.0,
        longest_wait: float = 60.0,
        budget: int = 10,
        sleep: Callable[[float], None] = _sleep,
        random: Callable[[], float] = _random,
    ) -> None:
        if attempts < 1:
            raise ValueError("there is at least one attempt")
        self._attempts = attempts
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._longest_wait = longest_wait
        self._budget = self._left = budget * 10  # in tenths: a good request gives one back
        self._sleep = sleep
        self._random = random

    def run(self, attempt: Callable[[], ClientResponse]) -> ClientResponse:
        """The answer of the first attempt that went well, else of the last. Raises Unreachable when that one did."""
        number = 0
        waited = 0.0
        while True:
            answer = error = None
            try:
                answer = attempt()
            except Unreachable as unreachable:
                error = unreachable
            if answer is not None and _is_busy(answer):
                pause = _seconds(answer) or 0.0
                waited += max(1.0, pause)
                if waited > self._longest_wait:
                    return answer
                self._sleep(pause)
                continue
            if answer is not None and answer.status not in RETRYABLE_STATUSES:
                self._left = min(self._budget, self._left + 1)
                return answer
            number += 1
            if number == self._attempts or self._left < 10:
                if answer is None:
                    raise error or Unreachable("nothing was tried")
                return answer
            self._left -= 10
            self._sleep(self._pause(number, answer))

    def _pause(self, number: int, answer: ClientResponse | None) -> float:
        asked = None if answer is None else _seconds(answer)
        if asked is not None:
            return min(asked, self._longest_pause)
        return min(self._longest_pause, self._first_pause * 2.0 ** (number - 1)) * self._random()
