"""The result of a call: stored, stale or computed, by the time and by the outcome of computing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.codec.samples import Box, order
from tests.unit.service.results.world import KEY, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.codec.samples import Order


class NotFound(Exception):
    """An exception that some functions declare as an answer."""


class Picky(Exception):
    """An exception that cannot be made from its own arguments."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} and {second}")


def never() -> Order:
    raise AssertionError("this must not be computed")


def raising(error: BaseException) -> Callable[[], Order]:
    def compute() -> Order:
        raise error

    return compute


def test_a_result_is_computed_once_and_kept_until_its_freshness_ends() -> None:
    world = World()
    cache = world.process()
    assert cache.get_or_compute(KEY, order, freshness_lifetime=60) == order()
    world.now += 59.9
    assert cache.get_or_compute(KEY, never, freshness_lifetime=60) == order()
    assert world.process().get_or_compute(KEY, never, freshness_lifetime=60) == order()
    world.now += 0.1
    assert cache.get_or_compute(KEY, lambda: order(2), freshness_lifetime=60) == order(2)
    assert [(story.outcome, story.layer, story.stored) for story in world.told] == [
        ("miss", None, True),
        ("hit", "memory", False),
        ("hit", "table", False),
        ("miss", None, True),
    ]


def test_a_result_is_as_old_as_the_beginning_of_its_computation() -> None:
    world = World()
    cache = world.process()

    def slow() -> int:
        world.now += 8
        return 1

    cache.get_or_compute(KEY, slow, freshness_lifetime=10)
    world.now += 2
    cache.get_or_compute(KEY, slow, freshness_lifetime=10)
    assert [(story.outcome, story.compute_time) for story in world.told] == [("miss", 8.0), ("miss", 8.0)]


def test_a_change_to_a_returned_object_is_not_shared() -> None:
    cache = World().process()
    computed = cache.get_or_compute(KEY, lambda: Box([1]), freshness_lifetime=60)
    computed.content.append("mine")
    first = cache.get_or_compute(KEY, lambda: Box([]), freshness_lifetime=60)
    assert first == Box([1])
    first.content.append("mine")
    assert cache.get_or_compute(KEY, lambda: Box([]), freshness_lifetime=60) == Box([1])


@pytest.mark.parametrize("restarted", [False, True])
def test_a_stale_result_stands_in_for_a_failure_during_its_grace(restarted: bool) -> None:
    world = World()
    cache = world.process()
    cache.get_or_compute(KEY, order, freshness_lifetime=60, grace=100)
    if restarted:
        cache = world.process()
    world.now += 159
    broken = raising(OSError("no route"))
    assert cache.get_or_compute(KEY, broken, freshness_lifetime=60, grace=100) == order()
    world.now += 1
    with pytest.raises(OSError, match="no route"):
        cache.get_or_compute(KEY, broken, freshness_lifetime=60, grace=100)
    assert world.outcomes == ["miss", "stale", "failed"]
    assert cache.get_or_compute(KEY, lambda: order(2), freshness_lifetime=60) == order(2), "the lease was given back"
    assert world.told[-1].stored


def test_in_its_grace_a_result_is_computed_anew_by_who_may() -> None:
    world = World()
    cache = world.process()
    cache.get_or_compute(KEY, order, freshness_lifetime=60, grace=100)
    world.now += 61
    assert cache.get_or_compute(KEY, lambda: order(2), freshness_lifetime=60, grace=100) == order(2)


def test_exceptions_that_are_answers_are_kept_and_raised_anew() -> None:
    world = World()
    original = NotFound("order", 7)
    with pytest.raises(NotFound) as first:
        world.process().get_or_compute(KEY, raising(original), freshness_lifetime=60, negative={NotFound: 5})
    assert first.value is original
    world.now += 4.9
    with pytest.raises(NotFound) as again:
        world.process().get_or_compute(KEY, never, freshness_lifetime=60, negative={NotFound: 5})
    assert again.value is not original
    assert again.value.args == ("order", 7)
    world.now += 0.1
    assert world.process().get_or_compute(KEY, order, freshness_lifetime=60, negative={NotFound: 5}) == order()
    assert [(story.outcome, story.stored, story.raised) for story in world.told] == [
        ("miss", True, True),
        ("hit", False, True),
        ("miss", True, False),
    ]


def test_an_answer_goes_before_what_is_stale() -> None:
    world = World()
    cache = world.process()
    cache.get_or_compute(KEY, order, freshness_lifetime=60, grace=100)
    world.now += 61
    for compute in (raising(NotFound("gone")), never):
        with pytest.raises(NotFound, match="gone"):
            cache.get_or_compute(KEY, compute, freshness_lifetime=60, grace=100, negative={NotFound: 5})


