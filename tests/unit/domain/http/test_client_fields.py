"""The fields about caching in an answer to a client: private, or limited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.cache_control import parse_directives
from brine.domain.http.client_fields import limited_to, made_private, without_targeted
from brine.domain.http.dates import format_http_date
from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_800_000_000.0
VALUES = (
    *("", "max-age=60", "public, max-age=60, s-maxage=600", "no-store", "no-cache", 'private="x", max-age=9', "x"),
    *("max-age=60, immutable, stale-while-revalidate=600", "max-age=60, must-revalidate", 'max-age=60, x="no-store'),
    *("s-maxage=60", "MAX-AGE = 60", "max-age=60, max-age=5", "no-store, must-understand, max-age=60"),
)


def fields_of(value: str | None, *more: tuple[str, str]) -> Fields:
    return Fields([*([] if value is None else [("cache-control", value)]), *more])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "private"),
        ("", "private"),
        ("max-age=60", "private, max-age=60"),
        ("public, max-age=60, S-MaxAge=600, proxy-revalidate", "private, max-age=60"),
        ('private="x-user", max-age=9', "private, max-age=9"),
        ("no-cache", "private, no-cache"),
        ("no-store", "no-store"),
        ("no-store, must-understand, public", "private, no-store, must-understand"),
        ('max-age=60, x="no-store', "no-store"),
    ],
)
def test_a_private_answer_keeps_the_directives_for_the_cache_of_the_client(before: str | None, after: str) -> None:
    assert made_private(fields_of(before, ("x", "1"))).get("cache-control") == after


def test_a_private_answer_has_no_field_for_shared_caches() -> None:
    fields = fields_of("max-age=5", ("CDN-Cache-Control", "max-age=9"), ("Surrogate-Control", "max-age=9"))
    assert made_private(fields) == Fields([("cache-control", "private, max-age=5")])


@pytest.mark.parametrize(
    ("before", "seconds", "after"),
    [
        ("public, max-age=60", 10, "public, max-age=10"),
        ("max-age=5", 10, "max-age=5"),
        ("max-age=60, s-maxage=600", 10, "max-age=10, s-maxage=10"),
        ("max-age=60, immutable, stale-while-revalidate=600, stale-if-error=9", 10, "max-age=10"),
        ("private, max-age=60", 0, "private, no-cache"),
        ('no-cache="x", max-age=60', 0.5, "no-cache"),
        (None, 0, "no-cache"),
        (None, 10, None),
        ("no-store", 0, "no-store"),
        ("max-age=soon", 10, "max-age=0"),
        ('max-age=60, x="no-store', 10, "no-store"),
    ],
)
def test_an_answer_with_a_limit(before: str | None, seconds: float, after: str | None) -> None:
    assert limited_to(fields_of(before), seconds, NOW).get("cache-control") == after


def test_the_limit_counts_from_now_and_a_lifetime_from_the_beginning_of_the_age() -> None:
    for age, expected in (("0", "max-age=10"), ("30", "max-age=40"), ("55", "max-age=60"), ("x", "max-age=10")):
        assert limited_to(fields_of("max-age=60", ("age", age)), 10, NOW).get("cache-control") == expected


def test_expires_is_limited_too() -> None:
    for more, expected in (([], 10), ([("date", format_http_date(NOW - 3))], 10)):
        for seconds in (3600, 5):
            fields = limited_to(fields_of(None, ("expires", format_http_date(NOW + seconds)), *more), 10, NOW)
            assert fields.get("cache-control") == f"max-age={min(expected, seconds + 3 * len(more))}"
            assert "expires" not in fields


@given(st.sampled_from(VALUES), st.sampled_from((0, 1, 30)), st.sampled_from((None, "7", "70")))
def test_no_change_permits_what_was_forbidden(value: str, seconds: int, age: str | None) -> None:
    before = fields_of(value, *([] if age is None else [("age", age)]))
    said = parse_directives(value)
    changes: tuple[Callable[[Fields], Fields], ...] = (made_private, lambda fields: limited_to(fields, seconds, NOW))
    for change in changes:
        after = parse_directives(change(before).get("cache-control", ""))
        if after.restricts("no-store") and not said.restricts("must-understand"):
            continue
        assert said.restricts("no-store") <= after.restricts("no-store")
        assert said.restricts("must-revalidate") <= after.restricts("must-revalidate")
        assert said.restricts_all("no-cache") <= after.restricts_all("no-cache")
        assert (after.seconds("max-age") or 0) <= (said.seconds("max-age") or said.seconds("s-maxage") or 0)
    limited = parse_directives(limited_to(before, seconds, NOW).get("cache-control", ""))
    assert (limited.seconds("max-age") or 0) <= seconds + int(age or 0)
    assert (limited.seconds("s-maxage") or 0) <= seconds + int(age or 0)


def test_cache_control_is_no_targeted_field() -> None:
    assert without_targeted(fields_of("max-age=5")) == fields_of("max-age=5")
