"""Log lines of functions are shortened at a terminal, and unknown lines are not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.commands.log_lines import readable
from brine_cli.twin import Twin
from tests.unit.twin.conftest import TEMPLATE
from tests.unit.twin.wire import converse, request

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            '{"level":"INFO","location":"observe:81","message":"answered","timestamp":"t","service":"s","route":"r","ms":0.41426}',
            "INFO     answered  route=r ms=0.4143",
        ),
        (
            '{"level":"ERROR","message":"failed","exception":"Traceback\\nValueError"}',
            "ERROR    failed\nTraceback\nValueError",
        ),
        (
            '{"_aws":{"Timestamp":1},"route":"r","service":"s","Hit":[1.0],"Latency":[0.25]}',
            "  metrics  route=r Hit=1 Latency=0.25",
        ),
        ("plain text", "plain text"),
        ('{"neither": "log nor metrics"}', '{"neither": "log nor metrics"}'),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_lines(line: str, shown: str) -> None:
    assert readable(line) == shown


def test_a_function_prints_to_whoever_wants_it() -> None:
    lines: list[str] = []
    show: Callable[[str], None] = lines.append
    with Twin(template=TEMPLATE, show=show) as twin:
        converse(twin.url, request(b"GET", b"/print?two%20words"))
        twin.restart_functions()
        converse(twin.url, request(b"GET", b"/about"))
    assert lines == ["two%20words"]
