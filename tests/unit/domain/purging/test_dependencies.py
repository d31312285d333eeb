"""Dependencies of a whole on its parts: every stamp that purges a part purges the whole, by the part's own times."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.caching.cache_key import Resource
from brine.domain.purging.dependencies import (
    all_stamp_names,
    dependencies_on,
    is_response_purged,
    response_stale_from,
)
from brine.domain.purging.stamps import MAX_CONTENT_AGE, Stamp, is_purged, stale_from, stamp_names
from tests.support.gateway.miniature import START, stored_response

WHOLE = Resource("whole-key", "whole", "acme")
PART = Resource("part-key", "part")
PART_NAMES = stamp_names(PART, ("a",))
NAMES = (*stamp_names(WHOLE, ("w",)), *PART_NAMES, "route:other")
AT = START + 100

part = replace(stored_response(at=START + 10, delay=5), tags=("a",))
whole = replace(stored_response(at=START + 50, delay=5), tags=("w",), dependencies=dependencies_on(part, PART))
times = st.sampled_from([0.0, *(START + seconds for seconds in (4, 5, 6, 44, 45, 46, 60))])


def test_a_part_is_kept_with_its_names_and_times() -> None:
    (kept,) = whole.dependencies
    assert (kept.names, kept.began, kept.confirmed) == (PART_NAMES, START + 5, START + 5)
    assert (kept.route, kept.target, kept.tags, kept.has_tenant) == (part.route, part.target, ("a",), False)


def test_the_parts_of_a_part_are_dependencies_too() -> None:
    own, *of_parts = dependencies_on(whole, WHOLE)
    assert (own.names, own.began, own.confirmed) == (stamp_names(WHOLE, ("w",)), START + 45, START + 45)
    assert own.has_tenant
    assert tuple(of_parts) == whole.dependencies


def test_a_confirmed_part_keeps_the_time_of_its_content() -> None:
    (kept,) = dependencies_on(replace(part, request_time=START + 30), PART)
    assert (kept.began, kept.confirmed) == (START + 5, START + 30)


def test_the_names_are_those_of_the_whole_and_of_its_parts_once() -> None:
    assert all_stamp_names(WHOLE, None) == stamp_names(WHOLE)
    assert all_stamp_names(PART, part) == PART_NAMES
    names = all_stamp_names(WHOLE, whole)
    assert names[: len(stamp_names(WHOLE))] == stamp_names(WHOLE)
    assert len(names) == len({*names})
    assert {*names} == {*NAMES} - {"route:other"}


@pytest.mark.parametrize("name", PART_NAMES)
def test_a_purge_between_the_fetch_of_a_part_and_the_whole_purges_the_whole(name: str) -> None:
    between = START + 20  # before the whole began
    assert is_response_purged(whole, WHOLE, {name: Stamp(hard=between)}, AT)
    assert response_stale_from(whole, WHOLE, {name: Stamp(soft=between)}) == between
    assert not is_response_purged(whole, WHOLE, {name: Stamp(hard=START + 4)}, AT)
    assert response_stale_from(whole, WHOLE, {name: Stamp(soft=START + 4)}) == inf


@pytest.mark.parametrize("name", stamp_names(WHOLE, ("w",))[:1] + stamp_names(WHOLE, ("w",))[2:])
def test_a_purge_of_the_whole_counts_by_the_times_of_the_whole(name: str) -> None:
    assert not is_response_purged(whole, WHOLE, {name: Stamp(hard=START + 20)}, AT)
    assert is_response_purged(whole, WHOLE, {name: Stamp(hard=START + 60)}, AT)
    assert response_stale_from(whole, WHOLE, {name: Stamp(soft=START + 20)}) == inf
    assert response_stale_from(whole, WHOLE, {name: Stamp(soft=START + 60)}) == START + 60


def test_a_stamp_that_the_part_has_applied_does_not_purge_the_whole() -> None:
    applied = replace(part, applied_stamps=(("tag:a", START + 20, START + 20),))
    made = replace(whole, dependencies=dependencies_on(applied, PART))
    assert not is_response_purged(made, WHOLE, {"tag:a": Stamp(hard=START + 20)}, AT)
    assert is_response_purged(made, WHOLE, {"tag:a": Stamp(hard=START + 21)}, AT)
    assert response_stale_from(made, WHOLE, {"tag:a": Stamp(soft=START + 20)}) == inf
    assert response_stale_from(made, WHOLE, {"tag:a": Stamp(soft=START + 21)}) == START + 21


def test_the_tag_of_another_tenant_s_part_is_not_the_whole_s() -> None:
    assert not is_response_purged(whole, WHOLE, {"tag:w": Stamp(hard=START + 60)}, AT)  # the whole belongs to acme


def test_a_whole_with_a_part_that_is_too_old_counts_as_purged() -> None:
    assert is_response_purged(whole, WHOLE, {}, START + 6 + MAX_CONTENT_AGE)
    assert not is_response_purged(replace(whole, dependencies=()), WHOLE, {}, START + 6 + MAX_CONTENT_AGE)


@given(st.dictionaries(st.sampled_from(NAMES), st.builds(Stamp, times, times)))
def test_a_whole_is_purged_exactly_if_it_or_a_part_is(stamps: dict[str, Stamp]) -> None:
    of_whole = {name: stamp for name, stamp in stamps.items() if name in stamp_names(WHOLE, ("w",))}
    of_part = {name: stamp for name, stamp in stamps.items() if name in PART_NAMES}
    expected = is_purged(whole, of_whole, AT) or is_purged(part, of_part, AT)
    assert is_response_purged(whole, WHOLE, stamps, AT) == expected
    assert response_stale_from(whole, WHOLE, stamps) == min(stale_from(whole, of_whole), stale_from(part, of_part))
