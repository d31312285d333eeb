"""Retries with exponential backoff, jitter and a retry budget."""

from __future__ import annotations

from brine_client.errors import Unreachable

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_client.response import ClientResponse

RETRYABLE_STATUSES = frozenset({429, 500, 502, 503, 504})


def _is_busy(response: ClientResponse) -> bool:
    """Return whether another attempt of the same request is in progress, and the response says when to ask again."""
    return response.status == 409 and _seconds(response) is not None


def _seconds(response: ClientResponse) -> float | None:
    """Return the seconds of Retry-After, or None."""
    asked = response.fields.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() else None


def _sleep(seconds: float) -> None:
    from time import sleep  # noqa: PLC0415 - at the call, so that tests can replace it

    sleep(seconds)


def _random() -> float:
    from random import random  # noqa: PLC0415 - takes 5 ms, which the first request does not need

    return random()  # noqa: S311 - jitter, not a secret


class Retries:
    """The policy for retries: up to `attempts` of a request, with pauses from `first_pause` to `longest_pause` seconds.

    Each pause is twice as long as the one before. The client waits a random part of it, so that clients do not return
    all at once. Retry-After of a response replaces the pause, up to `longest_pause`. All requests share a budget of
    `budget` retries. Ten successful requests give one retry back. So a gateway that is down does not get many times the
    usual number of requests.

    If another attempt of the same request is in progress, the client waits as long as the gateway says. Such a pause
    does not count as an attempt, and does not use the budget. All such pauses of one request together are at most
    `longest_wait` seconds.
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
        self._budget = self._left = budget * 10  # in tenths: a successful request gives one tenth back
        self._sleep = sleep
        self._random = random

    def run(self, attempt: Callable[[], ClientResponse]) -> ClientResponse:
        """Return the first successful response, or else the last one. Raises Unreachable if the last attempt did."""
        number = 0
        waited = 0.0
        while True:
            response = error = None
            try:
                response = attempt()
            except Unreachable as unreachable:
                error = unreachable
            if response is not None and _is_busy(response):
                pause = _seconds(response) or 0.0
                waited += max(1.0, pause)
                if waited > self._longest_wait:
                    return response
                self._sleep(pause)
                continue
            if response is not None and response.status not in RETRYABLE_STATUSES:
                self._left = min(self._budget, self._left + 1)
                return response
            number += 1
            if number == self._attempts or self._left < 10:
                if response is None:
                    raise error or Unreachable("no attempt was made")
                return response
            self._left -= 10
            self._sleep(self._pause(number, response))

    def _pause(self, number: int, response: ClientResponse | None) -> float:
        asked = None if response is None else _seconds(response)
        if asked is not None:
            return min(asked, self._longest_pause)
        return min(self._longest_pause, self._first_pause * 2.0 ** (number - 1)) * self._random()
