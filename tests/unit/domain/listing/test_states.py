"""The states of entries agree with the windows by which the gateway answers."""

from __future__ import annotations

from math import ceil

import pytest

from brine.domain.caching.stored import StoredResponse
from brine.domain.caching.storing import evict_at
from brine.domain.http.fields import Fields
from brine.domain.listing.states import policy_in_code, response_state, result_state
from brine.domain.results.stored import StoredResult
from brine.domain.routing.policy import Policy

NOW = 1_800_000_000.0


def stored(cache_control: str, **fields: str) -> StoredResponse:
    lines = [("cache-control", cache_control), *fields.items()]
    return StoredResponse(
        method="GET",
        target="/",
        route="r",
        status=200,
        fields=Fields(lines),
        body=b"",
        request_time=NOW - 0.5,
        response_time=NOW,
        fetch_started=NOW - 0.5,
    )


@pytest.mark.parametrize("fields", [{}, {"etag": '"1"'}], ids=["plain", "with a validator"])
@pytest.mark.parametrize("grace", [0.0, 30.0, 600.0])
def test_the_grace_of_a_route_in_code_is_that_of_its_policy(grace: float, fields: dict[str, str]) -> None:
    policy = Policy(grace=grace, refreshes_in_grace=True)
    one = stored("max-age=60", **fields)
    derived = policy_in_code(one, evict_at(one, policy))
    assert ceil(derived.grace) == pytest.approx(grace, abs=1)
    for seconds in (0, 59, 61, 75, 95, 400, 700):
        assert response_state(one, derived, NOW + seconds)[0] == response_state(one, policy, NOW + seconds)[0]


def test_a_soft_purge_ends_the_freshness_and_begins_the_grace() -> None:
    policy = Policy(grace=100)
    assert response_state(stored("max-age=60"), policy, NOW + 10, stale_from=NOW + 5)[0] == "grace"
    assert response_state(stored("max-age=60"), policy, NOW + 106, stale_from=NOW + 5)[0] == "keep"


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "fresh"), (59.9, "fresh"), (60, "grace"), (89, "grace"), (90, "keep")]
)
def test_results_have_the_same_states(seconds: float, state: str) -> None:
    result = StoredResult(value=1, began=NOW, fresh_until=NOW + 60, grace_until=NOW + 90)
    assert result_state(result, NOW + seconds)[0] == state


def test_a_softly_purged_result_is_in_its_grace() -> None:
    result = StoredResult(value=1, began=NOW, fresh_until=NOW + 60, grace_until=NOW + 90)
    assert result_state(result, NOW + 10, stale_from=NOW + 5) == ("grace", -5)
