from __future__ import annotations

import pytest

from brine_cli.desk.amounts import duration_text, size_text, time_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.9, "59s"), (60, "1m"), (200, "3m 20s"), (3_600, "1h"), (90_061, "1d 1h"), (-75, "-1m 15s")],
)
def test_durations_have_their_two_largest_units(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        *((0, "0 B"), (999, "999 B"), (1_000, "1.0 KB"), (9_949, "9.9 KB"), (9_950, "10 KB"), (999_499, "999 KB")),
        *((999_500, "1.0 MB"), (25_000_000, "25 MB"), (5_000_000_000_000, "5000 GB")),
    ],
)
def test_sizes_have_two_digits_at_least(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0004, "0.4 ms"), (0.0994, "99.4 ms"), (0.1, "100 ms"), (0.9996, "1.00 s"), (12.345, "12.35 s")],
)
def test_short_times_have_three_digits(seconds: float, text: str) -> None:
    assert time_text(seconds) == text