def test_exceptions_that_were_not_named_are_not_kept() -> None:
    world = World()
    cache = world.process()
    for error in (KeyError(1), ValueError("x")):
        with pytest.raises(type(error)):
            cache.get_or_compute(KEY, raising(error), freshness_lifetime=60, negative={LookupError: 5, NotFound: 5})
    assert world.items.items == {}
    assert world.outcomes == ["failed", "failed"]


def test_a_kept_exception_is_nothing_to_who_does_not_name_it() -> None:
    cache = World().process()
    with pytest.raises(NotFound):
        cache.get_or_compute(KEY, raising(NotFound()), freshness_lifetime=60, negative={NotFound: 50})
    assert cache.get_or_compute(KEY, order, freshness_lifetime=60) == order()


def test_an_exception_that_its_arguments_do_not_make_is_raised_and_not_stored() -> None:
    world = World()
    with pytest.raises(Picky):
        world.process().get_or_compute(KEY, raising(Picky(1, 2)), freshness_lifetime=60, negative={Picky: 5})
    (fault,) = world.told[-1].faults
    assert fault.for_log.startswith("result-unsupported: ")
    assert "Picky cannot be made from its args" in fault.for_log
    assert world.process().resolve(KEY, order, freshness_lifetime=60).event.stored, "the lease was given back"


def test_an_object_that_cannot_be_stored_is_returned_and_the_event_names_the_place() -> None:
    world = World()
    cache = world.process()
    box = Box([1, never])
    resolved = cache.resolve(KEY, lambda: box, freshness_lifetime=60)
    assert resolved.value is box
    assert (resolved.event.outcome, resolved.event.stored) == ("miss", False)
    (fault,) = resolved.event.faults
    assert fault.for_log == "result-unsupported: result.content[1]: never is a function, not data"
    assert cache.resolve(KEY, order, freshness_lifetime=60).event.stored, "the lease was given back"


def test_keys_of_dictionaries_do_not_reach_the_fault() -> None:
    resolved = World().process().resolve(KEY, lambda: {"ann@example.org": [never]}, freshness_lifetime=60)
    (fault,) = resolved.event.faults
    assert fault.for_log == "result-unsupported: result[...][0]: never is a function, not data"


@pytest.mark.parametrize("key", ["alice", 'it\'s "ann"', b"\xff", 4711, ("ann", 1)])
def test_no_key_of_a_dictionary_reaches_the_fault_whatever_it_is(key: object) -> None:
    resolved = World().process().resolve(KEY, lambda: Box([{key: {"x_1": never}}]), freshness_lifetime=60)
    (fault,) = resolved.event.faults
    assert fault.for_log == "result-unsupported: result.content[0][...][...]: never is a function, not data"


def test_the_end_of_the_process_gives_the_lease_back() -> None:
    world = World()
    with pytest.raises(KeyboardInterrupt):
        world.process().get_or_compute(KEY, raising(KeyboardInterrupt()), freshness_lifetime=60)
    assert world.process().resolve(KEY, order, freshness_lifetime=60).event.stored


@pytest.mark.parametrize(("lifetime", "grace"), [(0.0, 0.0), (5.0, 0.0)])
def test_a_result_that_expires_while_computing_is_not_stored(lifetime: float, grace: float) -> None:
    world = World()

    def slow() -> int:
        world.now += 5
        return 1

    assert world.process().resolve(KEY, slow, freshness_lifetime=lifetime, grace=grace).event.stored is False
    assert world.items.items == {}


def test_a_result_may_last_for_a_year_and_a_day() -> None:
    world = World()
    world.process().get_or_compute(KEY, order, freshness_lifetime="1000d")
    world.now += 366 * 86_400
    assert world.process().get_or_compute(KEY, never, freshness_lifetime="1000d") == order()
    world.now += 1
    assert world.process().get_or_compute(KEY, lambda: order(2), freshness_lifetime="1000d") == order(2)


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_lifetimes_are_not_below_nothing(seconds: float) -> None:
    windows: list[tuple[float, float, dict[type[Exception], float]]]
    windows = [(seconds, 0.0, {}), (1.0, seconds, {}), (1.0, 1.0, {NotFound: seconds})]
    for lifetime, grace, negative in windows:
        with pytest.raises(ValueError, match="seconds"):
            World().process().get_or_compute(KEY, never, freshness_lifetime=lifetime, grace=grace, negative=negative)
