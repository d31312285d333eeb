"""The flights of a process: one caller leads, and one of those that waited leads the next flight."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from brine.service.flights.in_flight import Flight, InFlight


def test_the_first_caller_leads_and_the_others_follow() -> None:
    in_flight = InFlight()
    flight, leads = in_flight.join("k")
    assert leads
    assert in_flight.join("k") == (flight, False)
    assert in_flight.join("another")[1]
    in_flight.end("k", flight)
    assert flight.is_over
    assert in_flight.join("k")[1]


def test_of_all_that_waited_for_a_flight_one_leads_its_successor() -> None:
    in_flight = InFlight()
    first, _ = in_flight.join("k")
    in_flight.end("k", first)
    with ThreadPoolExecutor(16) as threads:
        joined = list(threads.map(lambda _: in_flight.join("k", first), range(64)))
    assert sum(leads for _, leads in joined) == 1
    assert len({id(flight) for flight, _ in joined}) == 1


def test_a_caller_that_wakes_late_gets_the_successor_though_it_is_over() -> None:
    in_flight = InFlight()
    first, _ = in_flight.join("k")
    in_flight.end("k", first)
    second, _ = in_flight.join("k", first)
    in_flight.end("k", second)
    assert in_flight.join("k", first) == (second, False)


def test_a_flight_that_has_expired_is_replaced_and_its_end_leaves_the_successor_alone() -> None:
    in_flight = InFlight()
    hung, _ = in_flight.join("k")
    successor, leads = in_flight.join("k", hung)
    assert leads
    in_flight.end("k", hung)
    assert in_flight.join("k") == (successor, False)


def test_callbacks_are_called_once_when_the_flight_is_over() -> None:
    flight, called = Flight(), []
    flight.when_over(lambda: called.append("in time"))
    forgotten = lambda: called.append("forgotten")  # noqa: E731 - compared by identity below
    flight.when_over(forgotten)
    flight.forget(forgotten)
    flight.end()
    flight.end()
    flight.when_over(lambda: called.append("late"))
    assert called == ["in time", "late"]
