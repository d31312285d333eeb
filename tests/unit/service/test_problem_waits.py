from __future__ import annotations

import pytest

from brine.service import problems


@pytest.mark.parametrize(
    ("seconds", "told"), [(-1.0, "1"), (0.0, "1"), (0.2, "1"), (1.0, "1"), (1.2, "2"), (59.1, "60")]
)
def test_a_client_waits_for_a_whole_second_at_least(seconds: float, told: str) -> None:
    response = problems.problem_response(problems.ORIGIN_BUDGET_SPENT, retry_after=seconds)
    assert response.fields.get("retry-after") == told
