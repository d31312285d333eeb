"""Log lines of functions in a form that people can read at a terminal.

CloudWatch reads the output of a function line by line. JSON with a level and a message is a log record, and JSON with
`_aws` is a set of metrics (embedded metric format). A line may be both. Any other line is shown as it is, with its
colours.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from brine_cli.live.answered import route_in
from brine_cli.live.text.units import seconds_text
from brine_cli.screen.printable import printable_lines, printable_output

if TYPE_CHECKING:
    from collections.abc import Collection

_NAMED_ALREADY = frozenset({"level", "message", "timestamp", "service", "location", "_aws"})
_TRACING = frozenset({"xray_trace_id", "request_id", "message_id", "function_request_id"})


def readable(line: str, *, with_all: bool = False) -> str | None:
    """Return one line of output, shortened to the important values; None for metrics.

    with_all: also return metrics, and every value of a log record.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not ("_aws" in record or {"level", "message"} <= record.keys()):
        return printable_output(line)
    if not {"level", "message"} <= record.keys():
        return printable_lines(f"  metrics  {_pairs(record, without={'_aws', 'service'})}") if with_all else None
    exception = record.pop("exception", None)
    if not with_all and record["message"] == "done" and "outcome" in record:
        text = _refresh(record)
    else:
        hidden = _NAMED_ALREADY if with_all else _NAMED_ALREADY | _TRACING | _metrics_in(record)
        text = f"{record['level']:<9}{record['message']}  {_pairs(record, without=hidden)}".rstrip()
    return printable_lines(text if exception is None else f"{text}\n{exception}")


def _refresh(record: dict[str, Any]) -> str:
    """Return the record of a refresh in words."""
    text = f"refresh  {route_in(record) or 'without a route'}: {record['outcome']}"
    if (milliseconds := record.get("origin_milliseconds")) is not None:
        text += f", origin {seconds_text(milliseconds / 1000)}"
    for name in ("problem", "cause", "faults"):
        if record.get(name):
            text += f", {name} {_short(record[name])}"
    return text


def _metrics_in(record: dict[str, Any]) -> set[str]:
    """Return the names of the members of a record that are metrics."""
    try:
        return {metric["Name"] for one in record["_aws"]["CloudWatchMetrics"] for metric in one["Metrics"]}
    except (KeyError, TypeError):
        return set()


def _pairs(record: dict[str, object], *, without: Collection[str]) -> str:
    return " ".join(f"{name}={_short(value)}" for name, value in record.items() if name not in without)


def _short(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:  # the values of a metric in one flush
        (value,) = value
    return f"{value:.4g}" if isinstance(value, float) else str(value)
