"""Which parts a whole has is predicted from another whole of the same route."""

from __future__ import annotations

from brine.domain.purging.dependency import Dependency
from brine.domain.purging.prediction import MOST_PARTS, part_templates


def part(target: str, *tags: str) -> Dependency:
    """A part with this target and these tags."""
    return Dependency(names=(), began=0, confirmed=0, route="orders", target=target, tags=tags)


def test_the_arguments_of_one_whole_are_replaced_by_those_of_another() -> None:
    (template,) = part_templates([part("/base/by/7?customer=7&page=1", "customer-7", "orders")], ["7"])
    assert template.filled(["8"]) == ("/base/by/8?customer=8&page=1", ("customer-8", "orders"))


def test_an_argument_is_replaced_only_where_it_stands_alone() -> None:
    (template,) = part_templates([part("/v7/by/7/77")], ["7"])
    assert template.filled(["8"]) == ("/v7/by/8/77", ())


def test_a_longer_argument_is_replaced_before_one_that_is_a_part_of_it() -> None:
    (template,) = part_templates([part("/a-b/a")], ["a", "a-b"])
    assert template.filled(["x", "y"]) == ("/y/x", ())


def test_an_argument_with_marks_of_regular_expressions_is_taken_literally() -> None:
    (template,) = part_templates([part("/a.b/axb")], ["a.b"])
    assert template.filled(["c"]) == ("/c/axb", ())


def test_a_whole_with_fewer_arguments_has_no_prediction() -> None:
    (template,) = part_templates([part("/7")], ["7"])
    assert template.filled([]) is None


def test_as_many_parts_are_predicted_as_one_call_can_read() -> None:
    assert len(part_templates([part(f"/{at}") for at in range(100)], [])) == MOST_PARTS
