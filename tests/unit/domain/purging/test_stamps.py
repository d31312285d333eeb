"""The effect of a stamp on a response, by times alone."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from brine.domain.caching.cache_key import Resource, cache_key
from brine.domain.caching.freshness import freshness
from brine.domain.purging.stamps import (
    EVERYTHING,
    MAX_CONTENT_AGE,
    STEP,
    Stamp,
    all_tenants_stamp,
    applied_stamps,
    is_purged,
    result_stamp_names,
    route_stamp,
    stale_from,
    stamp_names,
)
from brine.domain.purging.tags import MAX_TAG_LENGTH
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.policy import Policy
from brine.domain.routing.route import Route
from tests.support.gateway.miniature import START, stored_response

ROUTE = Route(name="api", prefix="/", origin=OriginAddress(scheme="https", host="origin.test", port=443))
STORED = replace(stored_response(("Cache-Control", "max-age=60"), at=START + 10, delay=10), tags=("a", "b"))


def test_names_tell_kinds_apart() -> None:
    names = stamp_names(Resource("x", "x"), ("x", "route:x", "everything"))
    assert len(set(names)) == len(names) == 6
    assert stamp_names(Resource("x", "x")) == names[:3]


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.tuples(TEXT, TEXT), st.tuples(TEXT, TEXT), st.sets(TEXT), st.sets(TEXT))
def test_two_tenants_share_no_stamps_but_those_for_all_of_them(
    one: tuple[str, str], other: tuple[str, str], tags: set[str], other_tags: set[str]
) -> None:
    assume(one[0] != other[0])
    names, other_names = (
        stamp_names(Resource(cache_key(tenant=tenant, route=ROUTE, method="GET", target=target), "api", tenant), tags)
        for (tenant, target), tags in ((one, tuple(tags)), (other, tuple(other_tags)))
    )
    of_all = {EVERYTHING, route_stamp("api")}
    if "" not in (one[0], other[0]):
        of_all |= {all_tenants_stamp(tag) for tag in tags & other_tags}
    assert set(names) & set(other_names) == of_all


def test_a_stamp_fits_into_a_key_of_dynamodb_whatever_tenant_and_tag_are() -> None:
    tag, tenant = "\u00ff" * (MAX_TAG_LENGTH // 2), "\U0001f600" * 4_000
    assert max(len(f"t#{name}".encode()) for name in stamp_names(Resource("k" * 64, "api", tenant), (tag,))) <= 2_048


@pytest.mark.parametrize(("hard", "dead"), [(0.0, False), (START - 0.1, False), (START, True), (START + 99, True)])
def test_a_hard_stamp_at_or_after_the_beginning_of_the_fetch_ends_a_response(hard: float, dead: bool) -> None:
    assert is_purged(STORED, {"tag:a": Stamp(), "tag:b": Stamp(hard=hard)}, START + 20) is dead
    assert stale_from(STORED, {"tag:b": Stamp(hard=hard)}) == inf


@pytest.mark.parametrize(
    ("soft", "since"),
    [(0.0, inf), (START - 0.1, inf), (START, START), (START + 9, START + 9), (START + 99, START + 99)],
)
def test_a_soft_stamp_makes_it_stale_from_then_on(soft: float, since: float) -> None:
    assert stale_from(STORED, {"tag:a": Stamp(soft=soft)}) == since
    assert not is_purged(STORED, {"tag:a": Stamp(soft=soft)}, START + 20)


def test_a_validation_ends_what_a_soft_stamp_did_but_not_what_a_hard_one_did() -> None:
    freshened = replace(STORED, request_time=START + 50, response_time=START + 51)
    stamps = {"everything": Stamp(hard=START + 40, soft=START + 40)}
    assert stale_from(freshened, stamps) == inf
    assert is_purged(freshened, stamps, START + 52)


def test_a_stamp_that_was_known_before_the_fetch_does_nothing_whatever_its_time() -> None:
    known = {"everything": Stamp(START + 3, START + 4), "tag:a": Stamp(START - 1, START - 1), "tag:b": Stamp()}
    stored = replace(STORED, applied_stamps=applied_stamps(STORED, known))
    assert stored.applied_stamps == (("everything", START + 3, START + 4),)
    assert not is_purged(stored, known, START + 20)
    assert stale_from(stored, known) == inf
    assert is_purged(stored, {"everything": Stamp(hard=START + 3.001)}, START + 20)
    assert stale_from(stored, {"everything": Stamp(soft=START + 4.001)}) == START + 4.001
    assert is_purged(stored, {"tag:a": Stamp(hard=START + 3)}, START + 20), "another stamp of the same time"


def test_a_stamp_that_is_stamped_again_is_later_than_before() -> None:
    stamp = Stamp(START, START)
    assert stamp.stamped(START + 5) == Stamp(START + 5, START)
    assert stamp.stamped(START + 5, soft=True) == Stamp(START, START + 5)
    for at in (START, START - 5):
        assert stamp.stamped(at) == Stamp(START + STEP, START)
        assert stamp.stamped(at, soft=True) == Stamp(START, START + STEP)


def test_a_result_has_the_stamps_that_a_response_has_but_for_the_route_and_its_own() -> None:
    for tenant in ("", "acme"):
        names = stamp_names(Resource("x", "api", tenant), ("a", "b"))
        of_result = result_stamp_names("tests#y", tenant, ("a", "b"))
        assert set(names) - set(of_result) == {"route:api", "key:x"}
        assert set(of_result) - set(names) == {"result:tests#y"}


def test_a_body_is_used_for_a_year_and_a_day() -> None:
    assert not is_purged(STORED, {}, START + MAX_CONTENT_AGE)
    assert is_purged(STORED, {}, START + MAX_CONTENT_AGE + 1)


def test_stamps_never_go_back() -> None:
    assert Stamp(2, 3).merged(Stamp(1, 4)) == Stamp(2, 4)


@pytest.mark.parametrize(
    ("since", "now", "overdue"),
    [
        (inf, START + 40, -30),
        (START + 20, START + 40, 20),
        (START + 45, START + 40, 0),  # stamped by a clock that is ahead
        (START + 300, START + 400, 330),  # stale long before
    ],
)
def test_freshness_ends_with_the_soft_purge_if_it_has_not_before(since: float, now: float, overdue: float) -> None:
    stored = replace(stored_response(("Cache-Control", "max-age=60"), at=START + 10), stale_from=since)
    assert freshness(stored, Policy(), now).staleness == overdue
