from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.messages import Response
from brine.domain.resilience.circuit import (
    FAIR_TIMEOUT,
    MOST_SAMPLES,
    PROBE_WINDOW,
    STREAK_GAP,
    CircuitBreaker,
    Sample,
    needs_probe,
    new_samples,
    opens_circuit,
    origin_health,
    sample_of,
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


BREAKER = CircuitBreaker()
OK, BUSY, DOWN = Response(status=200), Response(status=503), OriginUnreachable("refused")


def samples(*requests: tuple[AttemptOutcome, str], gap: float = 0.1) -> list[Sample]:
    """The samples of requests, each an outcome and a URL, one after the other."""
    made = []
    for number, (outcome, url) in enumerate(requests):
        made.append(sample_of(outcome, "well" if outcome is OK else "down", url, NOW + number * gap))
    return made


def urls(outcome: AttemptOutcome, count: int, *, of: int) -> list[tuple[AttemptOutcome, str]]:
    """Requests with one outcome for different URLs, in turn."""
    return [(outcome, f"/{number % of}") for number in range(count)]


@pytest.mark.parametrize(
    ("requests", "opens"),
    [
        (urls(DOWN, 4, of=1), False),
        (urls(DOWN, 5, of=1), True),
        (urls(BUSY, 4, of=4), False),
        (urls(BUSY, 5, of=3), True),
        (urls(BUSY, 5, of=2), False),
        (urls(BUSY, 250, of=1), False),
        ([(OriginTimeout(""), "/a"), (OriginMalformed(""), "/b")] * 50, False),
        ([(OriginTimeout(""), "/a"), (OriginMalformed(""), "/b"), (BUSY, "/c")] * 2, True),
        ([(OK, "/z"), *urls(BUSY, 4, of=4)], False),
        ([(OK, "/z"), *urls(BUSY, 5, of=5)], True),
        ([*urls(OK, 5, of=5), *urls(BUSY, 5, of=5)], True),  # the newest outcome of each URL
        ([*urls(BUSY, 5, of=5), *urls(OK, 5, of=5)], False),
        ([(OK, "/a"), (BUSY, "/b")] * 10, False),  # one URL of two
        ([(OK, "/a"), (BUSY, "/b"), (BUSY, "/c"), (BUSY, "/d")] * 3, True),
        ([*[(BUSY, "/hot")] * 40, *urls(OK, 6, of=6), (BUSY, "/x"), (BUSY, "/y")], False),
        ([*urls(OK, 9, of=9), *urls(DOWN, 3, of=1)], False),
        ([(OK, "/a"), (DOWN, "/a")] * 5, True),
        ([], False),
    ],
)
def test_a_share_of_the_requests_and_of_the_urls_must_fail(
    requests: list[tuple[AttemptOutcome, str]], opens: bool
) -> None:
    assert opens_circuit(samples(*requests), BREAKER) is opens


@pytest.mark.parametrize(
    ("breaker", "requests", "opens"),
    [
        (CircuitBreaker(failure_share=0.2), [*urls(OK, 12, of=12), *urls(BUSY, 3, of=3)], True),
        (CircuitBreaker(failure_share=0.3), [*urls(OK, 12, of=12), *urls(BUSY, 3, of=3)], False),
        (CircuitBreaker(failure_share=1), [(OK, "/z"), *urls(DOWN, 4, of=1)], False),
        (CircuitBreaker(failure_share=1), urls(DOWN, 5, of=1), True),
        (CircuitBreaker(least_urls=1), urls(BUSY, 5, of=1), True),
        (CircuitBreaker(least_urls=6), urls(BUSY, 50, of=5), False),
        (CircuitBreaker(least_requests=40), urls(BUSY, 19, of=19), False),
        (CircuitBreaker(least_requests=40), urls(BUSY, 20, of=20), True),
        (CircuitBreaker(least_requests=1), urls(DOWN, 1, of=1), True),
    ],
)
def test_a_route_sets_the_shares_and_the_least_numbers(
    breaker: CircuitBreaker, requests: list[tuple[AttemptOutcome, str]], opens: bool
) -> None:
    assert opens_circuit(samples(*requests), breaker) is opens


def test_older_requests_do_not_count() -> None:
    mixed = [*urls(BUSY, 9, of=9), (OK, "/z"), (BUSY, "/y")]
    assert opens_circuit(samples(*mixed, gap=3.0), BREAKER)  # eleven within thirty seconds
    assert not opens_circuit(samples(*mixed, gap=3.4), BREAKER)  # nine
    assert opens_circuit(samples(*mixed, gap=5.0), CircuitBreaker(window=60))


def test_an_origin_with_little_traffic_is_judged_by_failures_in_a_row() -> None:
    assert opens_circuit(samples(*urls(DOWN, 5, of=1), gap=STREAK_GAP), BREAKER)
    assert not opens_circuit(samples(*urls(DOWN, 5, of=1), gap=STREAK_GAP + 1), BREAKER)
    assert not opens_circuit(samples(*urls(DOWN, 3, of=1), (OK, "/"), *urls(DOWN, 3, of=1), gap=50), BREAKER)


def test_a_clock_that_is_set_back_far_begins_anew() -> None:
    first, second = samples(*urls(DOWN, 4, of=1)), samples(*urls(DOWN, 4, of=1))
    late = [sample._replace(time=sample.time + 1000) for sample in first]
    assert not opens_circuit([*late, *second], BREAKER)


@given(st.lists(st.tuples(st.sampled_from([OK, BUSY, DOWN]), st.sampled_from("abcd"), st.floats(0, 40)), max_size=60))
def test_one_url_alone_never_opens_the_circuit_of_a_reachable_origin(
    requests: list[tuple[AttemptOutcome, str, float]],
) -> None:
    time, made = NOW, []
    for outcome, url, gap in requests:
        time += gap
        told = BUSY if url == "a" and outcome is BUSY else OK
        made.append(sample_of(told, "well" if told is OK else "down", url, time))
    assert not opens_circuit(made, BREAKER)


def test_a_sample_says_whether_the_origin_failed_and_could_be_reached() -> None:
    assert sample_of(OriginTooLarge("large"), "well", "/a", NOW) == Sample(NOW, "/a")
    assert sample_of(DOWN, "down", "/a", NOW) == Sample(NOW, "/a", failed=True, unconnected=True)


def test_a_process_remembers_only_so_many_requests() -> None:
    record = new_samples()
    record.extend(samples(*urls(BUSY, MOST_SAMPLES + 7, of=9)))
    assert len(record) == MOST_SAMPLES


def test_a_circuit_waits_for_a_probe_once_its_time_is_over_but_not_for_ever() -> None:
    moments = [NOW - 1, NOW, NOW + PROBE_WINDOW - 1, NOW + PROBE_WINDOW]
    assert [needs_probe(NOW, moment) for moment in moments] == [False, True, True, False]
    assert not needs_probe(0, NOW)
