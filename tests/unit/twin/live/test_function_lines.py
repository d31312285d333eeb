"""Log lines of functions are shortened for a person, and unknown lines are not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.live.text.function_lines import readable
from brine_cli.twin import Twin
from tests.unit.twin.conftest import TEMPLATE
from tests.unit.twin.wire import converse, request

if TYPE_CHECKING:
    from collections.abc import Callable

REFRESHED = (
    '{"level":"INFO","message":"done","service":"s","request_id":"1","message_id":"2","route":"api",'
    '"outcome":"failed","origin_milliseconds":12.4,"cause":"refused","faults":["queue-unavailable"]}'
)
BOTH = (
    '{"level":"INFO","message":"answered","service":"s","route":"r","ms":1,"Hit":1,"Latency":0.25,"_aws":'
    '{"Timestamp":1,"CloudWatchMetrics":[{"Metrics":[{"Name":"Hit"},{"Name":"Latency"}]}]}}'
)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            '{"level":"INFO","location":"observe:81","message":"hello","timestamp":"t","service":"s","route":"r","ms":0.41426,"xray_trace_id":"1-2"}',
            "INFO     hello  route=r ms=0.4143",
        ),
        (
            '{"level":"ERROR","message":"failed","exception":"Traceback\\nValueError"}',
            "ERROR    failed\nTraceback\nValueError",
        ),
        (REFRESHED, "refresh  api: failed, origin 12ms, cause refused, faults queue-unavailable"),
        ('{"_aws":{"Timestamp":1},"route":"r","service":"s","Hit":[1.0],"Latency":[0.25]}', None),
        (BOTH, "INFO     answered  route=r ms=1"),
        ('{"level":"INFO","message":"m","_aws":[]}', "INFO     m"),
        (
            REFRESHED.replace('"api"', '"none"'),
            "refresh  without a route: failed, origin 12ms, cause refused, faults queue-unavailable",
        ),
        ("plain text", "plain text"),
        ('{"neither": "log nor metrics"}', '{"neither": "log nor metrics"}'),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_lines(line: str, shown: str | None) -> None:
    assert readable(line) == shown


def test_the_full_log_has_metrics_and_all_values() -> None:
    metrics = '{"_aws":{"Timestamp":1},"route":"r","service":"s","Hit":[1.0],"Latency":[0.25]}'
    assert readable(metrics, with_all=True) == "  metrics  route=r Hit=1 Latency=0.25"
    assert readable('{"level":"INFO","message":"m","request_id":"7"}', with_all=True) == "INFO     m  request_id=7"
    both = '{"level":"INFO","message":"m","request_id":"7","Hit":1,"_aws":{"Timestamp":1}}'
    assert readable(both, with_all=True) == "INFO     m  request_id=7 Hit=1"


def test_a_function_prints_to_whoever_wants_it() -> None:
    lines: list[str] = []
    show: Callable[[str], None] = lines.append
    with Twin(template=TEMPLATE, show=show) as twin:
        converse(twin.url, request(b"GET", b"/print?two%20words"))
        twin.restart_functions()
        converse(twin.url, request(b"GET", b"/about"))
    assert lines == ["two%20words"]
