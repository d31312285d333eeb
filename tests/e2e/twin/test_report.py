"""The sample of the results cache, deployed: a report from two services, kept among processes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.twin import Twin
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parents[3] / "samples/template.yaml"


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(template=TEMPLATE) as running:
        yield running


def ask(twin: Twin) -> tuple[int, str, dict[str, Any]]:
    status, headers, body = split(converse(twin.url, request(b"GET", b"/report")))
    explained = next(line for line in headers if line.startswith(b"cache-status: "))
    return int(status.split()[1]), explained.decode().removeprefix("cache-status: "), json.loads(body)


def test_a_report_is_made_once_and_then_a_hit_also_after_a_cold_start(twin: Twin) -> None:
    status, explained, report = ask(twin)
    assert (status, explained) == (200, "report; fwd=miss")
    assert [line["product"] for line in report["lines"]] == ["cocoa", "coffee", "tea"]
    assert report["total"] == "245.30"
    assert sum(Decimal(line["price"]) * line["count"] for line in report["lines"]) == Decimal(report["total"])
    assert report["made_at"].endswith("+00:00")
    assert ask(twin) == (200, "report; hit", report)
    twin.restart_functions()
    assert ask(twin) == (200, "report; hit", report)


def test_other_paths_are_still_the_gateway_s(twin: Twin) -> None:
    status, _, _ = split(converse(twin.url, request(b"GET", b"/httpbin/get")))
    assert status.split()[1] == b"200"
