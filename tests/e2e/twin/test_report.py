"""The report function, deployed: a whole from two services, made once for all processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.twin import Twin
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parents[3] / "samples/template.yaml"
REPORT = {"coffee": 94.8, "tea": 130.0}
"""What the queries in functions/report/app.py come to."""


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(template=TEMPLATE) as running:
        yield running


def ask(twin: Twin, method: bytes = b"GET", path: bytes = b"/report") -> tuple[int, str, dict[str, Any]]:
    status, headers, body = split(converse(twin.url, request(method, path)))
    explained = next(line for line in headers if line.startswith(b"cache-status: "))
    return int(status.split()[1]), explained.decode().removeprefix("cache-status: brine; "), json.loads(body)


def test_a_report_is_made_once_and_then_a_hit_also_after_a_cold_start(twin: Twin) -> None:
    assert ask(twin) == (200, "fwd=uri-miss; fwd-status=200; stored; ttl=60", REPORT)
    for _ in range(2):
        status, explained, report = ask(twin)
        assert (status, explained.startswith("hit; ttl="), report) == (200, True, REPORT)
        twin.restart_functions()


def test_the_app_says_which_methods_the_path_has(twin: Twin) -> None:
    status, headers, _ = split(converse(twin.url, request(b"DELETE", b"/report")))
    assert status.split()[1] == b"405"
    assert b"allow: GET, HEAD" in headers


def test_other_paths_are_still_the_gateway_s(twin: Twin) -> None:
    assert ask(twin, path=b"/httpbin/get")[0] == 200
    status, explained, _ = ask(twin, path=b"/prices")  # the services of the report have no path of their own
    assert (status, explained) == (404, "detail=route-unknown")
