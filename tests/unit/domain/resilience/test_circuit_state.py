"""The state of a circuit as operators see it, and the requests that opened it."""

from __future__ import annotations

import pytest

from brine.domain.resilience.circuit import PROBE_WINDOW, CircuitBreaker, Opening, Sample, opening_of
from brine.domain.resilience.circuit_state import CircuitState

NOW = 1_800_000_000.0
BREAKER = CircuitBreaker()


@pytest.mark.parametrize(
    ("seconds", "claimed", "stage"),
    [
        *((-1, 0, "open"), (0, 0, "half-open"), (PROBE_WINDOW - 1, 0, "half-open")),
        *((PROBE_WINDOW, 0, "closed"), (PROBE_WINDOW, 1, "half-open")),
    ],
)
def test_the_stage_follows_the_time_and_the_probes(seconds: float, claimed: int, stage: str) -> None:
    state = CircuitState(open_until=NOW, opening=Opening(NOW - 30, 5, 5), claimed=claimed)
    assert state.stage(NOW + seconds) == stage


def test_the_opening_counts_the_requests_of_the_window() -> None:
    samples = [Sample(NOW - 40, "/old", failed=True)]
    samples += [Sample(NOW - 10 + number, f"/{number}", failed=number > 3) for number in range(11)]
    assert opening_of(samples, BREAKER) == Opening(NOW, 7, 11)


def test_with_few_requests_it_counts_the_failures_in_a_row() -> None:
    samples = [Sample(NOW - 100, "/a"), *[Sample(NOW - 50 * number, f"/{number}", failed=True) for number in (1, 0)]]
    assert opening_of(samples, BREAKER) == Opening(NOW, 2, 2)
