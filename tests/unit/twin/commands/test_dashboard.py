"""The view of `brine top` fits its terminal, also with long names."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from brine_cli.commands.inspect.dashboard import dashboard, sparkline
from brine_cli.live.stats.live_stats import LiveStats
from tests.unit.twin.live.making import miss, record


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (100, None), (120, 50)])
def test_the_view_fits_the_terminal(size: tuple[int, int | None]) -> None:
    stats = LiveStats(0.0)
    for number in range(300):
        made = (miss if number % 2 else record)(f"/{number}/{'long/' * 40}", route=f"route-{number % 30}-{'x' * 40}")
        stats.add(made, 0.0)
    hosts = {("GatewayFunction", f"route-{number}-{'x' * 40}"): f"{'y' * 60}.test" for number in range(30)}
    figures = json.loads(json.dumps(stats.snapshot(1.0, hosts)))
    width, height = size
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(dashboard(figures, "http://127.0.0.1:3000", width, height))
    lines = console.export_text().splitlines()
    assert all(len(line) <= width for line in lines)
    assert height is None or len(lines) <= height
    assert any("HOT KEYS" in line for line in lines)
    assert not any("…" in line for line in lines if "p95" in line or "SLOW" in line)
    assert any(".test" in line for line in lines)


def test_errors_are_red_only_where_there_are_some() -> None:
    stats = LiveStats(0.0)
    stats.add(miss(status=503), 1.0)
    console = Console(width=100, file=io.StringIO(), record=True, color_system="256", force_terminal=True)
    console.print(dashboard(stats.snapshot(100.0), "http://127.0.0.1:3000", 100, None))
    now, _, ever = console.export_text(styles=True).splitlines()[2:5]
    assert "38;5;196m" not in now  # the last ten seconds
    assert "38;5;196m" in ever


def test_bars_show_the_highest_count_as_a_full_one() -> None:
    assert sparkline([9, 0, 1, 4, 8], 4) == " ▁▄█"
    assert sparkline([0, 0], 5) == "  "
