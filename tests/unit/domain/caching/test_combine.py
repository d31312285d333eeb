"""The limits that parts set for the whole, and the directives for caches that follow from them."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.caching.cache_key import Resource
from brine.domain.caching.combine import FAILED, PartLimits, combine, limited_fields, part_limits
from brine.domain.http.cache_control import parse_directives, parse_response_directives
from brine.domain.http.dates import format_http_date
from brine.domain.http.fields import Fields
from brine.domain.purging.dependencies import MAX_DEPENDENCY_NAMES
from brine.domain.purging.dependency import Dependency
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, request, response, stored_response

if TYPE_CHECKING:
    from brine.domain.caching.combine import WholeLimits

RESOURCE = Resource(tenant="", route="r", key="k", max_variants=4)
DIRECTIVES = (
    *(None, "max-age=60", "max-age=5, s-maxage=600", "no-cache", "no-store", "private, max-age=9", 'private="x-user"'),
    *(
        "public, max-age=90, immutable",
        "must-revalidate, max-age=60",
        "max-age=60, no-transform",
        "max-age=x",
        "s-maxage",
    ),
    *(
        "max-age=9, stale-while-revalidate=30, stale-if-error=40",
        "proxy-revalidate",
        'no-cache="x-user", max-age=8',
        "",
    ),
)


def part(fresh_for: float = 60, *names: str) -> PartLimits:
    """A part that is fresh for so many seconds from START."""
    dependency = Dependency(names or ("key:a",), START, START)
    return PartLimits(fresh_until=START + fresh_for, dependencies=(dependency,))


def limits_of(
    cache_control: str, *, at: float = 0, policy: Policy | None = None, stale_from: float = inf
) -> PartLimits:
    """The limits of a part that was stored at START, with this Cache-Control, so many seconds later."""
    stored = replace(stored_response(("Cache-Control", cache_control)), stale_from=stale_from)
    return part_limits(stored, stored.response, RESOURCE, policy or Policy(), request(), now=START + at)


def fields_of(cache_control: str | None, whole: WholeLimits, *more: tuple[str, str]) -> Fields:
    own = [] if cache_control is None else [("cache-control", cache_control)]
    return limited_fields(Fields([*own, *more]), whole)


def test_the_whole_is_fresh_as_long_as_the_first_part_that_becomes_stale() -> None:
    assert combine([part(60), part(20), part(40)], 50, START).lifetime == 20
    assert combine([part(60)], 50, START).lifetime == 50
    assert combine([part(60)], None, START).lifetime == 60
    assert combine([], 50, START).lifetime == 50
    assert combine([], None, START).lifetime is None


def test_the_lifetime_counts_from_before_the_first_part_was_fetched() -> None:
    assert combine([part(60)], None, START - 7).lifetime == 67  # the age of the whole is then 7 already


def test_the_whole_is_private_if_a_part_is() -> None:
    assert combine([part(), replace(part(), is_private=True)], 60, START).is_private
    assert not combine([part(), part()], 60, START).is_private


def test_the_whole_is_not_stored_if_a_part_failed() -> None:
    assert not combine([part(), FAILED], 60, START).is_storable
    assert fields_of(None, combine([part(), FAILED], 60, START)).get("cache-control") == "no-store"


def test_a_private_part_that_is_not_stored_makes_the_whole_private() -> None:
    private = part_limits(
        None, response(("Cache-Control", "private, max-age=60")), RESOURCE, Policy(), request(), now=1.0
    )
    whole = combine([part(), private], 60, START)
    assert fields_of(None, whole).get("cache-control") == "private, max-age=0"


def test_the_whole_depends_on_each_part_once() -> None:
    assert [
        one.names for one in combine([part(1, "key:a"), part(1, "key:b"), part(1, "key:a")], 60, START).dependencies
    ] == [
        ("key:a",),
        ("key:b",),
    ]


def test_a_whole_with_too_many_stamps_is_not_stored() -> None:
    most = [part(60, f"key:{number}", "everything") for number in range(MAX_DEPENDENCY_NAMES - 1)]
    assert combine(most, 60, START).is_storable
    assert not combine([*most, part(60, "key:more")], 60, START).is_storable


def test_a_part_is_fresh_for_the_rest_of_its_lifetime() -> None:
    assert limits_of("max-age=60").fresh_until == START + 60
    assert limits_of("max-age=60", at=25).fresh_until == START + 60
    assert limits_of("max-age=60", at=90).fresh_until == START + 60
    assert limits_of("public", policy=Policy(freshness_lifetime=30), at=9).fresh_until == START + 30


def test_a_soft_purge_ends_the_freshness_of_a_part() -> None:
    assert limits_of("max-age=60", at=25, stale_from=START + 10).fresh_until <= START + 10
    assert limits_of("max-age=60", at=25, stale_from=START + 40).fresh_until <= START + 25  # a clock ahead of ours


@pytest.mark.parametrize(
    ("directives", "must_revalidate"),
    [
        ("max-age=60", False),
        ("max-age=60, stale-while-revalidate=9", False),
        ("max-age=60, must-revalidate", True),
        ("max-age=60, proxy-revalidate", True),
        ("s-maxage=60", True),
        ("no-cache", True),
    ],
)
def test_a_whole_is_never_stale_if_a_part_may_not_be(directives: str, must_revalidate: bool) -> None:
    assert limits_of(directives).must_revalidate is must_revalidate


def test_a_part_that_needs_validation_is_not_fresh_for_the_whole() -> None:
    assert limits_of("no-cache, max-age=60", at=3).fresh_until == START + 3


def test_a_part_that_is_not_stored_has_no_dependencies_and_no_freshness() -> None:
    limits = part_limits(None, response(("Cache-Control", "no-store")), RESOURCE, Policy(), request(), now=START)
    assert limits == PartLimits(fresh_until=-inf, is_storable=False)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, "max-age=20"),
        ("max-age=60", "max-age=20"),
        ("max-age=5", "max-age=5"),
        ("max-age=0, s-maxage=600", "max-age=0, s-maxage=20"),
        ("no-cache", "no-cache, max-age=20"),
        ("no-store", "no-store, max-age=20"),
        ("private", "private, max-age=20"),
        ("private, max-age=600", "private, max-age=20"),
        ("public, max-age=60, immutable", "public, max-age=20"),
        ("public, max-age=20, immutable", "public, max-age=20, immutable"),
        ("public, s-maxage=600, immutable", "public, max-age=20, s-maxage=20"),
        ("s-maxage=5", "max-age=20, s-maxage=5"),
        ("private, s-maxage=600", "private, max-age=20"),
        ("max-age=60, must-revalidate", "must-revalidate, max-age=20"),
        ("no-transform", "no-transform, max-age=20"),
        ("max-age=60, stale-while-revalidate=30", "max-age=20, stale-while-revalidate=30"),
        ('private="X-User"', 'private="x-user", max-age=20'),
        ("max-age=soon", "max-age=0"),
    ],
)
def test_the_parts_limit_what_the_function_says_itself(own: str | None, expected: str) -> None:
    assert fields_of(own, combine([part(20)], 100, START)).all("cache-control") == (expected,)


def test_no_field_lets_a_client_keep_a_whole_for_longer_than_its_parts() -> None:
    more = [
        ("Expires", "Fri, 01 Jan 2100 00:00:00 GMT"),
        ("Pragma", "no-cache"),
        ("Surrogate-Control", "max-age=900"),
        ("Vercel-CDN-Cache-Control", "max-age=900"),
    ]
    private = replace(part(-inf), is_private=True, is_storable=False)
    for used, expected in (
        ([part(20)], "public, max-age=20, s-maxage=20"),
        ([private], "private, max-age=0"),
        ([FAILED], "no-store"),
    ):
        fields = fields_of("public, s-maxage=9999, immutable", combine(used, 9999, START), *more)
        assert fields == Fields([("cache-control", expected)])


@pytest.mark.parametrize(("seconds", "expected"), [(5, 5), (0, 0), (-9, 0), (90, 20)])
def test_expires_of_the_function_limits_what_clients_keep_although_s_maxage_is_longer(
    seconds: int, expected: int
) -> None:
    expires = ("Expires", format_http_date(START + seconds))
    fields = fields_of("s-maxage=600", combine([part(20)], 600, START), expires)
    assert fields == Fields([("cache-control", f"max-age={expected}, s-maxage=20")])


def test_an_expires_that_is_no_date_is_in_the_past() -> None:
    fields = fields_of("s-maxage=600", combine([part(20)], 600, START), ("Expires", "0"))
    assert fields == Fields([("cache-control", "max-age=0, s-maxage=20")])


def test_without_parts_and_lifetimes_the_fields_stay_as_they_are() -> None:
    whole = combine([], None, START)
    assert fields_of(None, whole, ("x", "1")) == Fields([("x", "1")])
    assert fields_of("no-cache", whole).get("cache-control") == "no-cache"


def test_a_field_for_this_cache_alone_is_limited_too() -> None:
    fields = fields_of("max-age=5", combine([part(20)], 100, START), ("CDN-Cache-Control", "max-age=600"))
    assert dict(fields) == {"cache-control": "max-age=5", "cdn-cache-control": "max-age=20"}
    failed = fields_of("max-age=5", combine([FAILED], 100, START), ("CDN-Cache-Control", "max-age=600"))
    assert failed == Fields([("cache-control", "no-store")])


@given(
    st.sampled_from(DIRECTIVES),
    st.sampled_from((None, "max-age=600", "no-store", "max-age=3, must-revalidate", "private", "max-age=")),
    st.lists(
        st.builds(
            PartLimits,
            fresh_until=st.sampled_from((-inf, START - 5, START, START + 0.5, START + 30)),
            is_storable=st.booleans(),
            is_private=st.booleans(),
            must_revalidate=st.booleans(),
        ),
        max_size=3,
    ),
    st.sampled_from((None, 0.0, 7.5, 100.0)),
    st.sampled_from((None, -5, 10, 5000)),
)
def test_no_directive_permits_more_than_the_parts_and_none_that_forbids_is_lost(
    own: str | None, targeted: str | None, parts: list[PartLimits], lifetime: float | None, expires: int | None
) -> None:
    lines = [("cdn-cache-control", targeted)] if targeted is not None else []
    lines += [("expires", format_http_date(START + expires))] if expires is not None else []
    before = Fields([*([] if own is None else [("cache-control", own)]), *lines])
    whole = combine(parts, lifetime, START)
    limited = limited_fields(before, whole)
    after, of_clients = parse_response_directives(limited), parse_directives(*limited.all("cache-control"))
    said = parse_response_directives(before)
    is_shared = not after.restricts_all("private") and not after.restricts("no-store")
    for one in parts:
        assert not is_shared or (one.is_storable and not one.is_private)
        assert not one.must_revalidate or after.restricts("must-revalidate") or not is_shared
        for name in ("max-age", "s-maxage"):
            assert (after.seconds(name) or 0) <= max(0.0, one.fresh_until - START)
        if one.fresh_until < inf and not of_clients.restricts("no-store"):
            assert 0 <= (of_clients.seconds("max-age") or 0) <= max(0.0, one.fresh_until - START)
            assert "expires" not in limited
            assert of_clients.permits("max-age")
    if after.restricts("no-store"):
        return
    assert {name for name in ("no-store", "must-revalidate", "no-transform") if said.restricts(name)} <= {
        name for name in ("no-store", "must-revalidate", "no-transform") if after.restricts(name)
    }
    assert said.restricts_all("no-cache") <= after.restricts_all("no-cache")
    assert said.restricts_all("private") <= after.restricts_all("private")
    assert said.limited_to <= after.limited_to
