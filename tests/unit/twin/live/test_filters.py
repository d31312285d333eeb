"""The filters of `brine tail`: all must hold, one value of each is enough, and "!" excludes."""

from __future__ import annotations

from typing import Any

import pytest

from brine.service.http_cache.answer import Result
from brine_cli.live.client.filters import RESULTS, RecordFilter, result_of, seconds_of, status_range
from tests.unit.twin.live.making import miss, record

ORDER = miss(target="/orders/7?x=1", method="POST", status=404, seconds=0.3, origin_seconds=0.2, bytes=2_000)


@pytest.mark.parametrize(
    ("filters", "is_wanted"),
    [
        ({}, True),
        ({"routes": ["api"]}, True),
        ({"routes": ["a*"]}, True),
        ({"routes": ["other"]}, False),
        ({"routes": ["other", "api"]}, True),
        ({"results": ["hit", "stale"]}, False),
        ({"results": ["!hit"]}, True),
        ({"results": ["!miss"]}, False),
        ({"results": ["miss", "!miss"]}, False),
        ({"methods": ["post"]}, True),
        ({"methods": ["GET"]}, False),
        ({"methods": ["!post"]}, False),
        ({"paths": ["/orders/*"]}, True),
        ({"paths": ["/orders"]}, False),
        ({"paths": ["/orders/?"]}, True),
        ({"paths": ["!/orders/*"]}, False),
        ({"functions": ["Gateway*"]}, True),
        ({"reasons": ["uri-*"]}, True),
        ({"reasons": ["request:*"]}, False),
        ({"statuses": ["4xx"]}, True),
        ({"statuses": ["404"]}, True),
        ({"statuses": ["500-599", "400-403"]}, False),
        ({"statuses": ["!4xx"]}, False),
        ({"statuses": ["!5xx"]}, True),
        ({"slower_than": 0.2}, True),
        ({"slower_than": 0.3}, False),
        ({"origin_slower_than": 0.1}, True),
        ({"origin_slower_than": 0.2}, False),
        ({"larger_than": 1_999}, True),
        ({"larger_than": 2_000}, False),
        ({"with_problems": True}, False),
        ({"routes": ["api"], "methods": ["GET"]}, False),
    ],
)
def test_a_filter(filters: dict[str, Any], *, is_wanted: bool) -> None:
    assert RecordFilter(**filters).wants(ORDER) is is_wanted


def test_the_results_are_those_of_the_gateway() -> None:
    assert Result.__value__.__args__ == RESULTS
    assert [result_of(f"!{name}") for name in RESULTS] == [f"!{name}" for name in RESULTS]


@pytest.mark.parametrize(
    "members", [{"problem": "origin-timeout"}, {"faults": ("table-throttled",)}, {"notes": ("a",)}, {"status": 500}]
)
def test_problems(members: dict[str, Any]) -> None:
    assert RecordFilter(with_problems=True).wants(record(**members))


def test_a_hit_has_no_origin_to_be_slow_and_a_plain_function_no_route() -> None:
    assert not RecordFilter(origin_slower_than=0.0).wants(record())
    assert not RecordFilter(routes=["api"]).wants(record(route=None))
    assert RecordFilter(routes=["!api"]).wants(record(route=None))


@pytest.mark.parametrize(("text", "seconds"), [("200ms", 0.2), ("1.5s", 1.5), ("2", 2.0), ("3m", 180.0)])
def test_durations(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (seconds_of, "fast", "'fast' is no duration. Write 200ms, 1.5s or 2m"),
        (seconds_of, "-1s", "'-1s' is no duration"),
        (status_range, "7xx", "'7xx' is no status. Write 404, 4xx or 500-503"),
        (status_range, "40", "'40' is no status"),
        (result_of, "!mis", "'mis' is no result. Did you mean miss\\? The results are hit, stale, "),
        (result_of, "xyz", "'xyz' is no result. The results are hit, stale, "),
    ],
)
def test_other_texts_are_refused_with_their_form(read: Any, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        read(text)
