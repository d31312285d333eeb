"""Log lines of functions in a form that people can read at a terminal.

CloudWatch reads the output of a function line by line. JSON with a level and a message is a log record, JSON with
`_aws` is a set of metrics (embedded metric format). Any other line is shown unchanged.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_SAID_ALREADY = frozenset({"level", "message", "timestamp", "service", "location"})


def readable(line: str) -> str:
    """Return one line of output, shortened to the important values."""
    try:
        record = json.loads(line)
    except ValueError:
        return line
    if not isinstance(record, dict):
        return line
    if "_aws" in record:
        return f"  metrics  {_pairs(record, without={'_aws', 'service'})}"
    if not {"level", "message"} <= record.keys():
        return line
    exception = record.pop("exception", None)
    text = f"{record['level']:<9}{record['message']}  {_pairs(record, without=_SAID_ALREADY)}".rstrip()
    return text if exception is None else f"{text}\n{exception}"


def _pairs(record: dict[str, object], *, without: Collection[str]) -> str:
    return " ".join(f"{name}={_short(value)}" for name, value in record.items() if name not in without)


def _short(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:  # the values of a metric in one flush
        (value,) = value
    return f"{value:.4g}" if isinstance(value, float) else str(value)
