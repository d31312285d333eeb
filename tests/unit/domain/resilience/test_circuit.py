from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.http.messages import Response
from brine.domain.resilience.circuit import (
    FAIR_TIMEOUT,
    MIN_FAILING_PATHS,
    PROBE_WINDOW,
    STREAK_GAP,
    FailureStreak,
    after_failure,
    needs_probe,
    origin_health,
)
from brine.errors import OriginMalformed, OriginTimeout, OriginTooLarge, OriginUnreachable

if TYPE_CHECKING:
    from brine.domain.resilience.retries import AttemptOutcome
    from brine.errors import OriginError

NOW = 1_790_000_000.0


@pytest.mark.parametrize("status", range(200, 600))
def test_statuses_that_tell_of_an_origin_that_is_down(status: int) -> None:
    assert origin_health(Response(status=status), 20, 20) == (
        "down" if status >= 502 and status not in {505, 508} else "well"
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [(OriginUnreachable(""), "down"), (OriginMalformed(""), "down"), (OriginTooLarge(""), "well")],
)
def test_errors_that_tell_of_an_origin_that_is_down(error: OriginError, told: str) -> None:
    assert origin_health(error, 0.1, 20) == told


@pytest.mark.parametrize(
    ("seconds", "timeout", "fails"),
    [(FAIR_TIMEOUT, 20, True), (FAIR_TIMEOUT - 0.1, 20, False), (1.0, 1.0, True), (0.9, 1.0, False), (20, 20, True)],
)
def test_a_timeout_tells_it_where_the_origin_had_its_time(seconds: float, timeout: float, fails: bool) -> None:
    assert origin_health(OriginTimeout(""), seconds, timeout) == ("down" if fails else "unknown")


def test_failures_are_in_a_row_while_none_is_long_after_the_last() -> None:
    busy, down = Response(status=503), OriginUnreachable("refused")
    streak = after_failure(after_failure(None, busy, "/a", NOW), down, "/b", NOW + STREAK_GAP)
    assert streak == FailureStreak(2, NOW + STREAK_GAP, 1, frozenset({"/a", "/b"}))
    assert after_failure(streak, busy, "/c", NOW + 2 * STREAK_GAP + 1).failures == 1
    assert after_failure(streak, busy, "/c", NOW - STREAK_GAP).failures == 1  # the clock was set back


@pytest.mark.parametrize(
    ("outcomes", "failures", "opens"),
    [
        ([(OriginUnreachable(""), "/a")] * 4, 5, False),
        ([(OriginUnreachable(""), "/a")] * 5, 5, True),
        ([(Response(status=503), "/a")] * 50, 5, False),
        ([(OriginTimeout(""), "/a"), (OriginMalformed(""), "/b")] * 50, 5, False),
        ([(Response(status=503), f"/{number}") for number in range(4)], 5, False),
        ([(Response(status=503), f"/{number % 3}") for number in range(5)], 5, True),
        ([*[(Response(status=503), "/a")] * 4, (OriginUnreachable(""), "/b")], 5, False),
        ([(Response(status=503), "/a")] * 2, 2, False),
        ([(Response(status=503), "/a"), (Response(status=503), "/b")], 2, True),
        ([(Response(status=503), "/a")], 1, True),
    ],
)
def test_an_origin_that_can_be_reached_must_fail_under_several_paths(
    outcomes: list[tuple[AttemptOutcome, str]], failures: int, opens: bool
) -> None:
    streak = None
    for outcome, path in outcomes:
        streak = after_failure(streak, outcome, path, NOW)
    assert streak is not None
    assert streak.opens_circuit(failures) is opens
    assert len(streak.paths) <= MIN_FAILING_PATHS


def test_a_circuit_waits_for_a_probe_once_its_time_is_over_but_not_for_ever() -> None:
    moments = [NOW - 1, NOW, NOW + PROBE_WINDOW - 1, NOW + PROBE_WINDOW]
    assert [needs_probe(NOW, moment) for moment in moments] == [False, True, True, False]
    assert not needs_probe(0, NOW)
