"""The time of each step of an answer, as far as the record of the twin tells it."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from brine_cli.fetching.exchange import Steps
from brine_cli.fetching.steps_view import steps_table

STEPS = Steps(lookup=0.001, connect=0.001, tls=None, wait=0.096, download=0.002)


def rows(record: dict[str, Any] | None, steps: Steps = STEPS, width: int = 80) -> list[str]:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(steps_table(steps, record))
    lines = console.export_text().splitlines()
    assert all(len(line) <= width for line in lines)
    return [" ".join(line.replace("█", "").split()) for line in lines]


def test_without_a_record_only_the_client_s_steps_are_known() -> None:
    assert rows(None) == ["connect 2.0 ms", "first byte 96.0 ms", "download 2.0 ms", "total 100 ms"]
    of_function = {"gateway_seconds": None, "origin_seconds": None}
    assert rows(of_function)[1] == "first byte 96.0 ms"


def test_a_miss_divides_the_wait_between_the_twin_the_gateway_and_the_origin() -> None:
    record: dict[str, Any] = {"gateway_seconds": 0.09, "origin_seconds": 0.06, "layer": None, "parts": []}
    assert rows(record) == [
        "connect 2.0 ms",
        "twin 6.0 ms",
        "gateway 30.0 ms with its stores",
        "origin 60.0 ms",
        "download 2.0 ms",
        "total 100 ms",
    ]


def test_a_hit_says_which_store_had_it() -> None:
    for layer, told in (("memory", "from its memory"), ("table", "from the table")):
        found = rows({"gateway_seconds": 0.09, "origin_seconds": None, "layer": layer, "parts": []})
        assert found[2:4] == [f"gateway 90.0 ms {told}", "download 2.0 ms"]


def test_the_parts_of_a_function_are_named_and_folded() -> None:
    parts = [{"route": f"part-{number}", "result": "miss", "seconds": 0.02} for number in range(9)]
    found = rows({"gateway_seconds": 0.09, "origin_seconds": 0.06, "layer": None, "parts": parts})
    assert found[3].startswith("function 60.0 ms part-0 miss 20.0 ms, part-1 miss")


def test_a_clock_that_differs_a_little_makes_no_step_negative() -> None:
    found = rows({"gateway_seconds": 0.2, "origin_seconds": 0.3, "layer": None, "parts": []})
    assert found[1:4] == ["twin 0.0 ms", "gateway 0.0 ms with its stores", "origin 96.0 ms"]


def test_over_tls_the_handshake_has_a_row() -> None:
    steps = Steps(lookup=0.0, connect=0.0, tls=0.05, wait=0.05, download=0.0)
    assert rows(None, steps)[1] == "tls 50.0 ms"
