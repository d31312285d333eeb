"""Durations as settings and decorators take them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from brine.domain.durations import duration_seconds, named_duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (0, 0.0),
        (1.5, 1.5),
        ("250ms", 0.25),
        ("60s", 60.0),
        ("5m", 300.0),
        ("1.5h", 5400.0),
        ("2d", 172_800.0),
        (timedelta(minutes=2), 120.0),
    ],
)
def test_a_duration_is_seconds_a_text_with_a_unit_or_a_timedelta(written: object, seconds: float) -> None:
    assert duration_seconds(written) == seconds


@pytest.mark.parametrize("written", ["5 min", "5", "-1s", -1, True, None, 1e10, float("nan"), timedelta(seconds=-1)])
def test_any_other_value_is_refused_with_the_forms_to_write(written: object) -> None:
    with pytest.raises(ValueError, match=r'not a duration\. Write "5m"'):
        duration_seconds(written)


def test_a_wrong_duration_in_code_is_named_by_its_parameter_and_value() -> None:
    assert named_duration("grace", "5m") == 300.0
    with pytest.raises(ValueError, match=r"^grace='5 min': not a duration\. Write"):
        named_duration("grace", "5 min")
