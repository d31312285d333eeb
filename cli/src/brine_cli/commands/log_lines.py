"""Log lines of functions in a form that people can read at a terminal.

CloudWatch reads the output of a function line by line. JSON with a level and a message is a log record, JSON with
`_aws` is a set of metrics (embedded metric format). Any other line is shown unchanged.
"""

from __future__ import annotations

import json

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
        return (
            f"  metrics  {_pairs({name: value for name, value in record.items() if name not in {'_aws', 'service'}})}"
        )
    if not {"level", "message"} <= record.keys():
        return line
    exception = record.pop("exception", None)
    text = f"{record['level']:<9}{record['message']}  " + _pairs(
        {name: value for name, value in record.items() if name not in _SAID_ALREADY}
    )
    return text.rstrip() if exception is None else f"{text.rstrip()}\n{exception}"


def _pairs(values: dict[str, object]) -> str:
    return " ".join(f"{name}={_short(value)}" for name, value in values.items())


def _short(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:  # the values of a metric in one flush
        (value,) = value
    return f"{value:.4g}" if isinstance(value, float) else str(value)
